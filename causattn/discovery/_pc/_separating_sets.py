"""Separating sets as PC finds them, kept packed and read as a mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np

from causattn.discovery._pc._groups import Groups, Outcome


class _Record(NamedTuple):
    """The entries of one evaluation."""

    groups: Groups
    outcome: Outcome

    def members(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return x, y and a member of their separating sets, int64 [m] each."""
        gone = np.flatnonzero(self.outcome.separated > 0)
        octets = np.ascontiguousarray(self.outcome.members[gone], dtype="<u8").view(np.uint8)
        at, row = np.nonzero(np.unpackbits(octets, axis=1, bitorder="little"))
        entry = gone[at]
        group = np.searchsorted(self.groups.column_pointer, entry, side="right") - 1
        variable = self.groups.rows[self.groups.row_pointer[group] + row]
        return self.groups.centers[group], self.groups.columns[entry], variable

    def holds(self, x: np.ndarray, y: np.ndarray, middle: np.ndarray) -> np.ndarray:
        """Tell whether the entry of (x, y), where there is one, has `middle` as a member."""
        groups, size = self.groups, self.groups.size
        entry, known = _find(groups.entry_centers * size + groups.columns, x * size + y)
        group = np.searchsorted(groups.column_pointer, entry, side="right") - 1
        of_row = np.repeat(np.arange(len(groups.centers)), np.diff(groups.row_pointer))
        row, present = _find(of_row * size + groups.rows, group * size + middle)
        known &= present
        row = row[known] - groups.row_pointer[group[known]]
        words = self.outcome.members[entry[known], row >> 6]
        found = np.zeros(len(x), dtype=bool)
        found[known] = (words >> (row & 63).astype(np.uint64)) & np.uint64(1) == 1
        return found


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
        self._records: list[tuple[int, _Record]] = []

    def record(self, order: int, groups: Groups, outcome: Outcome) -> None:
        """Keep the entries that were separated at `order`."""
        gone = np.flatnonzero(outcome.separated > 0)
        x, y = groups.entry_centers[gone], groups.columns[gone]
        self._order[x, y] = self._order[y, x] = order + 1
        self._separated.append((x, y))
        if order > 0 and len(x):
            self._records.append((order, _Record(groups, outcome)))

    def join(self, others: SeparatingSets) -> None:
        """Take over the sets of other pairs."""
        for x, y in others._separated:
            self._order[x, y] = self._order[y, x] = others._order[x, y]
        self._separated += others._separated
        self._records += others._records

    def orders(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the order at which pairs (int [m] each) were separated, int [m], -1 for never."""
        return self._order[x, y] - 1

    def holds(self, x: np.ndarray, y: np.ndarray, middle: np.ndarray) -> np.ndarray:
        """Tell for triples (int [m] each) whether a separating set of x and y holds the middle."""
        found = np.zeros(len(x), dtype=bool)
        orders = self.orders(x, y)
        for order, record in self._records:
            asked = np.flatnonzero(orders == order)
            if len(asked):
                a, b, c = x[asked], y[asked], middle[asked]
                found[asked] |= record.holds(a, b, c) | record.holds(b, a, c)
        return found

    @cached_property
    def _sets(self) -> dict[tuple[int, int], list[tuple[int, ...]]]:
        """All sets, unpacked on first reading."""
        pairs = np.argwhere(np.triu(self._order, 1)).tolist()
        unions: dict[tuple[int, int], set[int]] = {(i, j): set() for i, j in pairs}
        for _, record in self._records:
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


def _find(keys: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where each wanted key stands among `keys`, and whether it is there at all."""
    order = None
    if (keys[1:] < keys[:-1]).any():
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
    position = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    present = keys[position] == wanted if len(keys) else np.zeros(len(wanted), dtype=bool)
    return (position if order is None else order[position]), present
