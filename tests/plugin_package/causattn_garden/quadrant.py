"""Partial correlation of which side of its median a value is on."""

import numpy as np
from scipy.stats import norm

from causattn.discovery import IndependenceTest
from causattn.discovery.contract import CONTINUOUS_OR_DISCRETE


class Quadrant(IndependenceTest):
    """Partial correlation of the sides of the medians, by Fisher's z."""

    name = "quadrant"
    data_kinds = CONTINUOUS_OR_DISCRETE
    paper = "Blomqvist (1950), On a measure of dependence"

    def on(self, data):
        """Return the test of these data."""
        middle = (data.values.min(axis=0) + data.values.max(axis=0)) / 2
        sides = np.sign(data.values - middle)

        def p_value(x, y, given):
            precision = np.linalg.pinv(np.corrcoef(sides[:, [x, y, *given]].T))
            r = -precision[0, 1] / np.sqrt(precision[0, 0] * precision[1, 1])
            free = len(sides) - len(given) - 3
            return float(2 * norm.sf(abs(np.arctanh(np.clip(r, -0.9999, 0.9999))) * np.sqrt(free)))

        return p_value


TEST = Quadrant()
