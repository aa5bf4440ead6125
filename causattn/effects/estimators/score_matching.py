"""Matching on one score, ties averaged, worked out on its distinct values."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_DIGITS = 12
"""Scores that agree to this many digits are one value."""


class _Arm(NamedTuple):
    """The rows with one treatment value, by distinct score."""

    scores: np.ndarray
    counts: np.ndarray
    means: np.ndarray
    variances: np.ndarray
    cell: np.ndarray


def matched_effect(
    score: np.ndarray, treatment: np.ndarray, outcome: np.ndarray
) -> tuple[float, float]:
    """Return the average effect over all rows by nearest score, and its standard error.

    Parameters
    ----------
    score, treatment, outcome
        float64 [n] each; treatment is 0 or 1.

    Returns
    -------
    estimate, standard_error
        The standard error is that of Abadie and Imbens (2006, theorem 1) for a known score, which
        is too large rather than too small where the score was estimated (Abadie and Imbens 2016).
    """
    score = np.round(score, _DIGITS)
    rows = [np.flatnonzero(treatment == side) for side in (0.0, 1.0)]
    arms = [_arm(score[own], outcome[own]) for own in rows]
    count = len(outcome)
    effects, used = np.empty(count), np.zeros(count)
    own_variance, noise = np.empty(count), np.empty(count)
    for side in (0, 1):
        own, arm, other = rows[side], arms[side], arms[1 - side]
        first, second = _nearest(arm.scores, other.scores)
        # Rows of the other arm that are equally near share the match by their numbers.
        both = first != second
        shares = other.counts[first], np.where(both, other.counts[second], 0)
        total = shares[0] + shares[1]
        imputed = (shares[0] * other.means[first] + shares[1] * other.means[second]) / total
        error = shares[0] * other.variances[first] + shares[1] * other.variances[second]
        sign = 1.0 if side == 1 else -1.0
        effects[own] = sign * (outcome[own] - imputed[arm.cell])
        weight = np.zeros(len(other.scores))
        np.add.at(weight, first, arm.counts / total)
        np.add.at(weight, second, np.where(both, arm.counts / total, 0.0))
        used[rows[1 - side]] = weight[other.cell]
        own_variance[own] = arm.variances[arm.cell]
        noise[own] = (arm.variances + error / total**2)[arm.cell]
    estimate = float(effects.mean())
    # What the effects vary from row to row, less the noise of outcome and match ...
    varying = max(0.0, float(((effects - estimate) ** 2 - noise).mean()))
    # ... and the noise of each outcome, as often as it is used.
    variance = (varying + ((1.0 + used) ** 2 * own_variance).mean()) / count
    return estimate, float(np.sqrt(variance))


def _arm(score: np.ndarray, outcome: np.ndarray) -> _Arm:
    """Return an arm's distinct scores; variances are of rows with the nearest score in it."""
    scores, cell, counts = np.unique(score, return_inverse=True, return_counts=True)
    means = np.bincount(cell, outcome) / counts
    variances = np.bincount(cell, (outcome - means[cell]) ** 2) / np.maximum(counts - 1, 1)
    alone = counts == 1
    if alone.any() and len(scores) > 1:
        place = np.arange(len(scores))
        left, right = np.maximum(place - 1, 0), np.minimum(place + 1, len(place) - 1)
        below, above = (
            np.where(side == place, np.inf, np.abs(scores[side] - scores)) for side in (left, right)
        )
        other = np.where(below <= above, left, right)
        # The difference of two rows has twice the variance of one.
        variances = np.where(alone, (means - means[other]) ** 2 / 2.0, variances)
    return _Arm(scores, counts, means, variances, cell)


def _nearest(scores: np.ndarray, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places in `among` nearest to each score, twice the same unless two are."""
    above = np.searchsorted(among, scores).clip(0, len(among) - 1)
    below = np.maximum(above - 1, 0)
    up, down = np.abs(among[above] - scores), np.abs(among[below] - scores)
    tied = np.isclose(up, down, rtol=0.0, atol=10.0**-_DIGITS)
    first = np.where((up < down) | tied, above, below)
    return first, np.where(tied, below, first)
