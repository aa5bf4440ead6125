"""Inverse propensity weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.effects.contract import EstimationProblem, Estimator, PointEstimate
from causattn.effects.estimators.propensity import error_of_mean, propensity


class PropensityWeighting(Estimator):
    """Inverse propensity weights, normalised.

    The standard error is that of the influence function less its projection on the score of the
    propensities.
    """

    name = "propensity_weighting"
    paper = "Hirano, Imbens and Ridder (2003), Efficient estimation of average treatment effects"

    def estimate(self, problem: EstimationProblem, settings: Any) -> PointEstimate | str:
        scores = propensity(problem)
        if isinstance(scores, str):
            return scores
        score, note = scores
        treated, outcome = problem.treatment, problem.outcome
        one, zero = treated / score, (1.0 - treated) / (1.0 - score)
        means = (one @ outcome / one.sum(), zero @ outcome / zero.sum())
        influence = one * (outcome - means[0]) / one.mean()
        influence = influence - zero * (outcome - means[1]) / zero.mean()
        # Estimating the scores takes out what their own score function explains.
        own = problem.adjustment * (treated - score)[:, None]
        influence = influence - own @ np.linalg.lstsq(own, influence, rcond=None)[0]
        return PointEstimate(float(means[0] - means[1]), error_of_mean(influence), note)


ESTIMATOR = PropensityWeighting()
