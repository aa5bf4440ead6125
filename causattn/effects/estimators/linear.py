"""Linear regression on the adjustment set."""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.effects.contract import Effect, EstimationProblem, Estimator, PointEstimate, Question
from causattn.effects.estimate.regression import Basis, fit


class Linear(Estimator):
    """Linear regression on treatment and adjustment set, all contrasts at once.

    Where effects differ between rows it averages them by the treatment's variance given the
    adjustment, not by how many rows there are (Angrist 1998).
    """

    name = "linear"

    def estimate(self, problem: EstimationProblem, settings: Any) -> PointEstimate | str:
        basis = Basis.of(problem.adjustment)
        found = fit(basis, problem.treatment[None, None], basis.residual(problem.outcome[None]))
        error = found.standard_errors(np.eye(1), "conservative")[0, 0, 0]
        return PointEstimate(float(found.coefficients[0, 0, 0]), float(error))

    def effect(self, question: Question) -> Effect | str:
        q = question
        return q.linear.estimate(q.source, q.target, q.adjustment, q.levels, q.reported)


ESTIMATOR = Linear()
