"""Strata of the propensity score."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats

from causattn.effects.contract import EstimationProblem, Estimator, PointEstimate
from causattn.effects.estimators.propensity import propensity

STRATA = 5
SMALLEST_STRATUM = 10


class PropensityStratification(Estimator):
    """Differences within strata of the propensity score, averaged.

    A random common cause finds it out: it blurs the strata, so that confounding comes back.
    """

    name = "propensity_stratification"
    paper = "Rosenbaum and Rubin (1984), Reducing bias using subclassification, JASA 79"

    def estimate(self, problem: EstimationProblem, settings: Any) -> PointEstimate | str:
        scores = propensity(problem)
        if isinstance(scores, str):
            return scores
        score, note = scores
        stratum = np.round(scipy.stats.rankdata(score) / len(score) * STRATA)
        total, variance, kept = 0.0, 0.0, 0
        for value in np.unique(stratum):
            groups = [
                problem.outcome[(stratum == value) & (problem.treatment == side)]
                for side in (1.0, 0.0)
            ]
            if min(len(group) for group in groups) <= SMALLEST_STRATUM:
                continue
            size = len(groups[0]) + len(groups[1])
            kept += size
            total += size * (groups[0].mean() - groups[1].mean())
            variance += size**2 * sum(float(group.var(ddof=1)) / len(group) for group in groups)
        if kept == 0:
            return (
                f"No stratum of the propensity score holds more than {SMALLEST_STRATUM} rows of "
                "both treatment values (positivity is violated)."
            )
        left_out = 1.0 - kept / len(score)
        if left_out > 0:
            lost = f"{left_out:.0%} of the rows are in strata without overlap and were left out."
            note = f"{lost} {note}".strip()
        return PointEstimate(total / kept, variance**0.5 / kept, note)


ESTIMATOR = PropensityStratification()
