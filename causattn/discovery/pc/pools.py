"""Pairs that are not adjacent, and the pools of neighbours that may separate them.

Where x - y - z is an unshielded triple, a set that separates x and z is looked for among the
neighbours of x, and among those of z. Either is a *pool*: all neighbours of an end, or those of
them on a path to the other end. All neighbours that x and z share are in both pools.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.discovery.pc import edge_loops
from causattn.discovery.pc.edges import Edges
from causattn.discovery.pc.groups import Groups, pack_bits
from causattn.discovery.pc.knowledge import Constraints
from causattn.discovery.running.compiling import fitting


@dataclass(frozen=True)
class Pools:
    """The pools of an adjacency.

    Parameters
    ----------
    adjacency
        bool [p, p], symmetric.
    edges
        The edges, a group a pool.
    start
        int64 [p + 1], where the edges of each variable begin.
    neighbours
        int64 [E], the neighbours of one variable after the other, ascending.
    row_pointer, rows
        int64 [G + 1], int64 [R]: what the conditioning sets of each pool are made of.
    packed_rows
        uint64 [p, ceil(p / 64)], by variable what its pools hold, as bits.
    most_rows
        Number of rows of the largest pool.
    """

    adjacency: np.ndarray
    edges: Edges
    start: np.ndarray
    neighbours: np.ndarray
    row_pointer: np.ndarray
    rows: np.ndarray
    packed_rows: np.ndarray
    most_rows: int

    @classmethod
    def of(
        cls, adjacency: np.ndarray, known: Constraints, *, narrow: bool, on_paths: bool
    ) -> Pools:
        """Return the pools.

        Parameters
        ----------
        adjacency
            bool [p, p], symmetric.
        known
            Knowledge.
        narrow
            Take only neighbours that knowledge lets be parents.
        on_paths
            Take only neighbours on a path to the pair's other end.
        """
        edges = Edges.of(adjacency, known, narrow)
        start = np.searchsorted(edges.x, np.arange(edges.size + 1))
        neighbours = edges.y
        if on_paths:
            edges = edges.by_paths()
        kept = np.flatnonzero(edges.row)
        pointer = np.searchsorted(edges.group[kept], np.arange(len(edges.centers) + 1))
        held = adjacency.copy()
        held[edges.x, edges.y] = edges.row
        most = int((pointer[1:] - pointer[:-1]).max(initial=0))
        packed = pack_bits(held)
        return cls(adjacency, edges, start, neighbours, pointer, edges.y[kept], packed, most)

    def unshielded_triples(self) -> np.ndarray:
        """Return the unshielded triples (x, middle, z) with x < z, int64 [m, 3].

        They are in ascending order of middle, x and z.
        """
        degree = np.diff(self.start)
        triples = np.empty((int((degree * (degree - 1)).sum()) // 2, 3), dtype=np.int64)
        loops = fitting(edge_loops.list_triples, self.edges.size)
        return triples[: loops(self.adjacency, self.neighbours, self.start, triples)]

    def pairs(self, triples: np.ndarray) -> Pairs:
        """Return the pairs that triples end in, each once, ascending."""
        keys = triples[:, 0] * self.edges.size + triples[:, 2]
        _, first, of_triple = np.unique(keys, return_index=True, return_inverse=True)
        chosen = triples[first]
        pools, largest = np.empty((len(first), 2), dtype=np.int64), np.empty(len(first), np.int64)
        fitting(edge_loops.list_pools, self.edges.size)(
            *(chosen, self.edges.y, self.start, self.edges.group, self.row_pointer),
            *(pools, largest),
        )
        return Pairs(self, chosen[:, ::2].copy(), pools, largest, of_triple)


@dataclass(frozen=True)
class Pairs:
    """Pairs that are not adjacent, with the pool of either end.

    Parameters
    ----------
    pools
        The pools.
    ends, pool
        int64 [m, 2] each.
    largest
        int64 [m], number of rows of the larger pool.
    of_triple
        int64 [t], the pair of each triple that they were found in.
    """

    pools: Pools
    ends: np.ndarray
    pool: np.ndarray
    largest: np.ndarray
    of_triple: np.ndarray

    def groups(self, order: int, end: int | None, entry: np.ndarray) -> Groups | None:
        """Return the tests to make, a group for each pool, or None where there are none.

        Parameters
        ----------
        order
            Size of the conditioning sets; without members each pair is tested once.
        end
            Only tests from the first (0) or the other (1) end; None for both.
        entry
            int [p, p]: pairs that have one either way round are left out.
        """
        pools, size = self.pools, self.pools.edges.size
        begin, stop = (0, 1) if order == 0 else (0, 2) if end is None else (end, end + 1)
        columns, entry_centers = np.empty((2, 2 * len(self.ends)), dtype=np.int64)
        second = np.empty(2 * len(self.ends), dtype=np.uint8)
        column_pointer = np.empty(len(pools.row_pointer), dtype=np.int64)
        count = fitting(edge_loops.list_searches, size)(
            *(self.ends, self.pool, self.largest, order, begin, stop, entry),
            *(column_pointer, columns, entry_centers, second),
        )
        if not count:
            return None
        return Groups(
            size=size,
            centers=pools.edges.centers,
            row_pointer=pools.row_pointer,
            rows=pools.rows,
            column_pointer=column_pointer,
            columns=columns[:count],
            entry_centers=entry_centers[:count],
            second=second[:count],
            packed_rows=pools.packed_rows,
            most_rows=pools.most_rows,
        )

    def one_by_one(self, going: np.ndarray) -> Groups:
        """Return a group for either end of each of some pairs (int64 [g]): first ends, then others.

        Each has one column entry, so that the rows of its sets can be counted.
        """
        pool = self.pool[going].T.ravel()
        begin, end = self.pools.row_pointer[pool], self.pools.row_pointer[pool + 1]
        pointer = np.concatenate([[0], np.cumsum(end - begin)])
        places = np.arange(pointer[-1]) + np.repeat(begin - pointer[:-1], end - begin)
        centers = self.ends[going].T.ravel()
        return Groups(
            size=self.pools.edges.size,
            centers=centers,
            row_pointer=pointer,
            rows=self.pools.rows[places],
            column_pointer=np.arange(len(pool) + 1),
            columns=self.ends[going][:, ::-1].T.ravel(),
            entry_centers=centers,
            second=np.repeat(np.array([0, 1], dtype=np.uint8), len(going)),
            packed_rows=self.pools.packed_rows,
            most_rows=self.pools.most_rows,
        )
