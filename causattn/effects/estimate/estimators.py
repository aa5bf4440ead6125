"""Estimators of one contrast beside linear regression: logistic, propensity, doubly robust.

Each takes one 0/1 treatment, an outcome, and adjustment columns, and gives the average effect over
all rows with a standard error.

==============  ====================================================================================
`glm`           Logistic regression of a 0/1 outcome, averaged over the rows (g-computation); the
                standard error by the delta method with the robust covariance
`weighting`     Inverse propensity weights, normalised (Hajek 1971; Hirano, Imbens and Ridder 2003);
                the influence function less its projection on the propensity's score
`stratified`    Strata of the propensity score (Rosenbaum and Rubin 1984); variances within strata
`matching`      The nearest propensity score in the other group, **all of them where several are
                equally near** (Abadie and Imbens 2006, with the variance of their theorem 1)
`doubly_robust` Augmented weighting (Robins, Rotnitzky and Zhao 1994; Funk et al. 2011) with a
                linear outcome regression; variance of the influence function
==============  ====================================================================================

Given the same scores these are DoWhy's values to 1e-6, but for matching with ties: DoWhy takes one
of the equally near rows, so that discrete confounders, where whole groups are tied, make its value
rest on a handful of rows.

The refuters find two of them out: strata are blurred by a random common cause, so that confounding
comes back, and matching jumps from subset to subset more than its standard error says. Weighting
and the doubly robust estimator pass on the same data.

Propensity scores are clipped to [`CLIP`, 1 - `CLIP`], as DoWhy's doubly robust estimator does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import expit

from causattn.effects.estimate.logistic import logistic
from causattn.effects.estimate.matching import matched_effect

EstimatorName = Literal[
    "linear",
    "glm",
    "propensity_weighting",
    "propensity_stratification",
    "propensity_matching",
    "doubly_robust",
]
CLIP = 0.01
STRATA = 5
SMALLEST_STRATUM = 10


@dataclass(frozen=True)
class Problem:
    """One effect to estimate.

    Parameters
    ----------
    treatment
        float64 [n], 0 or 1.
    outcome
        float64 [n].
    adjustment
        float64 [n, q], linearly independent, the intercept among them.
    """

    treatment: np.ndarray
    outcome: np.ndarray
    adjustment: np.ndarray


class PointEstimate(NamedTuple):
    """An estimate, its standard error, and what there is to know about it (or nothing)."""

    estimate: float
    standard_error: float
    note: str = ""


def glm(problem: Problem) -> PointEstimate | str:
    """Estimate by logistic regression of a 0/1 outcome; see the module."""
    if set(np.unique(problem.outcome)) - {0.0, 1.0}:
        return "The outcome is no 0/1 column; a logistic regression needs one (choose linear)."
    columns = np.column_stack([problem.treatment, problem.adjustment])
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
    count = len(each)
    influence = each - each.mean() + count * scores @ np.linalg.solve(fitted.information, gradient)
    return PointEstimate(float(each.mean()), _error(influence))


def weighting(problem: Problem) -> PointEstimate | str:
    """Estimate by normalised inverse propensity weights; see the module."""
    scores = propensity(problem)
    if isinstance(scores, str):
        return scores
    score, note = scores
    treated, outcome = problem.treatment, problem.outcome
    one, zero = treated / score, (1.0 - treated) / (1.0 - score)
    means = (one @ outcome / one.sum(), zero @ outcome / zero.sum())
    influence = one * (outcome - means[0]) / one.mean() - zero * (outcome - means[1]) / zero.mean()
    # Estimating the scores takes out what their own score function explains.
    own = problem.adjustment * (treated - score)[:, None]
    influence = influence - own @ np.linalg.lstsq(own, influence, rcond=None)[0]
    return PointEstimate(float(means[0] - means[1]), _error(influence), note)


def stratified(problem: Problem) -> PointEstimate | str:
    """Estimate within strata of the propensity score; see the module."""
    from scipy.stats import rankdata

    scores = propensity(problem)
    if isinstance(scores, str):
        return scores
    score, note = scores
    stratum = np.round(rankdata(score) / len(score) * STRATA)
    total, variance, kept = 0.0, 0.0, 0
    for value in np.unique(stratum):
        groups = [
            problem.outcome[(stratum == value) & (problem.treatment == side)] for side in (1.0, 0.0)
        ]
        if min(len(group) for group in groups) <= SMALLEST_STRATUM:
            continue
        size = len(groups[0]) + len(groups[1])
        kept += size
        total += size * (groups[0].mean() - groups[1].mean())
        variance += size**2 * sum(float(group.var(ddof=1)) / len(group) for group in groups)
    if kept == 0:
        return (
            f"No stratum of the propensity score holds more than {SMALLEST_STRATUM} rows of both "
            "treatment values (positivity is violated)."
        )
    left_out = 1.0 - kept / len(score)
    if left_out > 0:
        note = f"{left_out:.0%} of the rows are in strata without overlap and were left out. {note}"
    return PointEstimate(total / kept, variance**0.5 / kept, note.strip())


def matching(problem: Problem) -> PointEstimate | str:
    """Estimate by matching on the propensity score, ties averaged; see the module."""
    scores = propensity(problem)
    if isinstance(scores, str):
        return scores
    score, note = scores
    estimate, error = matched_effect(score, problem.treatment, problem.outcome)
    return PointEstimate(estimate, error, note)


def doubly_robust(problem: Problem) -> PointEstimate | str:
    """Estimate by augmented inverse propensity weights; see the module."""
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
    return PointEstimate(float(each.mean()), _error(each - each.mean()), note)


def propensity(problem: Problem) -> tuple[np.ndarray, str] | str:
    """Return the clipped propensity scores and a note on clipping, or why there are none."""
    fitted = logistic(problem.adjustment, problem.treatment)
    if isinstance(fitted, str):
        return "The adjustment set decides the treatment perfectly (positivity is violated)."
    score = np.clip(fitted.probability, CLIP, 1.0 - CLIP)
    clipped = float(np.mean(score != fitted.probability))
    note = ""
    if clipped > 0:
        note = f"{clipped:.1%} of the rows have a propensity beyond {CLIP} of 0 or 1, clipped."
    return score, note


ESTIMATORS: dict[str, Callable[[Problem], PointEstimate | str]] = {
    "glm": glm,
    "propensity_weighting": weighting,
    "propensity_stratification": stratified,
    "propensity_matching": matching,
    "doubly_robust": doubly_robust,
}


def _error(influence: np.ndarray) -> float:
    """Return the standard error of a mean whose influence function is given."""
    return float(np.sqrt((influence**2).sum()) / len(influence))
