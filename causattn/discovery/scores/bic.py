"""The Bayesian information criterion by name: Gaussian or multinomial, by the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.discovery.contract import CONTINUOUS_OR_DISCRETE
from causattn.discovery.scores.categories import Categories
from causattn.discovery.scores.contract import LocalScore, Score
from causattn.discovery.scores.discrete import DiscreteBIC
from causattn.discovery.scores.gaussian_bic import GaussianBIC

if TYPE_CHECKING:
    from causattn.discovery.data import DiscoveryData
    from causattn.discovery.shared_settings import ScoreSettings


class BIC(Score):
    """BIC: log-likelihood less a price a parameter; Gaussian or multinomial."""

    name = "bic"
    data_kinds = CONTINUOUS_OR_DISCRETE
    paper = "Schwarz (1978), Estimating the dimension of a model"

    def on(self, data: DiscoveryData, settings: ScoreSettings) -> LocalScore:
        """Return the score at ``penalty``; Gaussian data may have a ``ridge``."""
        if data.kind == "continuous":
            return GaussianBIC.from_data(
                data.values, penalty=settings.penalty, ridge=settings.ridge, names=data.names
            )
        coded = Categories(data.codes, cardinalities=data.cardinalities.tolist(), names=data.names)
        return DiscreteBIC(coded, penalty=settings.penalty)

    def words(self, settings: ScoreSettings) -> str:
        """Return name, penalty and ridge."""
        ridge = f", ridge {settings.ridge:g}" if settings.ridge else ""
        return f"bic, penalty {settings.penalty:g} log n{ridge}"


SCORE = BIC()
