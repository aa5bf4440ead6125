"""The rows of a cross-fitted effect, what was learned from them, and its interval.

The interval of a difference of two shares is put together from score intervals, as that of
`causattn.effects.estimate.strata`; each share's variance is that of a sum of outcomes with the
weights of `row_weights`, as if one row more of either kind had been seen among the rows that these
are worth. Of numbers it is normal, or Student's with that number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.stats

from causattn.effects.contract import Question
from causattn.effects.estimate.cross_fit import (
    Learned,
    Penalties,
    Sums,
    choose_penalties,
    folded,
    learn,
    means,
    row_weights,
)
from causattn.effects.estimate.curves import Feature
from causattn.effects.estimate.design import OutcomeColumns, Treatment
from causattn.effects.estimate.regression import Basis, dependent, statistics
from causattn.effects.estimate.sieve import Sieve, choose
from causattn.effects.estimate.strata import score_interval


class Estimated(NamedTuple):
    """Effects of all contrasts on all the outcome's columns, float64 [..., c, m] each.

    `error` is the standard error, `low` and `high` the interval.
    """

    estimate: np.ndarray
    error: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def ratios(self, tail: float) -> np.ndarray:
        """Return the estimates' distances from 0, in half widths over `tail`."""
        towards = np.where(self.estimate > 0, self.estimate - self.low, self.high - self.estimate)
        found: np.ndarray = statistics(self.estimate, towards / tail)
        return found


class Parts(NamedTuple):
    """What an interval is made of, for each mean f (or the slope) and outcome m.

    Parameters
    ----------
    mean
        float64 [..., f, m].
    noise
        float64 [..., f, m], variance from the outcome's noise.
    between
        float64 [..., c, m], variance of each contrast from differing between rows.
    rows
        float64 [..., f], how many rows the weights are worth.
    """

    mean: np.ndarray
    noise: np.ndarray
    between: np.ndarray
    rows: np.ndarray


@dataclass(frozen=True)
class Data:
    """The rows of an effect, fold by fold, and how its contrasts are read.

    Parameters
    ----------
    order, starts
        int64 [n], which row of the table stands where; int64 [folds], where each fold starts.
    sieve, outcome
        The columns, and float64 [n, m], the outcome in units of `scale`, centred on `centre`.
    penalties
        Of both regressions, in draws of a refuter, too.
    binary
        Whether the outcome is 0 or 1.
    contrasts
        int64 [c, 2], means (from, to); empty for a slope.
    treatment
        float64 [n, f], indicators of the values, or the source, in this order.
    unit
        What a slope is divided by.
    tail
        Quantile of the interval.
    """

    order: np.ndarray
    starts: np.ndarray
    sieve: Sieve
    penalties: Penalties
    outcome: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    binary: bool
    contrasts: np.ndarray
    treatment: np.ndarray
    unit: float
    tail: float

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.order)

    def put_together(self, parts: Parts) -> Estimated:
        """Return effects and intervals."""
        if not len(self.contrasts):
            size = self.scale / self.unit
            estimate = parts.mean * size
            error = np.sqrt(parts.noise + parts.between) * size
            half = self.tail * error
            return Estimated(estimate, error, estimate - half, estimate + half)
        a, b = self.contrasts.T
        estimate = (parts.mean[..., b, :] - parts.mean[..., a, :]) * self.scale
        rows = np.minimum(parts.rows[..., a], parts.rows[..., b])[..., None]
        variance = parts.noise[..., b, :] + parts.noise[..., a, :] + parts.between
        error = np.sqrt(variance) * self.scale
        # Few rows say little of their own variance.
        level = scipy.stats.norm.sf(self.tail)
        if not self.binary:
            half = scipy.stats.t.isf(level, np.maximum(rows - 1.0, 1.0)) * error
            return Estimated(estimate, error, estimate - half, estimate + half)
        share = np.clip(parts.mean * self.scale + self.centre, 0.0, 1.0)
        worth = parts.rows[..., None]
        smooth = (worth * share + 1.0) / (worth + 2.0)
        spread = smooth * (1.0 - smooth)
        noise = parts.noise * self.scale**2
        noise = noise + np.maximum(spread - share * (1.0 - share), 0.0) / worth
        tail = scipy.stats.t.isf(level, np.maximum(worth - 1.0, 1.0))
        lows, highs = score_interval(share, spread / noise, tail)
        down, up = share - lows, highs - share
        extra = self.tail**2 * parts.between * self.scale**2
        low = estimate - np.sqrt(down[..., b, :] ** 2 + up[..., a, :] ** 2 + extra)
        high = estimate + np.sqrt(up[..., b, :] ** 2 + down[..., a, :] ** 2 + extra)
        return Estimated(estimate, error, low, high)


def parts_of(data: Data, outcome: np.ndarray, sums: Sums, learned: Learned) -> Parts:
    """Return what intervals are made of, from the rows; outcome float64 [n, m], fold by fold."""
    sieve, n = data.sieve, data.rows
    left = outcome - by_fold(data, sieve.columns, learned.coefficients)
    own = row_weights(sums, learned, sieve.masks, data.penalties)
    weights = by_fold(data, sieve.columns, own)
    noise = (weights**2).T @ left**2 / n**2
    mean = means(sums, learned, sieve.masks)
    rows = n**2 / (weights**2).sum(axis=0)
    at = [by_fold(data, sieve.moved, mask[:, None] * learned.coefficients) for mask in sieve.masks]
    pairs = [(at[a], at[b]) for a, b in data.contrasts]
    apart = [end - start for start, end in pairs] or at
    between = np.stack([each.var(axis=0) / n for each in apart])
    return Parts(mean, noise, between, rows)


def by_fold(data: Data, columns: np.ndarray, learned: np.ndarray) -> np.ndarray:
    """Return each fold's rows times what was learned for it, float64 [n, k]."""
    ends = [*data.starts[1:], data.rows]
    return np.concatenate(
        [columns[a:b] @ one for a, b, one in zip(data.starts, ends, learned, strict=True)]
    )


class Fitted(NamedTuple):
    """What was learned from an effect's rows, and the effects."""

    data: Data
    sums: Sums
    learned: Learned
    parts: Parts
    found: Estimated


def fitted(
    question: Question, treatment: Treatment, outcome: OutcomeColumns, folds: int
) -> Fitted | str:
    """Return what is learned of a question, or the sentence that says why nothing is.

    Parameters
    ----------
    question
        Which effect.
    treatment, outcome
        Its columns.
    folds
        Parts of the rows; what is used on one is learned on the others.
    """
    q, design = question, question.design
    given = [design.curves(k) for k in q.adjustment]
    number = not treatment.labels[0][0]
    source = design.curves(q.source) if number else None
    found = learned_from(given, treatment, source, outcome, folds, q.linear.confidence)
    name = design.table.names[q.source]
    return (
        found.replace("the treatment", f"the value of {name}") if isinstance(found, str) else found
    )


def learned_from(
    given: list[Feature],
    treatment: Treatment,
    number: Feature | None,
    outcome: OutcomeColumns,
    folds: int,
    confidence: float,
) -> Fitted | str:
    """Return what is learned, or the sentence that says why nothing is.

    Parameters
    ----------
    given
        What is adjusted for.
    treatment, outcome
        Columns.
    number
        The source, where it is a number.
    folds, confidence
        Parts of the rows, and the intervals' coverage.
    """
    lines = np.concatenate([np.empty((len(outcome.columns), 0)), *(g.line for g in given)], axis=1)
    basis = Basis.of(np.concatenate([lines, treatment.rare], axis=1))
    rows = len(lines)
    if rows - basis.rank - treatment.columns.shape[1] < 1:
        return (
            f"The adjustment set ({basis.rank - 1} columns) is as large as the sample "
            f"({rows} rows)."
        )
    if rows < 2 * folds:
        return f"{rows} rows are too few to learn from {folds} folds of them."
    if dependent(basis, treatment.columns.T):
        return (
            "The adjustment set decides the treatment: there is no row in which it could have "
            "been another (positivity is violated)."
        )
    source: Feature | np.ndarray = treatment.columns if number is None else number
    centre = outcome.columns.mean(axis=0)
    left = outcome.columns - centre
    scale = left.std(axis=0)
    left = left / scale
    sieve = choose(given, source, left, treatment.rare)
    sides = _sides(treatment)
    order, starts = _folds(sides if number is None else np.ones((len(left), 1)), folds)
    compared = len(treatment.contrasts) * left.shape[1]
    sieve, left = sieve.rows(order), left[order]
    sums = folded(sieve, left, starts)
    data = Data(
        order=order,
        starts=starts,
        sieve=sieve,
        penalties=choose_penalties(sums, sieve.masks),
        outcome=left,
        centre=centre,
        scale=scale,
        binary=outcome.levels[0] is not None,
        contrasts=_places(treatment) if number is None else np.empty((0, 2), dtype=np.int64),
        treatment=(sides if number is None else number.line)[order],
        unit=1.0 if number is None else number.scale,
        tail=float(scipy.stats.norm.isf((1.0 - confidence) / 2.0 / compared)),
    )
    learned = learn(sums, sieve.masks, data.penalties)
    parts = parts_of(data, data.outcome, sums, learned)
    return Fitted(data, sums, learned, parts, data.put_together(parts))


def _sides(treatment: Treatment) -> np.ndarray:
    """Return indicators of all values that are contrasted, the reference first."""
    reference = 1.0 - treatment.columns.sum(axis=1) - treatment.rare.sum(axis=1)
    return np.column_stack([reference, treatment.columns])


def _places(treatment: Treatment) -> np.ndarray:
    """Return each contrast's values (from, to) as columns of `_sides`."""
    sides = np.stack([treatment.contrasts < 0, treatment.contrasts > 0], axis=1)
    return np.where(sides.any(axis=2), sides.argmax(axis=2) + 1, 0)


def _folds(sides: np.ndarray, folds: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows fold by fold, each value spread over all folds, and where folds start."""
    count = len(sides)
    drawn = np.random.default_rng(0).permutation(count)
    value = sides[drawn] @ np.arange(1, sides.shape[1] + 1)
    # Dealt out in turn: values one after the other, in the drawn order.
    dealt = np.empty(count, dtype=np.int64)
    dealt[np.argsort(value, kind="stable")] = np.arange(count) % folds
    order = drawn[np.argsort(dealt, kind="stable")]
    sizes = np.bincount(dealt, minlength=folds)
    return order, np.concatenate([[0], np.cumsum(sizes)[:-1]])
