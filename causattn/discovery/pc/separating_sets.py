"""Separating sets as PC finds them, kept packed and read as a mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np

from causattn.discovery.pc.groups import Groups, Outcome
from causattn.discovery.running.compiling import fitting


class _Record(NamedTuple):
    """The column entries of one evaluation, numbered from `first` on."""

    first: int
    groups: Groups
    outcome: Outcome


class SeparatingSets(Mapping[tuple[int, int], list[tuple[int, ...]]]):
    """The separating sets of pairs, as ``{(i, j): [set, ...]}``.

    Pairs are read either way round and listed with i < j; sets are ascending. Where every
    separating set of an order was sought, the one set listed is the union of them all. A pair
    that was never separated is not among the keys.

    Attributes
    ----------
    entry
        int32 [p, p], not zero where a center was separated from a column.
    """

    def __init__(self, size: int) -> None:
        # What is there is the number of the column entry among all that were recorded.
        self.entry = np.zeros((size, size), dtype=np.int32)
        self._records: list[_Record] = []
        self._following = 1

    def record(self, groups: Groups, outcome: Outcome) -> None:
        """Keep the entries that were separated."""
        gone = np.flatnonzero(outcome.separated)
        self.entry[groups.entry_centers[gone], groups.columns[gone]] = self._following + gone
        self._read_again()
        if len(gone):
            self._records.append(_Record(self._following, groups, outcome))
            self._following += len(groups.columns)

    def withdraw(self, pairs: np.ndarray) -> np.ndarray:
        """Take pairs (int64 [m, 2]) for not separated so far; return what `restore` needs."""
        x, y = pairs.T
        before = np.stack([self.entry[x, y], self.entry[y, x]])
        self._read_again()
        self.entry[x, y] = self.entry[y, x] = 0
        return before

    def restore(self, pairs: np.ndarray, before: np.ndarray) -> None:
        """Give pairs that were withdrawn and have not been separated since their old sets back."""
        x, y = pairs.T
        lacking = ~self.separated(x, y)
        self._read_again()
        self.entry[x[lacking], y[lacking]] = before[0, lacking]
        self.entry[y[lacking], x[lacking]] = before[1, lacking]

    def separated(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return which pairs (int64 [m] each) were separated, bool [m]."""
        return np.asarray((self.entry[x, y] > 0) | (self.entry[y, x] > 0))

    def holds(self, triples: np.ndarray) -> np.ndarray:
        """Return for triples (x, middle, z) whether a separating set of x and z holds the middle.

        `triples` is int64 [m, 3]; returns bool [m].
        """
        held = np.zeros(len(triples), dtype=bool)
        loops = fitting(_find_members, len(self.entry))
        for first, groups, outcome in self._records:
            if len(groups.rows):
                loops(
                    *(self.entry, first, groups.column_pointer, groups.row_pointer, groups.rows),
                    *(outcome.members, triples, held),
                )
        return held

    @cached_property
    def _sets(self) -> dict[tuple[int, int], list[tuple[int, ...]]]:
        """All sets, unpacked on first reading."""
        separated = (self.entry > 0) | (self.entry.T > 0)
        pairs = np.argwhere(np.triu(separated, 1)).tolist()
        unions: dict[tuple[int, int], set[int]] = {(i, j): set() for i, j in pairs}
        for record in self._records:
            for x, y, variable in zip(*self._members(record), strict=True):
                unions[(x, y) if x < y else (y, x)].add(variable)
        return {pair: [tuple(sorted(union))] for pair, union in unions.items()}

    def _read_again(self) -> None:
        """Forget what was unpacked, since there are other sets now."""
        self.__dict__.pop("_sets", None)

    def _members(self, record: _Record) -> tuple[list[int], list[int], list[int]]:
        """Return x, y and a member of their separating sets, as far as a record has them."""
        first, groups, outcome = record
        entries = np.arange(len(groups.columns))
        own = self.entry[groups.entry_centers, groups.columns] == first + entries
        gone = np.flatnonzero(own)
        octets = np.ascontiguousarray(outcome.members[gone], dtype="<u8").view(np.uint8)
        at, row = np.nonzero(np.unpackbits(octets, axis=1, bitorder="little"))
        entry = gone[at]
        group = np.searchsorted(groups.column_pointer, entry, side="right") - 1
        variable = groups.rows[groups.row_pointer[group] + row]
        return groups.centers[group].tolist(), groups.columns[entry].tolist(), variable.tolist()

    def __getitem__(self, pair: tuple[int, int]) -> list[tuple[int, ...]]:
        i, j = pair
        return self._sets[(i, j) if i < j else (j, i)]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._sets)

    def __len__(self) -> int:
        return int(np.count_nonzero(np.triu((self.entry > 0) | (self.entry.T > 0), 1)))


def _find_members(
    entry: np.ndarray,
    first: int,
    column_pointer: np.ndarray,
    row_pointer: np.ndarray,
    rows: np.ndarray,
    members: np.ndarray,
    triples: np.ndarray,
    held: np.ndarray,
) -> None:
    """Set `held` for triples whose middle is in a set of a record."""
    group_of = np.empty(members.shape[0], np.int64)
    for g in range(column_pointer.shape[0] - 1):
        for e in range(column_pointer[g], column_pointer[g + 1]):
            group_of[e] = g
    for t in range(triples.shape[0]):
        for end in range(2):
            e = entry[triples[t, 2 * end], triples[t, 2 - 2 * end]] - first
            if e < 0 or e >= members.shape[0]:
                continue
            group = group_of[e]
            for k in range(row_pointer[group], row_pointer[group + 1]):
                bit = k - row_pointer[group]
                if rows[k] == triples[t, 1] and (
                    (members[e, bit >> 6] >> np.uint64(bit & 63)) & np.uint64(1)
                ):
                    held[t] = True
