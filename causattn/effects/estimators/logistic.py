"""Logistic regression by Newton's method, with what effects need of it.

No penalty: scikit-learn's default one (which DoWhy's propensity estimators take over) shrinks the
scores and leaves confounding behind in small samples.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit

_ITERATIONS = 60
_SEPARATED = 30.0
"""Beyond this linear predictor a probability is 0 or 1 to thirteen digits: separation."""


class LogisticFit(NamedTuple):
    """A fitted logistic regression.

    Parameters
    ----------
    coefficients
        float64 [k].
    probability
        float64 [n], of each row.
    information
        float64 [k, k], the Fisher information.
    """

    coefficients: np.ndarray
    probability: np.ndarray
    information: np.ndarray


def logistic(columns: np.ndarray, outcome: np.ndarray) -> LogisticFit | str:
    """Fit a logistic regression, or say why there is none.

    Parameters
    ----------
    columns
        float64 [n, k], of full rank, the intercept among them.
    outcome
        float64 [n], 0 or 1.
    """
    coefficients = np.zeros(columns.shape[1])
    for _ in range(_ITERATIONS):
        linear = columns @ coefficients
        probability = expit(linear)
        weights = probability * (1.0 - probability)
        information = (columns * weights[:, None]).T @ columns
        score = columns.T @ (outcome - probability)
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            break
        if score @ step < 1e-12:
            return LogisticFit(coefficients, probability, information)
        # Half the step until the likelihood rises, so that Newton cannot run away.
        start, scale = _likelihood(linear, outcome), 1.0
        while _likelihood(columns @ (coefficients + scale * step), outcome) < start:
            scale /= 2.0
            if scale < 1e-10:
                return LogisticFit(coefficients, probability, information)
        coefficients = coefficients + scale * step
        if np.abs(columns @ coefficients).max() > _SEPARATED:
            break
    return "The columns separate the outcome's values perfectly: no logistic regression exists."


def _likelihood(linear: np.ndarray, outcome: np.ndarray) -> float:
    """Return the log likelihood at a linear predictor."""
    return float((outcome * linear - np.logaddexp(0.0, linear)).sum())
