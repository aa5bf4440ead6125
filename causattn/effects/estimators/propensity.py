"""Propensity scores, clipped, and the standard error of what rests on them."""

from __future__ import annotations

import numpy as np

from causattn.effects.contract import EstimationProblem
from causattn.effects.estimators.logistic import logistic

CLIP = 0.01


def propensity(problem: EstimationProblem) -> tuple[np.ndarray, str] | str:
    """Return the propensity scores and a note on clipping, or why there are none.

    Scores are clipped to [`CLIP`, 1 - `CLIP`], as DoWhy's doubly robust estimator does.
    """
    fitted = logistic(problem.adjustment, problem.treatment)
    if isinstance(fitted, str):
        return "The adjustment set decides the treatment perfectly (positivity is violated)."
    score = np.clip(fitted.probability, CLIP, 1.0 - CLIP)
    clipped = float(np.mean(score != fitted.probability))
    note = ""
    if clipped > 0:
        note = f"{clipped:.1%} of the rows have a propensity beyond {CLIP} of 0 or 1, clipped."
    return score, note


def error_of_mean(influence: np.ndarray) -> float:
    """Return the standard error of a mean whose influence function is given, float64 [n]."""
    return float(np.sqrt((influence**2).sum()) / len(influence))
