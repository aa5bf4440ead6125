"""Akaike's criterion of linear models."""

import numpy as np

from causattn.discovery import Score
from causattn.discovery.contract import CONTINUOUS_OR_DISCRETE


class LinearFamilies:
    """The criterion of each variable, regressed on its parents."""

    def __init__(self, values):
        self.values = values - values.mean(axis=0)

    def local_score(self, node, parents):
        """Return minus half the criterion, higher is better."""
        y, x = self.values[:, node], self.values[:, list(parents)]
        left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0] if parents else y
        return float(-len(y) / 2 * np.log(left @ left / len(y)) - len(parents) - 1)


class AIC(Score):
    """Akaike's criterion of linear models with normal errors."""

    name = "aic"
    data_kinds = CONTINUOUS_OR_DISCRETE
    paper = "Akaike (1974), A new look at the statistical model identification"

    def on(self, data, settings):
        """Return the score of these data."""
        return LinearFamilies(np.asarray(data.values, dtype=float))


SCORE = AIC()
