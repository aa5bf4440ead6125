"""The pairs that are still adjacent, and the groups of tests that they make at an order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from causattn.discovery._pc._groups import Groups
from causattn.discovery._pc._knowledge import Constraints
from causattn.discovery._pc._paths import blocks
from causattn.graphs._pairs import nonzero_pairs


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
    rank
        int64 [p], the end of lower rank is the first.
    group
        int64 [E], ascending.
    centers
        int64 [G], the x of each group.
    """

    x: np.ndarray
    y: np.ndarray
    tested: np.ndarray
    row: np.ndarray
    rank: np.ndarray
    group: np.ndarray
    centers: np.ndarray

    @classmethod
    def of(cls, adjacency: np.ndarray, known: Constraints, narrow: bool) -> Edges:
        """Return the edges of an adjacency, bool [p, p], symmetric."""
        x, y = nonzero_pairs(adjacency)
        tested = ~(known.required[x, y] | known.required[y, x])
        row = np.ones(len(x), dtype=bool)
        if narrow:
            row &= ~(known.forbidden[y, x] | known.required[x, y])
        everyone = np.arange(len(adjacency))
        return cls(x, y, tested, row, everyone, x, everyone)

    @property
    def size(self) -> int:
        """Number of variables."""
        return len(self.rank)

    def any_left(self, order: int) -> bool:
        """Tell whether any tested pair has a conditioning set of `order`."""
        if order == 0:
            return bool(self.tested.any())
        rows = np.bincount(self.group[self.row], minlength=len(self.centers))
        return bool((self.tested & (rows[self.group] - self.row >= order)).any())

    def without(self, removed: np.ndarray) -> Edges:
        """Return the edges but for some (bool [E], the same both ways round)."""
        left = np.flatnonzero(~removed)
        return self._at(left)

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
        return replace(self._at(np.lexsort((-weight, self.group))), rank=rank)

    def by_paths(self) -> Edges:
        """Return the edges with one group for each variable and block."""
        size = self.size
        block = blocks(self.x, self.y, size)
        order = np.lexsort((block, self.x))
        x, block = self.x[order], block[order]
        starts = np.ones(len(x), dtype=bool)
        starts[1:] = (x[1:] != x[:-1]) | (block[1:] != block[:-1])
        group = np.cumsum(starts) - 1
        return replace(self._at(order), group=group, centers=x[starts])

    def groups(self, order: int, end: bool | None, removed: np.ndarray) -> Groups:
        """Return the tests to make.

        Parameters
        ----------
        order
            Size of the conditioning sets; without members each pair is tested once.
        end
            Only pairs whose first (True) or other (False) end the center is; None for all.
        removed
            bool [E], pairs to leave out.
        """
        first = self.rank[self.x] < self.rank[self.y]
        wanted = self.tested & ~removed
        if order == 0:
            wanted &= first
        elif end is not None:
            wanted &= first == end
        row = np.flatnonzero(self.row) if order else np.zeros(0, dtype=np.int64)
        column = np.flatnonzero(wanted)
        ends = np.arange(len(self.centers) + 1)
        return Groups(
            size=self.size,
            centers=self.centers,
            row_pointer=np.searchsorted(self.group[row], ends),
            rows=self.y[row],
            column_pointer=np.searchsorted(self.group[column], ends),
            columns=self.y[column],
            entry_centers=self.x[column],
            second=(~first[column]).astype(np.uint8),
            row_pairs=(self.x[row], self.y[row]),
        )

    def _at(self, place: np.ndarray) -> Edges:
        """Return the edges at some places."""
        return replace(
            self,
            x=self.x[place],
            y=self.y[place],
            tested=self.tested[place],
            row=self.row[place],
            group=self.group[place],
        )


@dataclass(frozen=True)
class Neighbours:
    """The neighbours that conditioning sets are drawn from, for pairs that are not adjacent.

    Parameters
    ----------
    size
        Number of variables.
    x, v
        int64 [N], by ascending x: v is one of x's.
    block
        int64 [N], the block of the edge; zeros to take all neighbours for every pair.
    edges
        (keys, blocks), int64 each, ascending: x * size + v and the block of all edges, those to
        neighbours that may not be taken too.
    """

    size: int
    x: np.ndarray
    v: np.ndarray
    block: np.ndarray
    edges: tuple[np.ndarray, np.ndarray]

    @classmethod
    def of(
        cls, adjacency: np.ndarray, known: Constraints | None = None, *, on_paths: bool = False
    ) -> Neighbours:
        """Return the neighbours in an adjacency.

        Parameters
        ----------
        adjacency
            bool [p, p], symmetric.
        known
            Knowledge, to take possible parents only.
        on_paths
            Take only those on a path to the pair's other end.
        """
        size = len(adjacency)
        x, v = nonzero_pairs(adjacency)
        block = blocks(x, v, size) if on_paths else np.zeros(len(x), dtype=np.int64)
        edges = (x * size + v, block)
        if known is not None:
            possible = np.flatnonzero(~(known.forbidden[v, x] | known.required[x, v]))
            x, v, block = x[possible], v[possible], block[possible]
        return cls(size, x, v, block, edges)

    def toward(self, pairs: np.ndarray, middle: np.ndarray) -> np.ndarray:
        """Return by end the block in which the paths between the ends of pairs begin.

        Parameters
        ----------
        pairs
            int64 [m, 2].
        middle
            int64 [m], a common neighbour of each pair; which one makes no difference.

        Returns
        -------
        int64 [m, 2].
        """
        keys, block = self.edges
        return block[np.searchsorted(keys, pairs * self.size + middle[:, None])]

    def counts(self, pairs: np.ndarray, toward: np.ndarray) -> np.ndarray:
        """Return how many neighbours each end of each pair may be given, int64 [m, 2]."""
        by_end = [np.diff(self._places(pairs[:, end], toward[:, end])[1]) for end in (0, 1)]
        return np.stack(by_end, axis=1)

    def pair_groups(self, pairs: np.ndarray, toward: np.ndarray, end: int) -> Groups:
        """Return one group for each pair, seen from end 0 or from end 1 (then second).

        `pairs` is int64 [m, 2] and `toward` comes from the method of that name.
        """
        return self._groups(pairs, toward, end, np.arange(len(pairs) + 1))

    def joint_groups(
        self, pairs: np.ndarray, toward: np.ndarray, end: int
    ) -> tuple[Groups, np.ndarray]:
        """Return groups of the pairs that draw from the same neighbours, and each entry's pair."""
        order = np.lexsort((toward[:, end], pairs[:, end]))
        keys = np.stack([pairs[order, end], toward[order, end]])
        new = np.flatnonzero((keys[:, 1:] != keys[:, :-1]).any(axis=0)) + 1
        pointer = np.concatenate([[0], new, [len(order)]]) if len(order) else np.zeros(1, np.int64)
        return self._groups(pairs[order], toward[order], end, pointer), order

    def _groups(
        self, pairs: np.ndarray, toward: np.ndarray, end: int, pointer: np.ndarray
    ) -> Groups:
        """Return groups of the pairs between pointers."""
        first = pointer[:-1]
        place, row_pointer = self._places(pairs[first, end], toward[first, end])
        return Groups(
            size=self.size,
            centers=pairs[first, end],
            row_pointer=row_pointer,
            rows=self.v[place],
            column_pointer=pointer,
            columns=pairs[:, 1 - end],
            entry_centers=pairs[:, end],
            second=np.full(len(pairs), end, dtype=np.uint8),
            row_pairs=(self.x, self.v),
        )

    def _places(self, centers: np.ndarray, block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where the neighbours of centers in a block stand, and where each one's begin."""
        count = np.diff(self.start)[centers]
        ends = np.cumsum(count)
        place = np.arange(count.sum()) + np.repeat(self.start[centers] - (ends - count), count)
        of_center = np.repeat(np.arange(len(centers)), count)
        kept = np.flatnonzero(self.block[place] == block[of_center])
        return place[kept], np.searchsorted(of_center[kept], np.arange(len(centers) + 1))

    @cached_property
    def start(self) -> np.ndarray:
        """Where each variable's neighbours begin, int64 [p + 1]."""
        return np.searchsorted(self.x, np.arange(self.size + 1))
