"""The unit of work of every back end: which pairs to test given which subsets.

A *group* is one variable (its center), the rows from which conditioning sets are drawn, and the
columns, the variables the center is tested against. A column entry is *second* where the pair is
tested from its other end too; the sets that both ends offer belong to the first. A variable can
have groups with different rows; neighbours that two ends share are in the groups of both in which
the pair is tested, so that what any group of an end holds says which sets it offers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from scipy.special import binom as comb


class GroupArrays(NamedTuple):
    """Groups as compiled code reads them; what each is, `Groups` says."""

    centers: np.ndarray
    row_pointer: np.ndarray
    rows: np.ndarray
    column_pointer: np.ndarray
    columns: np.ndarray
    second: np.ndarray
    packed_rows: np.ndarray


class SearchTask(NamedTuple):
    """What a compiled search is asked, whatever the test, and room for what it finds.

    Attributes
    ----------
    groups
        What to test.
    level
        float64 [E], what a column entry is held against to be called independent.
    order
        Size of the conditioning sets.
    stop_at_first
        Whether an entry is done with its first separating set.
    count_members
        Whether to write `member_counts`.
    separated, tested, members, member_counts
        As every `Outcome` has them; without `count_members` the last is empty.
    """

    groups: GroupArrays
    level: np.ndarray
    order: int
    stop_at_first: bool
    count_members: bool
    separated: np.ndarray
    tested: np.ndarray
    members: np.ndarray
    member_counts: np.ndarray


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
    packed_rows
        uint64 [p, ceil(p / 64)], by variable what the groups of it hold, as bits.
    most_rows
        Number of rows of the largest group.
    """

    size: int
    centers: np.ndarray
    row_pointer: np.ndarray
    rows: np.ndarray
    column_pointer: np.ndarray
    columns: np.ndarray
    entry_centers: np.ndarray
    second: np.ndarray
    packed_rows: np.ndarray
    most_rows: int

    @cached_property
    def row_counts(self) -> np.ndarray:
        """Number of rows of each group, int64 [G]."""
        return np.diff(self.row_pointer)

    @cached_property
    def column_counts(self) -> np.ndarray:
        """Number of columns of each group, int64 [G]."""
        return np.diff(self.column_pointer)

    def of_entries(self, values: np.ndarray) -> np.ndarray:
        """Return of [p, p] what stands at each column entry, [E]; one number is left as it is."""
        return values[self.entry_centers, self.columns] if values.ndim else values

    @cached_property
    def arrays(self) -> GroupArrays:
        """What compiled code reads of them."""
        return GroupArrays(*(getattr(self, each) for each in GroupArrays._fields))

    def task(
        self, level: np.ndarray, order: int, *, stop_at_first: bool, count_members: bool
    ) -> SearchTask:
        """Return the task of testing every column given the subsets of `order` of its rows.

        `level` is one number, or float64 [E].
        """
        entries = len(self.columns)
        return SearchTask(
            groups=self.arrays,
            level=np.broadcast_to(level, entries).copy(),
            order=order,
            stop_at_first=stop_at_first,
            count_members=count_members,
            separated=np.zeros(entries, dtype=np.int64),
            tested=np.zeros(entries, dtype=np.int64),
            members=np.zeros((entries, self.words), dtype=np.uint64),
            member_counts=np.zeros(
                (entries, self.most_rows) if count_members else (0, 0), dtype=np.int64
            ),
        )

    def tests_at(self, order: int) -> float:
        """Return about how many tests there are given `order` variables, at most."""
        return float(self._tests_of_each(order).sum())

    def busiest(self, order: int) -> tuple[int, int]:
        """Return the variable with the most tests given `order` others, and its rows."""
        group = int(np.argmax(self._tests_of_each(order)))
        return int(self.centers[group]), int(self.row_counts[group])

    def _tests_of_each(self, order: int) -> np.ndarray:
        return np.asarray(comb(self.row_counts, order) * self.column_counts)

    @property
    def words(self) -> int:
        """Number of 64-bit words that hold one bit for each row of any group."""
        return max((self.most_rows + 63) // 64, 1)

    def rows_of(self) -> np.ndarray:
        """Return whether v is among the rows of y, bool [y, v]."""
        octets = self.packed_rows.astype("<u8", copy=False).view(np.uint8)
        bits = np.unpackbits(octets, axis=1, bitorder="little")
        return bits[:, : self.size].astype(bool)

    def __iter__(self) -> Iterator[tuple[int, int, np.ndarray, range]]:
        """Yield each group's number, center, rows and column entries."""
        for g, center in enumerate(self.centers):
            rows = self.rows[self.row_pointer[g] : self.row_pointer[g + 1]]
            yield g, int(center), rows, range(self.column_pointer[g], self.column_pointer[g + 1])


class Outcome(Protocol):
    """What a back end found for each column entry at one order.

    Attributes
    ----------
    separated
        int64 [E], number of separating sets found.
    tested
        int64 [E], number of sets tested and counted.
    members
        uint64 [E, words], union of the separating sets as bits over the group's rows.
    member_counts
        int64 [E, most rows] or None: in how many separating sets each row was.
    statistic, degrees_of_freedom
        float64 [E], of the most independent test; infinite and 0 where there was none.
    independence
        float64 [E], larger for more independent: p-values, or a statistic's negative.
    """

    @property
    def separated(self) -> np.ndarray: ...
    @property
    def tested(self) -> np.ndarray: ...
    @property
    def members(self) -> np.ndarray: ...
    @property
    def member_counts(self) -> np.ndarray | None: ...
    @property
    def statistic(self) -> np.ndarray: ...
    @property
    def degrees_of_freedom(self) -> np.ndarray: ...
    @property
    def independence(self) -> np.ndarray: ...


@dataclass(frozen=True)
class MeasuredOutcome:
    """An `Outcome` whose statistics are at hand."""

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


def packed_room(size: int) -> np.ndarray:
    """Return a bit for each pair of variables, none set: uint64 [p, ceil(p / 64)]."""
    return np.zeros((size, max((size + 63) // 64, 1)), dtype=np.uint64)


def pack_bits(matrix: np.ndarray) -> np.ndarray:
    """Pack a bool matrix [a, b] row by row into uint64 [a, ceil(b / 64)], bit k of word k // 64."""
    width = max((matrix.shape[1] + 63) // 64, 1)
    packed = np.zeros((matrix.shape[0], width * 8), dtype=np.uint8)
    octets = np.packbits(matrix, axis=1, bitorder="little")
    packed[:, : octets.shape[1]] = octets
    return packed.view("<u8").astype(np.uint64, copy=False)
