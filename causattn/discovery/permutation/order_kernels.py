"""Compiled steps of searches over orders, for the Gaussian score.

A variable's parents are grown and shrunk among the variables before it: the one that raises the
score most joins, until none does; then the one whose loss raises the score most leaves. With the
parents S of y in the order in which they joined, row i of ``solved`` holds the covariances of all
variables with the i-th parent given the parents before it, divided by its standard deviation:
modified Gram-Schmidt. So, for all x side by side,

==================================== ===========================================
variance of x given S                ``1 - sum_i solved[i, x]^2``
covariance of x and y given S        ``R[x, y] - sum_i solved[i, x] solved[i, y]``
Cholesky factor of ``R[S, S]``       ``solved[j, S[i]]`` for j <= i
==================================== ===========================================

and, with K the inverse of ``R[S, S]`` and b the coefficients of y on S, y's variance without the
parent q is what it was plus ``b[q]^2 / K[q, q]``.

Two searches move a variable through the order with them. BOSS asks for the parents of each prefix
from nothing (`totals`). A warm walk swaps neighbours and grows and shrinks from the parents that
they have (`walk`), which asks far less: Wienöbst, Henckel and Weichwald (2025), "Embracing discrete
search", arXiv 2510.04970, section 3.1.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from causattn.base import njit


class Scored(NamedTuple):
    """What is scored and at what price.

    Attributes
    ----------
    correlation
        float64 [p, p].
    half
        Half the number of observations.
    cost
        What a parent costs.
    prior
        float64 [p, p], from row to column: what an edge adds.
    open
        bool [p, p], from row to column: which edges may be there.
    required
        bool [p, p], from row to column: which are there in any case.
    share
        float64 [p, p], from row to column: the share of the variance left that an edge has to
        take off to pay for itself.
    tie
        Gains below it are none.
    smallest
        Variances below it are none.
    """

    correlation: np.ndarray
    half: float
    cost: float
    prior: np.ndarray
    open: np.ndarray
    required: np.ndarray
    share: np.ndarray
    tie: float
    smallest: float


class Orders(NamedTuple):
    """An order and each variable's family in it.

    Attributes
    ----------
    order, place
        int64 [p]: the variable at each place, and its inverse.
    parents, counts
        int32 [p, p] and int64 [p]: the parents of v are ``parents[v, :counts[v]]``.
    scores
        float64 [p].
    """

    order: np.ndarray
    place: np.ndarray
    parents: np.ndarray
    counts: np.ndarray
    scores: np.ndarray


class OrderRoom(NamedTuple):
    """Room to work in; ``asked`` [1] counts the local scores that were computed."""

    solved: np.ndarray
    variance: np.ndarray
    covariance: np.ndarray
    factor: np.ndarray
    inverse: np.ndarray
    asked: np.ndarray


@njit(cache=True, nogil=True)
def copy(source: Orders, target: Orders) -> None:
    """Copy an order with its families."""
    target.order[:] = source.order
    target.place[:] = source.place
    target.counts[:] = source.counts
    target.scores[:] = source.scores
    for v in range(len(source.order)):
        for i in range(source.counts[v]):
            target.parents[v, i] = source.parents[v, i]


@njit(cache=True, nogil=True)
def _join(y: int, parent: int, count: int, scored: Scored, room: OrderRoom) -> float:
    """Add a parent's row, and return the variance of y that it takes off.

    All of it where the parents before determine the parent, so that there is no score.
    """
    size = len(room.variance)
    row = room.solved[count]
    row[:] = scored.correlation[parent]
    for j in range(count):
        weight = room.solved[j, parent]
        for x in range(size):
            row[x] -= weight * room.solved[j, x]
    if row[parent] < scored.smallest:
        return 1.0
    scale = 1.0 / math.sqrt(row[parent])
    for x in range(size):
        row[x] *= scale
    weight = row[y]
    for x in range(size):
        room.variance[x] -= row[x] * row[x]
        room.covariance[x] -= weight * row[x]
    return weight * weight


@njit(cache=True, nogil=True)
def _project(y: int, count: int, scored: Scored, at: Orders, room: OrderRoom) -> float:
    """Add the rows of all parents of y, and return its variance given them."""
    room.variance[:] = 1.0
    room.covariance[:] = scored.correlation[y]
    left = 1.0
    for i in range(count):
        left -= _join(y, at.parents[y, i], i, scored, room)
    return left


@njit(cache=True, nogil=True)
def _least_needed(
    y: int, count: int, left: float, scored: Scored, at: Orders, room: OrderRoom
) -> int:
    """Return the place of the parent of y whose loss raises the score most, -1 where none does."""
    factor, inverse = room.factor, room.inverse
    for i in range(count):
        for j in range(i + 1):
            factor[i, j] = room.solved[j, at.parents[y, i]]
    for i in range(count):
        inverse[i, i] = 1.0 / factor[i, i]
        for j in range(i):
            total = 0.0
            for m in range(j, i):
                total += factor[i, m] * inverse[m, j]
            inverse[i, j] = -total * inverse[i, i]
    best, most = -1, scored.tie
    for q in range(count):
        parent = at.parents[y, q]
        if scored.required[parent, y]:
            continue
        diagonal, coefficient = 0.0, 0.0
        for i in range(q, count):
            diagonal += inverse[i, q] * inverse[i, q]
            coefficient += inverse[i, q] * room.solved[i, y]
        without = left + coefficient * coefficient / diagonal
        gain = scored.cost - scored.half * math.log(without / left) - scored.prior[parent, y]
        if gain > most or (best >= 0 and gain == most and parent < at.parents[y, best]):
            best, most = q, gain
    room.asked[0] += count
    return best


@njit(cache=True, nogil=True)
def fit(y: int, scored: Scored, at: Orders, room: OrderRoom) -> float:
    """Grow and shrink the parents of y from those it has, and return and note its score."""
    size = len(at.order)
    parents, place = at.parents[y], at.place
    count = at.counts[y]
    left = _project(y, count, scored, at, room)
    if left < scored.smallest:  # required parents alone may determine y or each other
        at.scores[y] = -np.inf
        return -np.inf
    while True:
        best, most = -1, scored.tie
        for u in range(size):
            if place[u] >= place[y] or not scored.open[u, y]:
                continue
            room.asked[0] += 1
            if room.variance[u] < scored.smallest:
                continue
            share = room.covariance[u] * room.covariance[u] / (room.variance[u] * left)
            if share <= scored.share[u, y] or left * (1.0 - share) < scored.smallest:
                continue
            gain = -scored.half * math.log1p(-share) - scored.cost + scored.prior[u, y]
            if gain > most:
                taken = False
                for i in range(count):
                    taken = taken or parents[i] == u
                if not taken:
                    best, most = u, gain
        if best < 0:
            break
        parents[count] = best
        left -= _join(y, best, count, scored, room)
        count += 1
    while count:
        worst = _least_needed(y, count, left, scored, at, room)
        if worst < 0:
            break
        for i in range(worst, count - 1):
            parents[i] = parents[i + 1]
        count -= 1
        left = _project(y, count, scored, at, room)
    at.counts[y] = count
    total = -scored.half * math.log(left) - scored.cost * count
    for i in range(count):
        total += scored.prior[parents[i], y]
    at.scores[y] = total
    return total


@njit(cache=True, nogil=True)
def _gain(u: int, y: int, scored: Scored, at: Orders, room: OrderRoom) -> float:
    """Return what u adds to the score of y with the parents that it has."""
    factor = room.factor
    count = at.counts[y]
    var_y, var_u, both = 1.0, 1.0, scored.correlation[u, y]
    for i in range(count):
        node = at.parents[y, i]
        for j in range(i + 1):
            value = scored.correlation[node, at.parents[y, j]]
            for m in range(j):
                value -= factor[i, m] * factor[j, m]
            if i == j:
                factor[i, i] = math.sqrt(value)
            else:
                factor[i, j] = value / factor[j, j]
        on_y, on_u = scored.correlation[node, y], scored.correlation[node, u]
        for m in range(i):
            on_y -= factor[i, m] * factor[count, m]
            on_u -= factor[i, m] * factor[count + 1, m]
        on_y /= factor[i, i]
        on_u /= factor[i, i]
        factor[count, i], factor[count + 1, i] = on_y, on_u
        var_y -= on_y * on_y
        var_u -= on_u * on_u
        both -= on_y * on_u
    room.asked[0] += 1
    if var_u < scored.smallest:
        return -np.inf
    share = both * both / (var_u * var_y)
    if share <= scored.share[u, y] or var_y * (1.0 - share) < scored.smallest:
        return -np.inf
    return -scored.half * math.log1p(-share) - scored.cost + scored.prior[u, y]


@njit(cache=True, nogil=True)
def _swap(j: int, scored: Scored, at: Orders, room: OrderRoom) -> float:
    """Swap the variables at places j and j + 1, and return what that adds to the score."""
    x, y = at.order[j], at.order[j + 1]
    at.order[j], at.order[j + 1] = y, x
    at.place[y], at.place[x] = j, j + 1
    before = at.scores[x] + at.scores[y]
    count = at.counts[y]
    for i in range(count):
        if at.parents[y, i] == x:
            for m in range(i, count - 1):
                at.parents[y, m] = at.parents[y, m + 1]
            at.counts[y] = count - 1
            fit(y, scored, at, room)
            break
    if scored.open[y, x] and _gain(y, x, scored, at, room) > scored.tie:
        at.parents[x, at.counts[x]] = y
        at.counts[x] += 1
        fit(x, scored, at, room)
    return at.scores[x] + at.scores[y] - before


@njit(cache=True, nogil=True)
def fit_all(scored: Scored, at: Orders, room: OrderRoom, cold: bool) -> float:
    """Fit each variable in a new order, and return the score of all.

    Parameters
    ----------
    cold
        Whether to begin from required parents alone, not from those that are still before it.
    """
    total = 0.0
    for v in range(len(at.order)):
        kept = 0
        for i in range(at.counts[v]):
            u = at.parents[v, i]
            if not cold and at.place[u] < at.place[v] and not scored.required[u, v]:
                at.parents[v, kept] = u
                kept += 1
        for u in range(len(at.order)):
            if scored.required[u, v]:
                at.parents[v, kept] = u
                kept += 1
        at.counts[v] = kept
        total += fit(v, scored, at, room)
    return total


@njit(cache=True, nogil=True)
def walk(v: int, scored: Scored, at: Orders, first: Orders, best: Orders, room: OrderRoom) -> float:
    """Walk a variable through the order, leave it where the score is best; return the gain.

    Parameters
    ----------
    first, best
        Room for copies of the order.
    """
    copy(at, first)
    start, most, least = at.place[v], 0.0, 1e-6
    for step in (-1, 1):
        gained = 0.0
        other = start + step
        while 0 <= other < len(at.order):
            u = at.order[other]
            if scored.required[u, v] if step < 0 else scored.required[v, u]:
                break
            gained += _swap(min(other, other - step), scored, at, room)
            if gained > most + least:
                most = gained
                copy(at, best)
            other += step
        copy(first, at)
    if most > 0.0:
        copy(best, at)
    return most


@njit(cache=True, nogil=True)
def totals(v: int, scored: Scored, at: Orders, room: OrderRoom, found: np.ndarray) -> None:
    """Write the score of all with a variable at each place of the order, the others as they stand.

    Parameters
    ----------
    at
        An order; families and places are overwritten.
    found
        float64 [p].
    """
    size = len(at.order)
    others = np.empty(size - 1, dtype=np.int64)
    count = 0
    for u in at.order:
        if u != v:
            others[count] = u
            at.place[u] = 2 * count
            count += 1
    for j in range(size):
        at.place[v] = 2 * j - 1
        found[j] = _cold(v, scored, at, room)
    without = 0.0
    at.place[v] = 2 * size
    for j in range(size):
        found[j] += without
        if j < size - 1:
            without += _cold(others[j], scored, at, room)
    within = 0.0
    at.place[v] = -1
    for j in range(size - 2, -1, -1):
        within += _cold(others[j], scored, at, room)
        found[j] += within


@njit(cache=True, nogil=True)
def _cold(y: int, scored: Scored, at: Orders, room: OrderRoom) -> float:
    """Return the score of y from required parents on; minus infinity where one is not before it."""
    count = 0
    for u in range(len(at.order)):
        if scored.required[u, y]:
            if at.place[u] >= at.place[y]:
                return -np.inf
            at.parents[y, count] = u
            count += 1
    at.counts[y] = count
    return fit(y, scored, at, room)
