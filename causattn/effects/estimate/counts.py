"""Rows sorted into strata, and what is summed over them in many draws at once.

An outcome of few different rows is counted: the rows of each stratum, value and kind of outcome say
all there is to know of a draw. Others are summed, with their squares.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import scipy.stats

MOST_KINDS = 20
"""Most different values of an outcome that are counted rather than summed."""


@dataclass(frozen=True)
class Strata:
    """Rows sorted into strata.

    Parameters
    ----------
    stratum
        int64 [n], in 0 .. `count` - 1.
    count
        Number of strata.
    value
        int64 [n], which of the `values` contrasted values the source has, -1 for any other.
    values
        Number of values.
    outcome
        float64 [n, m].
    kind, kinds
        int64 [n] and float64 [q, m]: which of its q different rows the outcome has; no rows where
        there are many.
    low, high
        float64 [m], what the outcome lies between.
    binary
        Whether it is 0 or 1.
    starts, ends
        int64 [c], the values that the c contrasts compare.
    confidence
        Coverage of the intervals, simultaneous over all c m contrasts.
    """

    stratum: np.ndarray
    count: int
    value: np.ndarray
    values: int
    outcome: np.ndarray
    kind: np.ndarray
    kinds: np.ndarray
    low: np.ndarray
    high: np.ndarray
    binary: bool
    starts: np.ndarray
    ends: np.ndarray
    confidence: float

    @classmethod
    def of(
        cls,
        stratum: np.ndarray,
        value: np.ndarray,
        values: int,
        outcome: np.ndarray,
        contrasts: np.ndarray,
        confidence: float,
    ) -> Strata:
        """Sort rows into strata; `contrasts` is int64 [c, 2], for the rest see the class."""
        binary = bool(((outcome == 0.0) | (outcome == 1.0)).all())
        low, high = outcome.min(axis=0), outcome.max(axis=0)
        if binary:
            low, high = np.zeros_like(low), np.ones_like(high)
        count = int(stratum.max(initial=0)) + 1
        kinds, kind = _kinds(outcome, binary)
        return cls(
            stratum,
            count,
            value,
            values,
            outcome,
            kind,
            kinds,
            low,
            high,
            binary,
            contrasts[:, 0],
            contrasts[:, 1],
            confidence,
        )

    def observed(self) -> np.ndarray:
        """Return the outcome as `summed` takes it: its kinds where there are few."""
        return self.kind if len(self.kinds) else self.outcome

    @cached_property
    def coded(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Parts of each row's cell among all of stratum, value and kind, int64 [n] each.

        They add up to the cell; worked out once for all draws, the value counted from -1.
        """
        kinds = len(self.kinds)
        stratum = self.stratum * ((self.values + 1) * kinds)
        return stratum, (self.value + 1) * kinds, self.kind

    @cached_property
    def tail(self) -> float:
        """The normal quantile of the intervals."""
        compared = len(self.starts) * self.outcome.shape[1]
        return float(scipy.stats.norm.isf((1.0 - self.confidence) / 2.0 / compared))


def _kinds(outcome: np.ndarray, binary: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the different rows, in order, and which of them each row is; none where many."""
    kind = np.zeros(len(outcome), dtype=np.int64)
    for column in outcome.T:
        # Only what is more than 0 and 1 has to be sorted.
        own = column.astype(np.int64) if binary else np.unique(column, return_inverse=True)[1]
        # Numbered again each time, so that no product of counts runs over.
        seen, kind = ranked(kind * (int(own.max()) + 1) + own)
        if len(seen) > MOST_KINDS:
            return outcome[:0], kind[:0]
    first = np.empty(int(kind.max(initial=-1)) + 1, dtype=np.int64)
    first[kind[::-1]] = np.arange(len(kind))[::-1]
    return outcome[first], kind


def ranked(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different codes, in order, and which of them each is; not negative, and small."""
    seen = np.bincount(codes) > 0
    return np.flatnonzero(seen), (np.cumsum(seen) - 1)[codes]


class Sums(NamedTuple):
    """Sums over the rows of each stratum and value, for b draws.

    Parameters
    ----------
    rows
        float64 [b, s, k], how many there are.
    totals, squares
        float64 [b, s, k, m], of the outcome and of its square.
    shares
        float64 [b, s], of the rows that each stratum holds.
    """

    rows: np.ndarray
    totals: np.ndarray
    squares: np.ndarray
    shares: np.ndarray


def summed(
    strata: Strata,
    value: np.ndarray,
    outcome: np.ndarray,
    times: np.ndarray | None = None,
) -> Sums:
    """Return the sums of b draws.

    Parameters
    ----------
    strata
        What the draws have in common.
    value
        int64 [b, n] (b may be 1 where it is the same in every draw).
    outcome
        int64 [b, n], which of `Strata.kinds` each row has, or float64 [b, n, m].
    times
        float64 [b, n], how often each row counts; None for once.
    """
    draws = max(len(value), len(outcome), 1 if times is None else len(times))
    count = strata.values + 1
    cell = strata.stratum * count + value + 1
    shape = draws, strata.count, count
    if outcome.ndim == 2:
        kinds = len(strata.kinds)
        return of_counts(strata, _total(cell * kinds + outcome, times, (*shape, kinds)))
    weighed = outcome if times is None else outcome * times[:, :, None]
    every = _total(cell, times, shape)
    totals, squares = (
        np.stack([_total(cell, part, shape) for part in np.moveaxis(parts, 2, 0)], axis=-1)
        for parts in (weighed, weighed * outcome)
    )
    return _sums(every, totals, squares)


def moved(strata: Strata, orders: Iterable[np.ndarray], outcome: bool) -> Sums:
    """Return the sums of draws that permute the source's rows, or the outcome's, of few kinds.

    Parameters
    ----------
    strata
        What the draws have in common.
    orders
        int64 [n] a draw, the order into which the rows are put.
    outcome
        Whether they are the outcome's.
    """
    stratum, value, kind = strata.coded
    stays, moves = (stratum + value, kind) if outcome else (stratum + kind, value)
    shape = strata.count, strata.values + 1, len(strata.kinds)
    cells = int(np.prod(shape))
    # A draw at a time: its rows are still in the processor's cache from being drawn.
    counts = [np.bincount(stays + moves[order], minlength=cells) for order in orders]
    return of_counts(strata, np.stack(counts).astype(float).reshape(-1, *shape))


def weighed_counts(strata: Strata, weights: Iterable[np.ndarray]) -> np.ndarray:
    """Return sums of the rows' weights in all cells of an outcome of q kinds, [b, s, k + 1, q].

    Parameters
    ----------
    strata
        What the draws have in common.
    weights
        [n] a draw.
    """
    stratum, value, kind = strata.coded
    cell = stratum + value + kind
    shape = strata.count, strata.values + 1, len(strata.kinds)
    cells = int(np.prod(shape))
    counts = [np.bincount(cell, each, minlength=cells) for each in weights]
    return np.stack(counts).reshape(-1, *shape)


def of_counts(strata: Strata, counts: np.ndarray) -> Sums:
    """Return the sums that follow from the rows of each kind, float64 [b, s, k + 1, q]."""
    kinds = strata.kinds
    flat = counts.reshape(-1, len(kinds))
    totals, squares = (
        (flat @ each).reshape(*counts.shape[:3], kinds.shape[1]) for each in (kinds, kinds**2)
    )
    return _sums(counts.sum(axis=3), totals, squares)


def _sums(every: np.ndarray, totals: np.ndarray, squares: np.ndarray) -> Sums:
    """Return sums, the rows at none of the values left out but for the strata's shares."""
    held = every.sum(axis=2)
    shares = held / held.sum(axis=1, keepdims=True)
    return Sums(every[:, :, 1:], totals[:, :, 1:], squares[:, :, 1:], shares)


def _total(cell: np.ndarray, weights: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray:
    """Return the sums of weights, [b or 1, n], in the cells, [b or 1, n], of each of b draws."""
    draws, cells = shape[0], int(np.prod(shape[1:]))
    if len(cell) == 1 and weights is None:
        every = np.bincount(cell[0], minlength=cells)
        return np.broadcast_to(every.reshape(1, *shape[1:]), shape).astype(float)
    cell = (cell + cells * np.arange(draws)[:, None]).ravel()
    if weights is not None:
        weights = np.broadcast_to(weights, (draws, weights.shape[1])).ravel()
    return np.bincount(cell, weights, minlength=draws * cells).reshape(shape).astype(float)
