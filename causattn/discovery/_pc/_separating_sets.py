"""Separating sets as PC finds them, kept packed and read as a mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np

from causattn.discovery._pc._groups import Groups, Outcome


class _Record(NamedTuple):
    """The entries of one evaluation, but for pairs that have been given other sets."""

    groups: Groups
    outcome: Outcome
    replaced: np.ndarray | None = None

    def members(self, of: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return x, y and a member of their separating sets, int64 [m] each.

        `of` is bool [p, p], the pairs that are asked for; None for all.
        """
        separated = self.outcome.separated > 0
        if of is not None:
            separated &= of[self.groups.entry_centers, self.groups.columns]
        if self.replaced is not None:
            separated &= ~self.replaced[self.groups.entry_centers, self.groups.columns]
        gone = np.flatnonzero(separated)
        octets = np.ascontiguousarray(self.outcome.members[gone], dtype="<u8").view(np.uint8)
        at, row = np.nonzero(np.unpackbits(octets, axis=1, bitorder="little"))
        entry = gone[at]
        group = np.searchsorted(self.groups.column_pointer, entry, side="right") - 1
        variable = self.groups.rows[self.groups.row_pointer[group] + row]
        return self.groups.centers[group], self.groups.columns[entry], variable


class SeparatingSets(Mapping[tuple[int, int], list[tuple[int, ...]]]):
    """The separating sets of pairs, as ``{(i, j): [set, ...]}``.

    Pairs are read either way round and listed with i < j; sets are ascending. Where every
    separating set of an order was sought, the one set listed is the union of them all. A pair
    that was never separated is not among the keys.
    """

    def __init__(self, size: int) -> None:
        # Larger by one than the orders, so that an empty matrix need not be written.
        self._order = np.zeros((size, size), dtype=np.int16)
        self._separated: list[tuple[np.ndarray, np.ndarray]] = []
        self._records: list[_Record] = []

    def record(self, order: int, groups: Groups, outcome: Outcome) -> None:
        """Keep the entries that were separated at `order`."""
        gone = np.flatnonzero(outcome.separated > 0)
        x, y = groups.entry_centers[gone], groups.columns[gone]
        self._order[x, y] = self._order[y, x] = order + 1
        self._separated.append((x, y))
        if order > 0 and len(x):
            self._records.append(_Record(groups, outcome))

    def join(self, others: SeparatingSets) -> None:
        """Take over other sets; of a pair that has sets here, too, the others replace them."""
        overlap = any((self._order[x, y] > 0).any() for x, y in others._separated)
        for x, y in others._separated:
            self._order[x, y] = self._order[y, x] = others._order[x, y]
        if overlap:
            replaced = others._order > 0
            self._records = [record._replace(replaced=replaced) for record in self._records]
        self._separated += others._separated
        self._records += others._records

    def orders(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the order at which pairs (int [m] each) were separated, int [m], -1 for never."""
        return self._order[x, y] - 1

    def holds(self, x: np.ndarray, y: np.ndarray, middle: np.ndarray) -> np.ndarray:
        """Tell for triples (int [m] each) whether a separating set of x and y holds the middle."""
        size = len(self._order)
        asked = np.zeros((size, size), dtype=bool)
        asked[x, y] = asked[y, x] = True
        held = [np.zeros(0, dtype=np.int64)]
        for record in self._records:
            a, b, member = record.members(asked)
            held.append((np.minimum(a, b) * size + np.maximum(a, b)) * size + member)
        wanted = (np.minimum(x, y) * size + np.maximum(x, y)) * size + middle
        return np.isin(wanted, np.concatenate(held))

    @cached_property
    def _sets(self) -> dict[tuple[int, int], list[tuple[int, ...]]]:
        """All sets, unpacked on first reading."""
        pairs = np.argwhere(np.triu(self._order, 1)).tolist()
        unions: dict[tuple[int, int], set[int]] = {(i, j): set() for i, j in pairs}
        for record in self._records:
            for x, y, variable in zip(*(part.tolist() for part in record.members()), strict=True):
                unions[(x, y) if x < y else (y, x)].add(variable)
        return {pair: [tuple(sorted(union))] for pair, union in unions.items()}

    def __getitem__(self, pair: tuple[int, int]) -> list[tuple[int, ...]]:
        i, j = pair
        return self._sets[(i, j) if i < j else (j, i)]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._sets)

    def __len__(self) -> int:
        return int(np.count_nonzero(np.triu(self._order, 1)))
