"""The unit of work of every back end: which pairs to test given which subsets.

A *group* is one variable (its center), the rows from which conditioning sets are drawn, and the
columns, the variables the center is tested against. A column entry is *second* where the pair is
tested from its other end too; the sets that both ends offer belong to the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Groups:
    """Groups in compressed rows.

    Parameters
    ----------
    size
        Number of variables p.
    centers
        int64 [G], each group's variable.
    row_pointer, rows
        int64 [G + 1], int64 [R]: the variables a conditioning set may hold, by group, in the
        order in which subsets are enumerated.
    column_pointer, columns
        int64 [G + 1], int64 [E]: the variables to test each center against.
    entry_centers
        int64 [E], the center of each column entry.
    second
        uint8 [E], 1 where the pair is tested from its other end first.
    row_pairs
        (y, v), int64 each: v is among the rows of a group of y. Where groups of y have different
        rows, they all hold the ones that the other end of any of their columns has, too.
    """

    size: int
    centers: np.ndarray
    row_pointer: np.ndarray
    rows: np.ndarray
    column_pointer: np.ndarray
    columns: np.ndarray
    entry_centers: np.ndarray
    second: np.ndarray
    row_pairs: tuple[np.ndarray, np.ndarray]

    @cached_property
    def row_counts(self) -> np.ndarray:
        """Number of rows of each group, int64 [G]."""
        return np.diff(self.row_pointer)

    @cached_property
    def column_counts(self) -> np.ndarray:
        """Number of columns of each group, int64 [G]."""
        return np.diff(self.column_pointer)

    @cached_property
    def most_rows(self) -> int:
        """Number of rows of the largest group."""
        return int(self.row_counts.max(initial=0))

    @property
    def words(self) -> int:
        """Number of 64-bit words that hold one bit for each row of any group."""
        return max((self.most_rows + 63) // 64, 1)

    def rows_of(self) -> np.ndarray:
        """Return whether v is among the rows of y, bool [y, v]."""
        matrix = np.zeros((self.size, self.size), dtype=bool)
        matrix[self.row_pairs] = True
        return matrix

    @cached_property
    def packed_rows(self) -> np.ndarray:
        """`rows_of` as bits, uint64 [p, ceil(p / 64)]."""
        y, v = self.row_pairs
        packed = np.zeros((self.size, max((self.size + 63) // 64, 1)), dtype=np.uint64)
        np.bitwise_or.at(packed, (y, v >> 6), np.uint64(1) << (v & 63).astype(np.uint64))
        return packed

    def __iter__(self) -> Iterator[tuple[int, int, np.ndarray, range]]:
        """Yield each group's number, center, rows and column entries."""
        for g, center in enumerate(self.centers):
            rows = self.rows[self.row_pointer[g] : self.row_pointer[g + 1]]
            yield g, int(center), rows, range(self.column_pointer[g], self.column_pointer[g + 1])


@dataclass(frozen=True)
class Outcome:
    """What a back end found for each column entry at one order.

    Parameters
    ----------
    separated
        int64 [E], number of separating sets found.
    tested
        int64 [E], number of sets tested and counted.
    members
        uint64 [E, words], union of the separating sets as bits over the group's rows.
    statistic, degrees_of_freedom
        float64 [E], of the most independent test; infinite and 0 where there was none.
    independence
        float64 [E], larger for more independent: p-values, or a statistic's negative.
    member_counts
        int64 [E, most rows] or None: in how many separating sets each row was.
    """

    separated: np.ndarray
    tested: np.ndarray
    members: np.ndarray
    statistic: np.ndarray
    degrees_of_freedom: np.ndarray
    independence: np.ndarray
    member_counts: np.ndarray | None = None


class Evaluator(Protocol):
    """A conditional independence test at a level, in one back end."""

    def evaluate(
        self, groups: Groups, order: int, *, stop_at_first: bool, count_members: bool = False
    ) -> Outcome:
        """Test every column of every group given the subsets of `order` of its rows."""
        ...

    def strength(self, outcome: Outcome) -> np.ndarray:
        """Return how dependent the entries of an outcome of order 0 are, on one scale."""
        ...

    def p_values(self, statistic: np.ndarray, degrees_of_freedom: np.ndarray) -> np.ndarray:
        """Return the p-values of statistics."""
        ...


def pack_bits(matrix: np.ndarray) -> np.ndarray:
    """Pack a bool matrix [a, b] row by row into uint64 [a, ceil(b / 64)], bit k of word k // 64."""
    width = max((matrix.shape[1] + 63) // 64, 1)
    packed = np.zeros((matrix.shape[0], width * 8), dtype=np.uint8)
    octets = np.packbits(matrix, axis=1, bitorder="little")
    packed[:, : octets.shape[1]] = octets
    return packed.view("<u8").astype(np.uint64, copy=False)


def shared_subsets(groups: Groups, order: int, outcome: Outcome, stop_at_first: bool) -> np.ndarray:
    """Return how many tested sets of each `second` entry the first end tests as well, int64 [E].

    With `stop_at_first` an entry's tests end at its separating set; counted are the shared
    subsets that come before it in the enumeration.
    """
    from causattn.discovery._pc._subset_kernel import count_shared

    shared = np.zeros(len(groups.columns), dtype=np.int64)
    count_shared(
        groups.row_pointer,
        groups.rows,
        groups.column_pointer,
        groups.columns,
        groups.second,
        groups.packed_rows,
        outcome.members,
        outcome.separated,
        stop_at_first,
        order,
        binomials(groups, order),
        shared,
    )
    return shared


def binomials(groups: Groups, order: int) -> np.ndarray:
    """Return the binomial coefficients up to the groups' rows over `order`, float64 [m+1, k+1]."""
    from scipy.special import comb

    return comb(np.arange(groups.most_rows + 1)[:, None], np.arange(order + 1)[None, :])
