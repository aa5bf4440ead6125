"""The extended Bayesian information criterion of linear Gaussian models.

Chen and Chen (2008), "Extended Bayesian information criteria for model selection with large model
spaces", Biometrika 95: beside the price of a parameter, a parent costs 2 gamma log p
more on the scale of -2 log-likelihood, as there are about p^k ways to choose k parents of p.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from causattn.discovery.contract import CONTINUOUS
from causattn.discovery.scores.contract import Score
from causattn.discovery.scores.gaussian_bic import GaussianBIC

if TYPE_CHECKING:
    from causattn.discovery.data import DiscoveryData
    from causattn.discovery.shared_settings import ScoreSettings


class EBIC(Score):
    """EBIC: BIC, and a price for the number of variables to choose from; Gaussian."""

    name = "ebic"
    data_kinds = CONTINUOUS
    paper = (
        "Chen and Chen (2008), Extended Bayesian information criteria for model selection with "
        "large model spaces, Biometrika 95"
    )

    def on(self, data: DiscoveryData, settings: ScoreSettings) -> GaussianBIC:
        """Return the BIC with ``gamma log p`` added to a parent's price."""
        extra = settings.ebic_gamma * np.log(max(data.size, 1)) / np.log(len(data.values))
        return GaussianBIC.from_data(
            data.values,
            penalty=settings.penalty + float(extra),
            ridge=settings.ridge,
            names=data.names,
        )

    def words(self, settings: ScoreSettings) -> str:
        """Return name, penalty and gamma."""
        return f"ebic, penalty {settings.penalty:g} log n + {settings.ebic_gamma:g} log p"


SCORE = EBIC()
