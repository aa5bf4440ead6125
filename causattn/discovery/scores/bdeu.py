"""The Bayesian Dirichlet score with a uniform prior, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.discovery.contract import DISCRETE
from causattn.discovery.scores.categories import Categories
from causattn.discovery.scores.contract import LocalScore, Score
from causattn.discovery.scores.discrete import BDeu

if TYPE_CHECKING:
    from causattn.discovery.data import DiscoveryData
    from causattn.discovery.shared_settings import ScoreSettings


class BDeuScore(Score):
    """BDeu: the marginal likelihood of categories under a uniform Dirichlet prior."""

    name = "bdeu"
    data_kinds = DISCRETE
    paper = "Heckerman, Geiger and Chickering (1995), Learning Bayesian networks"

    def on(self, data: DiscoveryData, settings: ScoreSettings) -> LocalScore:
        """Return the score; with two variables there is no structure prior."""
        coded = Categories(data.codes, cardinalities=data.cardinalities.tolist(), names=data.names)
        return BDeu(
            coded,
            equivalent_sample_size=settings.equivalent_sample_size,
            structure_prior=settings.structure_prior if data.size > 2 else None,
        )

    def words(self, settings: ScoreSettings) -> str:
        """Return name and priors."""
        prior = settings.structure_prior
        structure = "" if prior is None else f", structure prior {prior:g}"
        return f"bdeu, equivalent sample size {settings.equivalent_sample_size:g}{structure}"


SCORE = BDeuScore()
