"""The pairs that are still adjacent, and the groups of tests that they make at an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from causattn.discovery.pc.groups import Groups, pack_bits
from causattn.discovery.pc.knowledge import Constraints
from causattn.discovery.pc.paths import group_by_paths
from causattn.discovery.running.compiling import fitting

_Lists: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Edges:
    """The adjacent pairs both ways round, by group and within it in the order of enumeration.

    Conditioning sets for x and y are drawn from the group of (x, y): all neighbours of x, or those
    on a path from x to y.

    Parameters
    ----------
    x, y
        int64 [E], by ascending x.
    tested
        bool [E], False where the edge is required.
    row
        bool [E], whether y may stand in a conditioning set drawn from the neighbours of x.
    group
        int64 [E], ascending.
    centers
        int64 [G], the x of each group.
    rank
        int64 [p], the end of lower rank is the first.
    """

    x: np.ndarray
    y: np.ndarray
    tested: np.ndarray
    row: np.ndarray
    group: np.ndarray
    centers: np.ndarray
    rank: np.ndarray

    @classmethod
    def of(cls, adjacency: np.ndarray, known: Constraints, narrow: bool) -> Edges:
        """Return the edges of an adjacency, bool [p, p], symmetric.

        With `narrow`, rows are only those that knowledge lets be parents.
        """
        x, y = np.nonzero(adjacency)
        tested = ~(known.required | known.required.T)[x, y]
        row = np.ones(len(x), dtype=bool)
        if narrow:
            row = ~(known.forbidden.T | known.required)[x, y]
        everyone = np.arange(known.size)
        return cls(x, y, tested, row, x, everyone, everyone)

    @property
    def size(self) -> int:
        """Number of variables."""
        return len(self.rank)

    @property
    def _lists(self) -> _Lists:
        return self.x, self.y, self.tested, self.row, self.group

    def without(self, entry: np.ndarray) -> Edges:
        """Return the edges that have no `entry` (int [p, p]) either way round."""
        kept = (entry[self.x, self.y] == 0) & (entry[self.y, self.x] == 0)
        x, y, tested, row, group = (each[kept] for each in self._lists)
        return Edges(x, y, tested, row, group, self.centers, self.rank)

    def ranked(self, groups: Groups, strength: np.ndarray) -> tuple[Edges, bool]:
        """Return the edges with strong neighbours first, and the variables ranked.

        `strength` [E] is of the entries of `groups`. A required edge was not tested; it comes
        first, known as it is. Also returned is whether equals had to be taken in the columns'
        order: neighbours of one variable, or the ends of an edge with other neighbours.
        """
        size = self.size
        keys = np.concatenate(
            [
                groups.entry_centers * size + groups.columns,
                groups.columns * size + groups.entry_centers,
            ]
        )
        weight = np.full(len(self.x), np.inf)
        if len(keys):
            order = np.argsort(keys)
            wanted = self.x * size + self.y
            place = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)]
            known = keys[place] == wanted
            weight[known] = strength[place[known] % len(strength)]
        total = np.bincount(self.x, np.where(np.isfinite(weight), weight, 0), minlength=size)
        rank = np.empty(size, dtype=np.int64)
        rank[np.argsort(-total, kind="stable")] = np.arange(size)
        at = np.lexsort((-weight, self.group))
        lists = self.x[at], self.y[at], self.tested[at], self.row[at], self.group[at]
        tied = (np.diff(self.group[at]) == 0) & (weight[at][1:] == weight[at][:-1])
        joined = np.bincount(self.x, minlength=size)[self.x] > 1
        even = joined & np.isclose(total[self.x], total[self.y], rtol=1e-12, atol=0)
        return Edges(*lists, self.centers, rank), bool(tied.any() or even.any())

    def by_paths(self) -> Edges:
        """Return the edges with one group for each variable and block."""
        lists = _room(len(self.x))
        centers = np.empty(len(self.x), dtype=np.int64)
        groups = fitting(group_by_paths, self.size)(*self._lists[:4], self.size, *lists, centers)
        return Edges(*lists, centers[:groups], self.rank)

    def groups(self, order: int, end: int | None, entry: np.ndarray) -> Groups | None:
        """Return the tests to make, or None where no pair has a set of the order.

        Parameters
        ----------
        order
            Size of the conditioning sets; without members each pair is tested once.
        end
            Only pairs whose first (0) or other (1) end the center is; None for both.
        entry
            int [p, p]: pairs that have one either way round are left out.
        """
        x, y, tested, row, _ = self._lists
        standing = row if order else np.zeros(len(row), dtype=bool)
        size_of_group = self._in_each_group(standing)
        # Rows that a tested pair of the group leaves for its sets: all, or all but itself.
        others_row = self._in_each_group(tested & ~row) > 0
        left = size_of_group - np.where(others_row, 0, 1)
        if not ((self._in_each_group(tested) > 0) & ((order == 0) | (left >= order))).any():
            return None
        other = self.rank[x] > self.rank[y]
        asked = tested & (entry[x, y] == 0) & (entry[y, x] == 0)
        if order == 0 or end is not None:
            asked &= other == (order > 0 and end == 1)
        offered = np.zeros((self.size, self.size), dtype=bool)
        offered[x[standing], y[standing]] = True
        return Groups(
            size=self.size,
            centers=self.centers,
            row_pointer=_pointer(size_of_group),
            rows=y[standing],
            column_pointer=_pointer(self._in_each_group(asked)),
            columns=y[asked],
            entry_centers=x[asked],
            second=other[asked].astype(np.uint8),
            packed_rows=pack_bits(offered),
            most_rows=int(size_of_group.max(initial=0)),
        )

    def _in_each_group(self, which: np.ndarray) -> np.ndarray:
        """Return how many of the edges `which` (bool [E]) each group has, int64 [G]."""
        return np.bincount(self.group[which], minlength=len(self.centers))


def _pointer(counts: np.ndarray) -> np.ndarray:
    """Return where each group begins, and the end: int64 [G + 1]."""
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])


def _room(count: int) -> _Lists:
    """Return empty lists x, y, tested, row and group for so many edges."""
    return (
        np.empty(count, dtype=np.int64),
        np.empty(count, dtype=np.int64),
        np.empty(count, dtype=bool),
        np.empty(count, dtype=bool),
        np.empty(count, dtype=np.int64),
    )
