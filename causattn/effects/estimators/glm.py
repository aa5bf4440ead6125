"""Logistic regression, averaged over the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

from causattn.effects.contract import EstimationProblem, Estimator, PointEstimate
from causattn.effects.estimators.logistic import logistic
from causattn.effects.estimators.propensity import error_of_mean, too_rare


class Glm(Estimator):
    """Logistic regression of a 0/1 outcome, averaged over the rows (g-computation).

    The standard error is that of the delta method with the robust covariance.
    """

    name = "glm"

    def estimate(self, problem: EstimationProblem, settings: Any) -> PointEstimate | str:
        if set(np.unique(problem.outcome)) - {0.0, 1.0}:
            return "The outcome is no 0/1 column; a logistic regression needs one (choose linear)."
        columns = np.column_stack([problem.treatment, problem.adjustment])
        if said := too_rare(problem):
            return said
        fitted = logistic(columns, problem.outcome)
        if isinstance(fitted, str):
            return fitted
        treated, control = columns.copy(), columns.copy()
        treated[:, 0], control[:, 0] = 1.0, 0.0
        at = [expit(side @ fitted.coefficients) for side in (treated, control)]
        each = at[0] - at[1]
        slopes = [
            side * (p * (1.0 - p))[:, None] for side, p in zip((treated, control), at, strict=True)
        ]
        gradient = (slopes[0] - slopes[1]).mean(axis=0)
        # One influence function for both: the coefficients' and the rows that are averaged over.
        scores = columns * (problem.outcome - fitted.probability)[:, None]
        through = scores @ np.linalg.solve(fitted.information, gradient)
        influence = each - each.mean() + len(each) * through
        return PointEstimate(float(each.mean()), error_of_mean(influence))


ESTIMATOR = Glm()
