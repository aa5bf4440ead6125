"""A cross-fitted effect estimated again on changed data, draw by draw, from sums of products.

=====================  =============================================================================
some rows, or some     Both regressions are learned again, for each fold on the others. The columns
more than once         stay those that were chosen on all rows
a further column       The same, the column in both
another outcome        The outcome's regression is learned again; the weights do not depend on it
a permuted source      It is known to depend on nothing, so that its weights are those of its own
                       distribution, and the outcome is learned from what is adjusted for: doubly
                       robust with one of the two known
=====================  =============================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import cast

import numpy as np

from causattn.effects.contract import Change, Draws
from causattn.effects.estimate.cross_fit import PENALTIES, Sums, learn, means, others, ridge
from causattn.effects.estimate.cross_fitted_data import Data, Parts, by_fold, parts_of

_CELLS = 500_000
"""Numbers held at once per array of draws (4 MB, so that they stay in the cache)."""


def cross_fitted_again(
    data: Data, sums: Sums, reported: tuple[int, int], changes: Iterable[Change]
) -> Draws:
    """Estimate the reported contrast once more on each change; changes are all of one kind."""
    again = _Again(data, sums, reported)
    rest, estimates, ratios = iter(changes), [], []
    for first in rest:
        some = [first, *islice(rest, again.at_once(first) - 1)]
        if first.times is not None:
            estimates.append(again.counted(some))
        elif first.column is not None:
            estimates.append(again.joined(some))
        else:
            parts = again.permuted(some) if first.treatment is not None else again.other(some)
            binary = data.binary and first.made is None
            found = replace(data, binary=binary).put_together(parts)
            estimates.append(found.estimate[:, *reported])
            ratios.append(found.ratios(data.tail).max(axis=(1, 2)))
    return Draws(np.concatenate(estimates), np.concatenate(ratios) if ratios else None)


_FEW = 12
"""Columns, up to which products of all of them are written out row by row."""


class _Again:
    """The four ways to change the data of an effect."""

    def __init__(self, data: Data, sums: Sums, reported: tuple[int, int]) -> None:
        self._data, self._sums, self._contrast = data, sums, reported[0]
        self._column = reported[1]
        self._ends = [*data.starts[1:], data.rows]
        self._place = np.empty_like(data.order)
        self._place[data.order] = np.arange(data.rows)

    def at_once(self, change: Change) -> int:
        """Return how many changes of a kind to hold at once."""
        data = self._data
        size = data.rows
        if change.times is not None or change.column is not None:
            size = max(size, data.sieve.columns.shape[1] ** 2 * len(data.starts))
        elif change.treatment is None:
            size *= data.outcome.shape[1]
        return max(1, _CELLS // size)

    def counted(self, changes: list[Change]) -> np.ndarray:
        """Return estimates with rows counted so often, float64 [b]; NaN without both values."""
        data = self._data
        times = np.stack([cast(np.ndarray, change.times) for change in changes])
        held = np.ones(len(changes), dtype=bool)
        for value in data.contrasts[self._contrast] if len(data.contrasts) else ():
            held &= times @ data.treatment[self._place, value] > 0
        width = data.sieve.columns.shape[1]
        sums = (self._few if width <= _FEW else self._many)(times.take(data.order, axis=1))
        products = np.empty((*sums.shape[:2], width, width))
        first, second = np.triu_indices(width)
        products[..., first, second] = products[..., second, first] = sums[..., : len(first)]
        rest = sums[..., len(first) :]
        moved = np.concatenate([products[..., 0, : data.sieve.base], rest[..., width:]], axis=-1)
        drawn = Sums(products, rest[..., :width, None], moved)
        return np.where(held, self._solved(drawn), np.nan)

    @cached_property
    def _right(self) -> np.ndarray:
        """The columns, the outcome and what the source's columns become, float64 [n, q]."""
        sieve, outcome = self._data.sieve, self._data.outcome[:, [self._column]]
        return np.concatenate([sieve.columns, outcome, sieve.moved[:, sieve.base :]], axis=1)

    @cached_property
    def _each(self) -> np.ndarray:
        """What each row adds to the sums: products of columns, with the outcome, what is moved."""
        width = self._data.sieve.columns.shape[1]
        first, second = np.triu_indices(width)
        right = self._right
        products = right[:, first] * right[:, second]
        outcome = right[:, :width] * right[:, [width]]
        return np.concatenate([products, outcome, right[:, width + 1 :]], axis=1)

    def _few(self, times: np.ndarray) -> np.ndarray:
        """Return sums over rows counted so often, float64 [b, folds, q], of few columns."""
        parts = zip(self._data.starts, self._ends, strict=True)
        every = [times[:, a:b].astype(float) @ self._each[a:b] for a, b in parts]
        return np.stack(every, axis=1)

    def _many(self, times: np.ndarray) -> np.ndarray:
        """Return the same of many columns: of subsets, all rows' less those that are left out."""
        right, width = self._right, self._data.sieve.columns.shape[1]
        out = bool(times.max() == 1) and 2 * int(times[0].sum()) >= times.shape[1]
        found = []
        for each in times:
            rows = np.flatnonzero(each == 0 if out else each)
            picked = right.take(rows, axis=0)
            left = picked[:, :width] if out else picked[:, :width] * each[rows, None]
            found.append(self._summed(picked, left, np.searchsorted(rows, self._ends)))
        every = np.stack(found)
        if not out:
            return every
        return self._summed(right, right[:, :width], np.array(self._ends)) - every

    @staticmethod
    def _summed(right: np.ndarray, left: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Return the sums of each fold's rows, float64 [folds, q]; `left` is weighed."""
        width = left.shape[1]
        first, second = np.triu_indices(width)
        folds = zip(np.concatenate([[0], ends[:-1]]), ends, strict=True)
        each = [left[start:end].T @ right[start:end] for start, end in folds]
        parts = [[one[first, second], one[:, width], one[0, width + 1 :]] for one in each]
        return np.stack([np.concatenate(part) for part in parts])

    def joined(self, changes: list[Change]) -> np.ndarray:
        """Return the estimates with a column in what is adjusted for, float64 [b].

        With H the inverse of the others' products and u those with the column, a solution loses
        its part along H u: a border of one column needs no further inverse.
        """
        data, sieve = self._data, self._data.sieve
        width = sieve.columns.shape[1]
        new = np.empty((len(changes), data.rows))
        for row, change in zip(new, changes, strict=True):
            assert change.column is not None
            # No place is outside, and with any other mode numpy writes by way of a copy.
            change.column.take(data.order, out=row, mode="clip")
        outcome = data.outcome[:, self._column]
        both = np.column_stack([sieve.columns, outcome])
        on = np.stack(
            [new[:, a:b] @ both[a:b] for a, b in zip(data.starts, self._ends, strict=True)],
            axis=1,
        )
        square = np.stack(
            [
                np.einsum("bn,bn->b", new[:, a:b], new[:, a:b])
                for a, b in zip(data.starts, self._ends, strict=True)
            ],
            axis=1,
        )
        rest, spare = others(on, 1), others(square, 1)
        learned = learn(self._sums, sieve.masks, data.penalties)
        effect = self._sides()
        beta, along_outcome = self._bordered(
            learned.coefficients[..., self._column], rest, spare, data.penalties.outcome
        )
        aside = np.concatenate([rest[..., :width], np.zeros((*rest.shape[:-1], 1))], axis=-1)
        rho, along_weights = self._bordered(
            learned.weights @ effect, aside, spare, data.penalties.weights
        )
        at = self._sums.moved * (effect @ sieve.masks)
        error = self._sums.outcomes[..., self._column] - np.einsum(
            "kpq,bkq->bkp", self._sums.products, beta
        )
        error -= on[..., :width] * along_outcome[..., None]
        border = on[..., width] - np.einsum("bkp,bkp->bk", on[..., :width], beta)
        border -= square * along_outcome
        total = np.einsum("kp,bkp->b", at, beta) + np.einsum("bkp,bkp->b", rho, error)
        total += (along_weights * border).sum(axis=1)
        return total / data.rows * self._size()

    def _bordered(
        self, found: np.ndarray, rest: np.ndarray, spare: np.ndarray, penalty: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return a solution with a further column beside it, and that column's own part.

        Parameters
        ----------
        found
            float64 [folds, p], without it.
        rest
            float64 [b, folds, p + 1], the column's products with the others and the right side.
        spare
            float64 [b, folds], its product with itself.
        penalty
            Of the solution.
        """
        across, wanted = rest[..., :-1], rest[..., -1]
        inverse = np.linalg.inv(ridge(others(self._sums.products, 0), penalty))
        turned = np.einsum("kpq,bkq->bkp", inverse, across)
        left = spare + penalty - np.einsum("bkp,bkp->bk", across, turned)
        along = (wanted - np.einsum("bkp,kp->bk", across, found)) / left
        return found - turned * along[..., None], along

    def permuted(self, changes: list[Change]) -> Parts:
        """Return parts with the source's rows in another order."""
        data, n, base = self._data, self._data.rows, self._data.sieve.base
        only = Sums(
            self._sums.products[:, :base, :base],
            self._sums.outcomes[:, :base],
            self._sums.moved[:, :base],
        )
        given = learn(only, np.zeros((1, base)), data.penalties).coefficients
        fitted = by_fold(data, data.sieve.columns[:, :base], given)
        left = np.empty_like(data.outcome)
        left[data.order] = data.outcome - fitted
        alone = np.empty_like(data.treatment)
        alone[data.order] = self._marginal()
        both = np.concatenate([left, left**2], axis=1)
        many = left.shape[1]
        mean = np.empty((len(changes), alone.shape[1], many))
        weights = np.empty((len(changes), n))
        noise = np.empty_like(mean)
        for k in range(alone.shape[1]):
            own = np.ascontiguousarray(alone[:, k])
            for row, change in zip(weights, changes, strict=True):
                assert change.treatment is not None
                own.take(change.treatment, out=row, mode="clip")
            mean[:, k] = weights @ both[:, :many] / n
            weights *= weights
            noise[:, k] = weights @ both[:, many:] / n**2
        if len(data.contrasts):
            mean += fitted.mean(axis=0)
        rows = np.broadcast_to(n**2 / (alone**2).sum(axis=0), mean.shape[:2])
        between = np.zeros((len(changes), max(1, len(data.contrasts)), many))
        return Parts(mean, noise, between, rows)

    def other(self, changes: list[Change]) -> Parts:
        """Return parts with another outcome, or the same in another order."""
        data = self._data
        table = np.empty_like(data.outcome)
        table[data.order] = data.outcome
        made = [
            table[change.outcome] if change.made is None else change.made.T / data.scale
            for change in changes
        ]
        many = table.shape[1]
        outcome = np.stack([one[data.order] for one in made], axis=1).reshape(data.rows, -1)
        across = np.stack(
            [
                data.sieve.columns[a:b].T @ outcome[a:b]
                for a, b in zip(data.starts, self._ends, strict=True)
            ]
        )
        sums = Sums(self._sums.products, across, self._sums.moved)
        parts = parts_of(data, outcome, sums, learn(sums, data.sieve.masks, data.penalties))

        def split(each: np.ndarray) -> np.ndarray:
            return np.moveaxis(each.reshape(*each.shape[:-1], len(changes), many), -2, 0)

        rows = np.broadcast_to(parts.rows, (len(changes), len(parts.rows)))
        return Parts(split(parts.mean), split(parts.noise), split(parts.between), rows)

    def _marginal(self) -> np.ndarray:
        """Return the weights of a source that depends on nothing, float64 [n, f], fold by fold."""
        data, sieve = self._data, self._data.sieve
        if len(data.contrasts):
            return data.treatment / data.treatment.mean(axis=0)
        columns = np.column_stack([np.ones(data.rows), sieve.columns[:, sieve.alone]])
        slope = np.concatenate([[0.0], sieve.moved[:, sieve.alone].sum(axis=0)])
        products = ridge(columns.T @ columns, PENALTIES[0])
        weights: np.ndarray = columns @ np.linalg.solve(products, slope)
        return weights[:, None]

    def _sides(self) -> np.ndarray:
        """Return which means make up the reported contrast, float64 [f]."""
        sides = np.zeros(len(self._data.sieve.masks))
        if not len(self._data.contrasts):
            sides[0] = 1.0
            return sides
        start, end = self._data.contrasts[self._contrast]
        sides[end] += 1.0
        sides[start] -= 1.0
        return sides

    def _size(self) -> float:
        return float(self._data.scale[self._column] / self._data.unit)

    def _solved(self, sums: Sums) -> np.ndarray:
        """Return the reported contrast from the sums of draws, float64 [b]."""
        sides = self._sides() @ self._data.sieve.masks
        found = means(sums, learn(sums, sides[None], self._data.penalties), sides[None])
        return found[:, 0, 0] * self._size()
