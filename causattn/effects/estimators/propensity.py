"""Propensity scores, clipped, and the standard error of what rests on them."""

from __future__ import annotations

import numpy as np

from causattn.effects.contract import EstimationProblem
from causattn.effects.estimators.logistic import logistic

CLIP = 0.01
FEWEST = 10
"""Fewest rows of each outcome (or at all, of a number) in a group for a normal interval."""


def propensity(problem: EstimationProblem) -> tuple[np.ndarray, str] | str:
    """Return the propensity scores and a note on clipping, or why there are none.

    Scores are clipped to `CLIP` from 0 and 1, as DoWhy's doubly robust estimator does, but never
    nearer to a group's own share than a tenth of it: a value that few rows have is not clipped for
    being rare.
    """
    if said := too_rare(problem):
        return said
    fitted = logistic(problem.adjustment, problem.treatment)
    if isinstance(fitted, str):
        return "The adjustment set decides the treatment perfectly (positivity is violated)."
    share = float(problem.treatment.mean())
    low, high = min(CLIP, share / 10.0), 1.0 - min(CLIP, (1.0 - share) / 10.0)
    score = np.clip(fitted.probability, low, high)
    clipped = float(np.mean(score != fitted.probability))
    note = ""
    if clipped > 0:
        note = (
            f"{clipped:.1%} of the rows have a propensity below {low:.2g} or above {high:.4g}, "
            "clipped."
        )
    return score, note


def too_rare(problem: EstimationProblem) -> str:
    """Return why a normal interval would not hold what it says, or nothing."""
    groups = [problem.outcome[problem.treatment == side] for side in (0.0, 1.0)]
    if set(np.unique(problem.outcome)) <= {0.0, 1.0}:
        fewest = min(min(group.sum(), len(group) - group.sum()) for group in groups)
        what = "hold the rarer outcome"
    else:
        fewest, what = min(map(len, groups)), "hold the rarer value"
    if fewest >= FEWEST:
        return ""
    return (
        f"Only {int(fewest)} rows of one of the two values {what}; the normal interval of this "
        f"estimator needs {FEWEST} (choose estimator=standardised)."
    )


def error_of_mean(influence: np.ndarray) -> float:
    """Return the standard error of a mean whose influence function is given, float64 [n]."""
    return float(np.sqrt((influence**2).sum()) / len(influence))
