"""BIC of the degenerate Gaussian, for continuous and discrete columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.discovery.contract import ANY_DATA
from causattn.discovery.joint_likelihoods import DegenerateGaussian, JointScore
from causattn.discovery.scores.contract import Score

if TYPE_CHECKING:
    from causattn.discovery.data import DiscoveryData
    from causattn.discovery.shared_settings import ScoreSettings


class DegenerateGaussianScore(Score):
    """BIC of one Gaussian over numbers and categories as zeros and ones; mixed data."""

    name = "degenerate_gaussian"
    data_kinds = ANY_DATA
    paper = (
        "Andrews, Ramsey and Cooper (2019), Learning high-dimensional directed acyclic graphs with "
        "mixed data-types"
    )

    def on(self, data: DiscoveryData, settings: ScoreSettings) -> JointScore:
        """Return the score at ``penalty``."""
        return JointScore(DegenerateGaussian(data), settings.penalty)

    def words(self, settings: ScoreSettings) -> str:
        """Return name and penalty."""
        return f"{self.name}, penalty {settings.penalty:g} log n"


SCORE = DegenerateGaussianScore()
