"""The skeleton phase of PC-stable, and the search for separating sets of untested pairs.

PC-stable (Colombo and Maathuis 2014, "Order-independent constraint-based causal structure
learning", algorithm 4.1) fixes the adjacency sets for a whole order, so the skeleton does not
depend on the columns' order. Two ways of going through the subsets:

*all* tests every subset of an order and keeps the union of those that separate, as causal-learn
does; *first* stops a pair at its first separating set. What comes first is settled by the data
too: stronger neighbours enter conditioning sets first, and of a pair's two ends the one with the
stronger neighbourhood is tried first. So not even the separating sets depend on the columns'
order, as long as no two marginal statistics are equal.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from causattn.discovery._pc._groups import Evaluator, Groups, Outcome
from causattn.discovery._pc._knowledge import Constraints
from causattn.discovery._pc._separating_sets import SeparatingSets


@dataclass
class Evidence:
    """Of each pair's tests the most independent one; all [p, p], symmetric.

    Parameters
    ----------
    statistic
        Its statistic, infinite where the pair was not tested.
    degrees_of_freedom
        Its degrees of freedom, 0 where the test has none.
    independence
        How independent it looked, larger for more.
    """

    statistic: np.ndarray
    degrees_of_freedom: np.ndarray
    independence: np.ndarray

    @classmethod
    def empty(cls, size: int) -> Evidence:
        """Return evidence of no test at all."""
        shape = (size, size)
        return cls(np.full(shape, np.inf), np.zeros(shape), np.full(shape, -np.inf))

    def add(self, groups: Groups, outcome: Outcome) -> None:
        """Keep at [x, y] what is more independent than anything met so far from that end."""
        better = outcome.independence > self.independence[groups.entry_centers, groups.columns]
        better = np.flatnonzero(better & (outcome.tested > 0))
        at = groups.entry_centers[better], groups.columns[better]
        self.independence[at] = outcome.independence[better]
        self.statistic[at] = outcome.statistic[better]
        self.degrees_of_freedom[at] = outcome.degrees_of_freedom[better]

    def join_ends(self) -> None:
        """Keep at [x, y] and [y, x] the more independent of the two."""
        other = self.independence < self.independence.T
        for matrix in (self.statistic, self.degrees_of_freedom, self.independence):
            matrix[other] = matrix.T[other]


@dataclass
class Skeleton:
    """What the skeleton phase leaves.

    Parameters
    ----------
    adjacency
        bool [p, p], symmetric.
    separating_sets
        Of the pairs that were tested and separated.
    evidence
        Of every tested pair.
    tests
        Distinct tests by order.
    """

    adjacency: np.ndarray
    separating_sets: SeparatingSets
    evidence: Evidence
    tests: list[int] = field(default_factory=list)


def find_skeleton(
    evaluator: Evaluator,
    known: Constraints,
    *,
    keep_all: bool,
    narrow: bool,
    max_order: int | None = None,
) -> Skeleton:
    """Find the skeleton.

    Parameters
    ----------
    evaluator
        The test at its level.
    known
        Which pairs are tested at all, and known edges.
    keep_all
        Test every subset of an order and keep the union of separating sets.
    narrow
        Draw conditioning sets from possible parents only, where knowledge rules some out: the
        parents of one end of a pair separate it wherever anything does.
    max_order
        Largest conditioning set; None for as large as the neighbourhoods.
    """
    size = known.size
    pinned = known.required | known.required.T
    found = Skeleton(known.tested | pinned, SeparatingSets(size), Evidence.empty(size))
    edges = _Edges.of(found.adjacency, known, narrow)
    order = 0
    while (max_order is None or order <= max_order) and edges.any_left(order):
        tests = 0
        removed = np.zeros((size, size), dtype=bool)
        ends = [True, False] if order > 0 and not keep_all else [None]
        for end in ends:
            groups = edges.groups(order, end, removed)
            outcome = evaluator.evaluate(groups, order, stop_at_first=not keep_all)
            tests += int(outcome.tested.sum())
            found.evidence.add(groups, outcome)
            gone = outcome.separated > 0
            x, y = groups.entry_centers[gone], groups.columns[gone]
            removed[x, y] = removed[y, x] = True
            found.separating_sets.record(order, groups, outcome)
        edges = edges.without(removed)
        if order == 0 and not keep_all:
            edges = edges.ranked(groups, evaluator.strength(outcome))
        found.tests.append(tests)
        order += 1
    found.adjacency = np.zeros((size, size), dtype=bool)
    found.adjacency[edges.x, edges.y] = True
    found.evidence.join_ends()
    return found


def search_separating_sets(
    evaluator: Evaluator,
    known: Constraints,
    adjacency: np.ndarray,
    pairs: np.ndarray,
    *,
    keep_all: bool,
    narrow: bool,
    max_order: int | None,
) -> tuple[SeparatingSets, list[int]]:
    """Look for separating sets of `pairs` (int [m, 2]) among subsets of either end's neighbours.

    Used for pairs that the skeleton phase was told not to test: where the candidates hold the
    true skeleton, the parents of one end are among its neighbours and separate the pair.

    Returns
    -------
    The sets found, and the number of tests by order.
    """
    size = known.size
    found = SeparatingSets(size)
    rows = possible_parents(adjacency, known) if narrow else adjacency
    tests: list[int] = []
    order = 0
    while len(pairs) and (max_order is None or order <= max_order):
        large = rows.sum(axis=1)[pairs].max(axis=1) >= order
        pairs = pairs[large]
        if not len(pairs):
            break
        count = 0
        gone = np.zeros(len(pairs), dtype=bool)
        for end in (0, 1):
            going = np.flatnonzero(~gone) if not keep_all else np.arange(len(pairs))
            groups = pair_groups(rows, pairs[going], end)
            outcome = evaluator.evaluate(groups, order, stop_at_first=not keep_all)
            count += int(outcome.tested.sum())
            gone[going] |= outcome.separated > 0
            found.record(order, groups, outcome)
        pairs = pairs[~gone]
        tests.append(count)
        order += 1
    return found, tests


def pair_groups(rows: np.ndarray, pairs: np.ndarray, end: int) -> Groups:
    """Return one group for each pair, seen from end 0 or from end 1 (then second).

    `rows` is bool [p, p], the neighbours of x (row) that conditioning sets are drawn from.
    """
    centers = pairs[:, end]
    y, v = np.nonzero(rows)
    start = np.searchsorted(y, np.arange(len(rows) + 1))
    count = np.diff(start)[centers]
    row_pointer = np.concatenate([[0], np.cumsum(count)])
    place = np.arange(row_pointer[-1]) + np.repeat(start[centers] - row_pointer[:-1], count)
    return Groups(
        size=len(rows),
        centers=centers,
        row_pointer=row_pointer,
        rows=v[place],
        column_pointer=np.arange(len(centers) + 1),
        columns=pairs[:, 1 - end],
        entry_centers=centers,
        second=np.full(len(centers), end, dtype=np.uint8),
        row_pairs=(y, v),
    )


def possible_parents(adjacency: np.ndarray, known: Constraints) -> np.ndarray:
    """Return which neighbours v of x may be its parents, bool [x, v]."""
    impossible = known.forbidden | known.required.T
    return adjacency & ~impossible.T


@dataclass(frozen=True)
class _Edges:
    """The adjacent pairs both ways round, by x and within x in the order of enumeration.

    Parameters
    ----------
    x, y
        int64 [E].
    tested
        bool [E], False where the edge is required.
    row
        bool [E], whether y may stand in a conditioning set drawn from the neighbours of x.
    rank
        int64 [p], the end of lower rank is the first.
    """

    x: np.ndarray
    y: np.ndarray
    tested: np.ndarray
    row: np.ndarray
    rank: np.ndarray

    @classmethod
    def of(cls, adjacency: np.ndarray, known: Constraints, narrow: bool) -> _Edges:
        """Return the edges of an adjacency, bool [p, p], symmetric."""
        x, y = np.nonzero(adjacency)
        tested = ~(known.required | known.required.T)[x, y]
        row = possible_parents(adjacency, known)[x, y] if narrow else np.ones(len(x), dtype=bool)
        return cls(x, y, tested, row, np.arange(len(adjacency)))

    def any_left(self, order: int) -> bool:
        """Tell whether any tested pair has a conditioning set of `order`."""
        if order == 0:
            return bool(self.tested.any())
        rows = np.bincount(self.x[self.row], minlength=len(self.rank))
        return bool((self.tested & (rows[self.x] - self.row >= order)).any())

    def without(self, removed: np.ndarray) -> _Edges:
        """Return the edges that are not removed (bool [p, p])."""
        left = np.flatnonzero(~removed[self.x, self.y])
        return _Edges(self.x[left], self.y[left], self.tested[left], self.row[left], self.rank)

    def ranked(self, groups: Groups, strength: np.ndarray) -> _Edges:
        """Return the edges with strong neighbours first, and the variables ranked.

        `strength` [E] is of the entries of `groups`. A required edge was not tested; it comes
        first, known as it is.
        """
        size = len(self.rank)
        matrix = np.full((size, size), np.inf)
        x, y = groups.entry_centers, groups.columns
        matrix[x, y] = matrix[y, x] = strength
        weight = matrix[self.x, self.y]
        total = np.bincount(self.x, np.where(np.isfinite(weight), weight, 0), minlength=size)
        rank = np.empty(size, dtype=np.int64)
        rank[np.argsort(-total, kind="stable")] = np.arange(size)
        order = np.lexsort((-weight, self.x))
        return _Edges(self.x[order], self.y[order], self.tested[order], self.row[order], rank)

    def groups(self, order: int, end: bool | None, removed: np.ndarray) -> Groups:
        """Return one group for each variable.

        Parameters
        ----------
        order
            Size of the conditioning sets; without members each pair is tested once.
        end
            Only pairs whose first (True) or other (False) end the center is; None for all.
        removed
            bool [p, p], pairs to leave out.
        """
        size = len(self.rank)
        first = self.rank[self.x] < self.rank[self.y]
        wanted = self.tested & ~removed[self.x, self.y]
        if order == 0:
            wanted &= first
        elif end is not None:
            wanted &= first == end
        row = np.flatnonzero(self.row) if order else np.zeros(0, dtype=np.int64)
        column = np.flatnonzero(wanted)
        ends = np.arange(size + 1)
        return Groups(
            size=size,
            centers=ends[:-1],
            row_pointer=np.searchsorted(self.x[row], ends),
            rows=self.y[row],
            column_pointer=np.searchsorted(self.x[column], ends),
            columns=self.y[column],
            entry_centers=self.x[column],
            second=(~first[column]).astype(np.uint8),
            row_pairs=(self.x[row], self.y[row]),
        )
