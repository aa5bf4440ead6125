"""The pairs that are still adjacent, and the groups of tests that they make at an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from causattn.discovery.pc import edge_loops
from causattn.discovery.pc.groups import Groups, packed_room
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
        places = np.flatnonzero(adjacency)
        x, y, tested, row, _ = lists = _room(len(places))
        fitting(edge_loops.list_edges, known.size)(
            places, known.required, known.forbidden, narrow, *lists[:4]
        )
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
        x, y, tested, row, group = lists = _room(len(self.x))
        left = fitting(edge_loops.keep_edges, self.size)(entry, *self._lists, *lists)
        kept = x[:left], y[:left], tested[:left], row[:left], group[:left]
        return Edges(*kept, self.centers, self.rank)

    def ranked(self, groups: Groups, strength: np.ndarray) -> Edges:
        """Return the edges with strong neighbours first, and the variables ranked.

        `strength` [E] is of the entries of `groups`. A required edge was not tested; it comes
        first, known as it is.
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
        return Edges(*lists, self.centers, rank)

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
        rows, columns, entry_centers = np.empty((3, len(self.x)), dtype=np.int64)
        second = np.empty(len(self.x), dtype=np.uint8)
        row_pointer, column_pointer = np.empty((2, len(self.centers) + 1), dtype=np.int64)
        packed = packed_room(self.size)
        one_end = 0 if order == 0 else -1 if end is None else end
        row_count, count, most_rows, any_left = fitting(edge_loops.list_tests, self.size)(
            *(*self._lists, self.rank, order, one_end, entry),
            *(row_pointer, rows, column_pointer, columns, entry_centers, second, packed),
        )
        if not any_left:
            return None
        return Groups(
            size=self.size,
            centers=self.centers,
            row_pointer=row_pointer,
            rows=rows[:row_count],
            column_pointer=column_pointer,
            columns=columns[:count],
            entry_centers=entry_centers[:count],
            second=second[:count],
            packed_rows=packed,
            most_rows=most_rows,
        )


def _room(count: int) -> _Lists:
    """Return empty lists x, y, tested, row and group for so many edges."""
    return (
        np.empty(count, dtype=np.int64),
        np.empty(count, dtype=np.int64),
        np.empty(count, dtype=bool),
        np.empty(count, dtype=bool),
        np.empty(count, dtype=np.int64),
    )
