"""The nearest propensity score in the other group."""

from __future__ import annotations

from typing import Any

from causattn.effects.contract import EstimationProblem, Estimator, PointEstimate
from causattn.effects.estimators.propensity import propensity
from causattn.effects.estimators.score_matching import matched_effect


class PropensityMatching(Estimator):
    """Matching on the propensity score, all equally near rows averaged.

    DoWhy takes one of them, so that its value rests on a handful of rows where confounders are
    discrete. The estimate jumps from subset to subset more than its standard error says.
    """

    name = "propensity_matching"
    paper = "Abadie and Imbens (2006), Large sample properties of matching estimators"

    def estimate(self, problem: EstimationProblem, settings: Any) -> PointEstimate | str:
        scores = propensity(problem)
        if isinstance(scores, str):
            return scores
        score, note = scores
        estimate, error = matched_effect(score, problem.treatment, problem.outcome)
        return PointEstimate(estimate, error, note)


ESTIMATOR = PropensityMatching()
