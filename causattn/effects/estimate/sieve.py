"""The columns of one effect's regressions: those that the source or the outcome asks for.

Every line that is adjusted for is in. Of bends and of products of two lines those are in that the
source, its spread or the outcome follows once the lines are taken off (double selection, Belloni,
Chernozhukov and Hansen 2014: what neither follows cannot confound), or whose products with the
source the outcome follows. The source enters with its line, its bends where the outcome follows
them, and its products with what the outcome follows in them or the source's own chances or spread
follow.

=========  =========================================================================================
followed   `LEVEL` of chi-square tests of each group: one variable's bends, or one product; shared
           between all that is asked of a group
room       `ROWS_A_COLUMN` rows a column beyond the lines, `ROWS_A_PRODUCT` of the source's value a
           product with it; where there are more, the ones that are followed most
=========  =========================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import scipy.special

from causattn.effects.estimate.curves import Feature

LEVEL = 0.05
ROWS_A_COLUMN = 20
ROWS_A_PRODUCT = 10
MOST_CANDIDATES = 400
"""With more bends and products than this, products of what is adjusted for are not tried."""


@dataclass(frozen=True)
class Sieve:
    """An effect's columns.

    Parameters
    ----------
    columns
        float64 [n, p]: the intercept, what is adjusted for, then the source's own columns.
    moved
        float64 [n, p]: of what is adjusted for the same; of the source's own what they become where
        the source has the value, or what they change by for a unit of a number.
    masks
        float64 [f, p], which of `moved` makes up each mean (one a value), or the slope.
    base
        How many columns are not the source's own.
    alone
        bool [p], which columns are of the source only: its line or indicators, and its bends.
    """

    columns: np.ndarray
    moved: np.ndarray
    masks: np.ndarray
    base: int
    alone: np.ndarray

    def rows(self, order: np.ndarray) -> Sieve:
        """Return the same with the rows in another order."""
        return replace(self, columns=self.columns[order], moved=self.moved[order])


class _Groups(NamedTuple):
    """Candidate columns, [n, q], the group of each, and which bends or line they are made of."""

    columns: np.ndarray
    group: np.ndarray


def choose(
    given: list[Feature],
    source: Feature | np.ndarray,
    outcome: np.ndarray,
    rare: np.ndarray,
) -> Sieve:
    """Return the columns for an effect.

    Parameters
    ----------
    given
        What is adjusted for.
    source
        A number; or indicators of the values but the first one, float64 [n, d].
    outcome
        float64 [n, m].
    rare
        float64 [n, r], indicators of values that are not contrasted.
    """
    count = len(outcome)
    own = source.line if isinstance(source, Feature) else source
    one = np.ones((count, 1))
    lines = np.concatenate([one, *(each.line for each in given)], axis=1)
    room = max(0, count // ROWS_A_COLUMN - lines.shape[1])
    fitted = _Off(np.concatenate([lines, rare], axis=1))
    shape = _candidates(given, count)
    y, t = fitted.left(outcome), fitted.left(own)
    bent = fitted.left(shape.columns)
    others = [y, t, fitted.left(t**2)] if isinstance(source, Feature) else [y, t]
    asked = fitted.followed(bent, shape.group, *others)
    for each in t.T:
        asked += fitted.followed(bent * each[:, None], shape.group, y)
    kept = _room(len(asked) * np.min(asked, axis=0), shape.group, room)
    base = np.concatenate([lines, shape.columns[:, kept]], axis=1)
    alone = np.arange(lines.shape[1] - 1)
    group = np.concatenate([alone, len(alone) + shape.group[kept]])
    group = np.unique(group, return_inverse=True)[1]
    of_number = source if isinstance(source, Feature) else None
    return _with_source(base, group, own, t, rare, outcome, of_number)


def _with_source(
    base: np.ndarray,
    group: np.ndarray,
    own: np.ndarray,
    left: np.ndarray,
    rare: np.ndarray,
    outcome: np.ndarray,
    number: Feature | None,
) -> Sieve:
    """Return what is adjusted for, and the source's own columns beside it."""
    count, width = base.shape
    spare = max(0, count // ROWS_A_COLUMN - width - own.shape[1])
    fitted = _Off(np.concatenate([base, rare, own], axis=1))
    y = fitted.left(outcome)
    terms, plain = base[:, 1:], _Off(base[:, :1])
    blocks, moved, value = [own], [np.ones_like(own)], list(range(own.shape[1]))
    alone = [True] * own.shape[1]
    for k in range(own.shape[1]):
        products = terms * own[:, [k]]
        # What the source's chances follow, or a number's spread, its weights must follow, too.
        asks = plain.left(own[:, [k]] if number is None else left**2)
        both = fitted.followed(products, group, y) + plain.followed(terms, group, asks)
        p = 2.0 * np.minimum(*both)
        held = count if number is not None else int(np.count_nonzero(own[:, k]))
        kept = _room(p, group, min(spare, held // ROWS_A_PRODUCT))
        spare -= int(np.count_nonzero(kept))
        blocks.append(products[:, kept])
        moved.append(terms[:, kept])
        value += [k] * int(np.count_nonzero(kept))
        alone += [False] * int(np.count_nonzero(kept))
    if number is not None and number.bends.shape[1]:
        together = np.zeros(number.bends.shape[1], dtype=np.int64)
        p = fitted.followed(number.bends, together, y)[0]
        if p[0] < LEVEL and number.bends.shape[1] <= spare:
            blocks.append(number.bends)
            moved.append(number.slopes)
            value += [0] * number.bends.shape[1]
            alone += [True] * number.bends.shape[1]
    ours = np.concatenate([*blocks, rare], axis=1)
    changed = np.concatenate([*moved, np.zeros_like(rare)], axis=1)
    of = np.array(value + [-1] * rare.shape[1])
    if number is not None:
        masks = np.concatenate([np.zeros(width), np.ones(len(of))])[None]
    else:
        each = np.arange(-1, own.shape[1])[:, None]
        sides = (of[None] == each) & (each >= 0)
        masks = np.concatenate([np.ones((len(each), width)), sides.astype(float)], axis=1)
    return Sieve(
        np.concatenate([base, ours], axis=1),
        np.concatenate([base, changed], axis=1),
        masks,
        width,
        np.array([False] * width + alone + [False] * rare.shape[1]),
    )


class _Off:
    """What some columns leave of others."""

    def __init__(self, columns: np.ndarray) -> None:
        scale = np.sqrt(np.maximum((columns**2).sum(axis=0), np.finfo(float).tiny))
        scaled = columns / scale
        values, vectors = np.linalg.eigh(scaled.T @ scaled)
        kept = values > 1e-10
        self._basis = scaled @ (vectors[:, kept] / np.sqrt(values[kept]))

    def left(self, columns: np.ndarray) -> np.ndarray:
        """Return the residuals of columns, float64 [n, q]."""
        found: np.ndarray = columns - self._basis @ (self._basis.T @ columns)
        return found

    def followed(self, columns: np.ndarray, group: np.ndarray, *by: np.ndarray) -> list[np.ndarray]:
        """Return the p of what is left of each group having nothing to do with some residuals.

        The columns of a group are taken as orthogonal, as bends are but for what the lines took off
        and what the source weighs them by. float64 [groups] for each of `by`.
        """
        if not len(group):
            return [np.ones(0) for _ in by]
        # Residuals are orthogonal to what was taken off: only sizes need to be less of it.
        along = self._basis.T @ columns
        whole = np.einsum("nq,nq->q", columns, columns)
        size = whole - np.einsum("rq,rq->q", along, along)
        there = size > 1e-10 * whole
        inverse = np.where(there, 1.0 / np.where(there, size, 1.0), 0.0)
        sizes, found = np.bincount(group), []
        for other in by:
            total = np.einsum("nm,nm->m", other, other)
            known = total > 1e-12 * len(other)
            across = (columns.T @ other[:, known]) ** 2 / total[known]
            each = np.bincount(group, across.sum(axis=1) * inverse)
            degrees = sizes * max(1, int(known.sum()))
            found.append(scipy.special.chdtrc(degrees, len(other) * each))
        return found


def _candidates(given: list[Feature], count: int) -> _Groups:
    """Return bends and products of lines."""
    columns = [np.empty((count, 0))]
    sizes: list[int] = []
    for each in given:
        if each.bends.shape[1]:
            columns.append(each.bends)
            sizes.append(each.bends.shape[1])
    pairs = [(a, b) for k, a in enumerate(given) for b in given[:k]]
    products = sum(a.line.shape[1] * b.line.shape[1] for a, b in pairs)
    if sum(sizes) + products <= MOST_CANDIDATES:
        for a, b in pairs:
            both = (a.line[:, :, None] * b.line[:, None, :]).reshape(len(a.line), -1)
            columns.append(both)
            sizes += [1] * both.shape[1]
    group = np.repeat(np.arange(len(sizes)), np.array(sizes, dtype=np.int64))
    return _Groups(np.concatenate(columns, axis=1), group)


def _room(p: np.ndarray, group: np.ndarray, room: int) -> np.ndarray:
    """Return which columns are kept: groups below `LEVEL`, the smallest p first, that have room."""
    sizes = np.bincount(group, minlength=len(p))
    kept = np.zeros(len(p), dtype=bool)
    for each in np.argsort(p, kind="stable"):
        if p[each] >= LEVEL:
            break
        if sizes[each] <= room:
            kept[each] = True
            room -= int(sizes[each])
    return kept[group] if len(group) else np.zeros(0, dtype=bool)
