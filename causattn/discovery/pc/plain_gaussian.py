"""Fisher's z in the plain back end: the tests of an order made together, in arrays."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np

from causattn.discovery.pc.gaussian import critical_z, z_p_values
from causattn.discovery.pc.gaussian_statistics import GaussianStatistics
from causattn.discovery.pc.groups import Groups, MeasuredOutcome, Outcome
from causattn.discovery.pc.reference import PlainEvaluator, Verdict
from causattn.discovery.running.compiling import TooLong

_AT_ONCE = 1 << 14
"""Tests made together, so that memory does not grow with the search."""


class PlainGaussian(PlainEvaluator):
    """Fisher's z at a level."""

    def __init__(self, statistics: GaussianStatistics, alpha: float | np.ndarray) -> None:
        super().__init__(statistics.size)
        self._statistics = statistics
        self._critical = np.broadcast_to(critical_z(alpha), (statistics.size, statistics.size))

    def judge(self, x: int, y: int, given: tuple[int, ...]) -> Verdict:
        """Compare |z| with its critical value."""
        z = self._statistics.z(x, y, given)
        return Verdict(z < self._critical[x, y], z, 0, -z)

    def evaluate(
        self, groups: Groups, order: int, *, stop_at_first: bool, count_members: bool = False
    ) -> Outcome:
        """Test every column of every group given the subsets of `order` of its rows."""
        found = self._nothing(groups, count_members)
        one_by_one = comb(groups.most_rows, order) > _AT_ONCE
        for asked in () if one_by_one else _portions(groups, order):
            if self.due is not None and self.due():
                raise TooLong
            z = self._statistics.z_of(asked.nodes)
            if z is None:  # one of them is singular; one by one says which
                one_by_one = True
                break
            self._enter(found, asked, z, stop_at_first)
        if one_by_one:
            return super().evaluate(
                groups, order, stop_at_first=stop_at_first, count_members=count_members
            )
        return found

    def _enter(
        self, found: MeasuredOutcome, asked: _Portion, z: np.ndarray, stop_at_first: bool
    ) -> None:
        """Add what the tests of some entries say."""
        entry, position = asked.entry, asked.positions
        independent = z < self._critical[asked.nodes[:, 0], asked.nodes[:, 1]]
        if stop_at_first:
            before = np.cumsum(independent) - independent
            begins = np.searchsorted(entry, entry)
            counted = before == before[begins]
            entry, position = entry[counted], position[counted]
            z, independent = z[counted], independent[counted]
        if not len(entry):
            return
        begins = np.flatnonzero(np.diff(entry, prepend=-1))
        own = entry[begins]
        found.tested[own] = np.diff(begins, append=len(entry))
        found.separated[own] = np.add.reduceat(independent.astype(np.int64), begins)
        found.statistic[own] = np.fmin.reduceat(z, begins)
        found.independence[own] = -found.statistic[own]
        apart, member = np.repeat(entry[independent], position.shape[1]), position[independent]
        row = member.ravel()
        np.bitwise_or.at(
            found.members, (apart, row // 64), np.uint64(1) << (row % 64).astype(np.uint64)
        )
        if found.member_counts is not None:
            np.add.at(found.member_counts, (apart, row), 1)

    def strength(self, outcome: Outcome) -> np.ndarray:
        """Return |z|."""
        return outcome.statistic

    def p_values(self, statistic: np.ndarray, degrees_of_freedom: np.ndarray) -> np.ndarray:
        """Return two-sided normal p-values."""
        return z_p_values(statistic)


class _Portion(NamedTuple):
    """All tests of some column entries, entry by entry in ascending order.

    Attributes
    ----------
    nodes
        int64 [m, 2 + order]: x < y, then the ascending conditioning set.
    entry
        int64 [m], the column entry that asks.
    positions
        int64 [m, order], where the set stands in the group's rows.
    """

    nodes: np.ndarray
    entry: np.ndarray
    positions: np.ndarray


def _portions(groups: Groups, order: int) -> Iterator[_Portion]:
    """Yield what is asked, the entries of groups with equally many rows together."""
    offered = groups.rows_of()
    group = np.repeat(np.arange(len(groups.centers)), groups.column_counts)
    for count in np.unique(groups.row_counts[group]):
        if count < order:
            continue
        positions = np.array(list(combinations(range(count), order)), dtype=np.int64)
        entries = np.flatnonzero(groups.row_counts[group] == count)
        step = max(_AT_ONCE // len(positions), 1)
        for first in range(0, len(entries), step):
            entry = entries[first : first + step]
            x, y = groups.entry_centers[entry], groups.columns[entry]
            rows = groups.rows[groups.row_pointer[group[entry], None] + np.arange(count)]
            given = rows[:, positions]
            # The other end tests the sets that it offers too.
            spared = offered[y[:, None, None], given].all(axis=2) & (groups.second[entry, None] > 0)
            at, which = np.nonzero((given != y[:, None, None]).all(axis=2) & ~spared)
            ends = np.sort(np.stack([x[at], y[at]], axis=1), axis=1)
            nodes = np.concatenate([ends, np.sort(given[at, which], axis=1)], axis=1)
            yield _Portion(nodes, entry[at], positions[which])
