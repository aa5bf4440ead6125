"""Augmented inverse propensity weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.effects.contract import EstimationProblem, Estimator, PointEstimate
from causattn.effects.estimators.propensity import error_of_mean, propensity


class DoublyRobust(Estimator):
    """Augmented inverse propensity weights with a linear outcome regression.

    The standard error is that of the influence function.
    """

    name = "doubly_robust"
    paper = "Funk et al. (2011), Doubly robust estimation of causal effects"

    def estimate(self, problem: EstimationProblem, settings: Any) -> PointEstimate | str:
        scores = propensity(problem)
        if isinstance(scores, str):
            return scores
        score, note = scores
        treated, outcome = problem.treatment, problem.outcome
        columns = np.column_stack([treated, problem.adjustment])
        coefficients = np.linalg.lstsq(columns, outcome, rcond=None)[0]
        base = problem.adjustment @ coefficients[1:]
        each = coefficients[0] + treated * (outcome - base - coefficients[0]) / score
        each = each - (1.0 - treated) * (outcome - base) / (1.0 - score)
        return PointEstimate(float(each.mean()), error_of_mean(each - each.mean()), note)


ESTIMATOR = DoublyRobust()
