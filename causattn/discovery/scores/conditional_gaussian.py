"""BIC of the conditional Gaussian, for continuous and discrete columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.discovery.contract import ANY_DATA
from causattn.discovery.joint_likelihoods import ConditionalGaussian, JointScore
from causattn.discovery.scores.contract import Score

if TYPE_CHECKING:
    from causattn.discovery.data import DiscoveryData
    from causattn.discovery.shared_settings import ScoreSettings


class ConditionalGaussianScore(Score):
    """BIC of Gaussians in every cell of the discrete columns; mixed data."""

    name = "conditional_gaussian"
    data_kinds = ANY_DATA
    paper = (
        "Andrews, Ramsey and Cooper (2018), Scoring Bayesian networks of mixed variables, "
        "International Journal of Data Science and Analytics 6"
    )

    def on(self, data: DiscoveryData, settings: ScoreSettings) -> JointScore:
        """Return the score at ``penalty``."""
        return JointScore(ConditionalGaussian(data), settings.penalty)

    def words(self, settings: ScoreSettings) -> str:
        """Return name and penalty."""
        return f"{self.name}, penalty {settings.penalty:g} log n"


SCORE = ConditionalGaussianScore()
