"""The nodewise lasso: each variable regressed on all others, with an L1 penalty.

Meinshausen and Buehlmann (2006), "High-dimensional graphs and variable selection with the lasso",
equation 3, for continuous variables; Ravikumar, Wainwright and Lafferty (2010), "High-dimensional
Ising model selection using l1-regularized logistic regression", equation 3, for binary ones, and
for several values one regression a value, against all others. Discrete variables enter as
indicators of their values, all columns at unit spread. Documents that are alike in all features are
one row with a weight, which changes nothing but the time.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from causattn.base import above_zero
from causattn.candidates.contract import Screen, ScreenSettings, indicators, level_count

if TYPE_CHECKING:
    from causattn.features import FeatureTable


@dataclass(frozen=True)
class LassoSettings(ScreenSettings):
    """The strongest pairs of the nodewise lasso.

    Parameters
    ----------
    inverse_penalty
        Weight of the summed loss against the sum of absolute coefficients: less lets fewer
        variables in.
    """

    inverse_penalty: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        above_zero(self, "candidates", "inverse_penalty")


class Lasso(Screen):
    """Each variable regressed on all others with an L1 penalty; no model is read."""

    name = "lasso"
    settings = LassoSettings
    paper = (
        "Meinshausen and Buehlmann (2006), High-dimensional graphs and variable selection with the "
        "lasso; Ravikumar, Wainwright and Lafferty (2010), High-dimensional Ising model selection"
    )

    def seconds(self, features: FeatureTable) -> float:
        """Return about how long one core takes."""
        return 2e-7 * len(features.values) * level_count(features) ** 2

    def of_values(self, settings: LassoSettings, features: FeatureTable, seed: int) -> np.ndarray:
        """Return the length of i's coefficients where j is regressed, at (i, j)."""
        columns, owner, times = indicators(features)
        score = np.zeros((features.size, features.size))
        for target in range(features.size):
            own = owner == target
            discrete = bool(features.discrete[target])
            for outcome in columns[:, own].T if not own.all() else ():
                found = _coefficients(
                    columns[:, ~own], outcome, times, discrete, settings.inverse_penalty
                )
                np.add.at(score[:, target], owner[~own], found**2)
        return np.sqrt(score)


def _coefficients(
    columns: np.ndarray,
    outcome: np.ndarray,
    times: np.ndarray,
    discrete: bool,
    inverse_penalty: float,
) -> np.ndarray:
    """Return the coefficients of one regression, float64 [c], of rows that count several times."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import Lasso as LinearLasso
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        if not discrete:
            linear = LinearLasso(alpha=1 / (inverse_penalty * times.sum()))
            found = linear.fit(columns, outcome, sample_weight=times)
            return np.asarray(found.coef_, dtype=float)
        logistic = LogisticRegression(
            l1_ratio=1.0,
            C=inverse_penalty,
            solver="liblinear",
            random_state=0,
        ).fit(columns, outcome > outcome.min(), sample_weight=times)
        return np.asarray(logistic.coef_[0], dtype=float)


SELECTOR = Lasso()
