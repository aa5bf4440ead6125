"""Discrete data as PC needs it: category codes, bit masks, chi-square and G-square.

Both statistics compare observed with expected counts within each configuration of the
conditioning set and add up; degrees of freedom count nonempty rows and columns only (Bishop,
Fienberg and Holland 1975, "Discrete Multivariate Analysis", section 3.8), as causal-learn does.
Without degrees of freedom the p-value is 1.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from scipy.special import chdtrc, xlogy

from causattn.base import DataError
from causattn.discovery.coding import coded, coded_columns
from causattn.discovery.pc.groups import Groups, MeasuredOutcome, Outcome
from causattn.discovery.pc.threads import over_groups

# Fewer tests than this take less time than a thread that does them beside the main one.
_QUICK = 1e4
_AT_ONCE = 1 << 17
# A table with more cells than so many a row is not laid out.
_DENSE = 4
# Configurations that plain tests keep, in values.
_MOST_KEPT = 1 << 22
# Variables with more categories have no masks and are counted by code.
_WIDEST = 64

DiscreteTest = Literal["chi_square", "g_square"]


@dataclass(frozen=True)
class DiscreteStatistics:
    """Discrete observations, coded.

    Parameters
    ----------
    codes
        uint8 or int32 [p, n], each variable's categories numbered from 0.
    cardinalities
        int64 [p], number of categories that occur.
    test
        ``"chi_square"`` or ``"g_square"``.
    names
        The variables' names, for messages; empty for numbers.
    """

    codes: np.ndarray
    cardinalities: np.ndarray
    test: DiscreteTest = "chi_square"
    names: tuple[str, ...] = ()

    @classmethod
    def from_data(
        cls,
        data: np.ndarray,
        test: DiscreteTest = "chi_square",
        names: Sequence[str] = (),
        *,
        allow_constant: bool = False,
    ) -> DiscreteStatistics:
        """Build from observations [n, p] of integers, or of anything that sorts.

        Categories are numbered by column in sorted order; those that do not occur count nowhere.

        Parameters
        ----------
        data
            The observations.
        test
            Which statistic to compare.
        names
            The variables' names, for messages.
        allow_constant
            Keep a column with one category, as bootstrap samples may have one; it is then
            independent of everything. Otherwise it is an error.

        Raises
        ------
        DataError
            For missing values, no rows, or a column with one category.
        """
        table = np.asarray(data)
        if table.ndim != 2 or not len(table):
            raise DataError(f"Data must have rows and columns, not shape {table.shape}.")
        if np.issubdtype(table.dtype, np.floating) and not np.isfinite(table).all():
            row, column = np.argwhere(~np.isfinite(table))[0]
            raise DataError(
                f"Column {_called(names, column)} has a missing or infinite value in row {row}; "
                "drop or fill such rows before discovery."
            )
        codes, cardinalities = coded_columns(table)
        if (cardinalities < 2).any() and not allow_constant:
            column = int(np.flatnonzero(cardinalities < 2)[0])
            raise DataError(
                f"Column {_called(names, column)} has one category only, so nothing can depend "
                "on it; leave it out."
            )
        return cls(codes, cardinalities, test, tuple(names))

    @property
    def size(self) -> int:
        """Number of variables p."""
        return len(self.codes)

    @property
    def rows(self) -> int:
        """Number of observations n."""
        return self.codes.shape[1]

    @property
    def g_square(self) -> bool:
        """Whether the statistic is G-square."""
        return self.test == "g_square"

    @cached_property
    def category_pointer(self) -> np.ndarray:
        """Where each variable's masks begin in `categories`, int64 [p + 1]."""
        kept = np.where(self.cardinalities <= _WIDEST, self.cardinalities, 0)
        return np.concatenate([[0], np.cumsum(kept)]).astype(np.int64)

    @cached_property
    def categories(self) -> np.ndarray:
        """One bit mask of the observations for each category, uint64 [categories, ceil(n / 64)]."""
        pointer = self.category_pointer
        kept = np.diff(pointer)
        octets = (self.rows + 7) // 8
        masks = np.zeros((pointer[-1], (self.rows + 63) // 64 * 8), dtype=np.uint8)
        # Some columns at a time, so that each is read from memory once.
        at_once = max(_AT_ONCE // self.rows, 1)
        for first in range(0, self.size, at_once):
            codes = self.codes[first : first + at_once].astype(np.uint8)
            for value in range(int(kept[first : first + at_once].max())):
                with_value = np.flatnonzero(kept[first : first + at_once] > value)
                chosen = codes if len(with_value) == len(codes) else codes[with_value]
                packed = np.packbits(chosen == value, axis=1, bitorder="little")
                masks[pointer[first + with_value] + value, :octets] = packed
        return masks.view("<u8").astype(np.uint64, copy=False)

    @cached_property
    def log_table(self) -> np.ndarray:
        """``c log c`` for every count c up to n, float64 [n + 1]; only G-square reads it."""
        if not self.g_square:
            return np.empty(0)
        counts = np.arange(self.rows + 1, dtype=np.float64)
        return xlogy(counts, counts)

    def measure(self, x: int, y: int, given: Sequence[int] = ()) -> tuple[float, int]:
        """Return statistic and degrees of freedom of one test, plainly."""
        stratum, strata = self._strata(tuple(given))
        across, down = int(self.cardinalities[y]), int(self.cardinalities[x])
        cell = (stratum * down + self.codes[x]) * across + self.codes[y]
        if strata * down * across <= _DENSE * self.rows:
            table = np.bincount(cell, minlength=strata * down * across)
            occupied = np.flatnonzero(table)
            observed = table[occupied]
            table = table.reshape(strata, down, across)
            by_x, by_y = table.sum(axis=2), table.sum(axis=1)
            total = by_x.sum(axis=1)
            stratum_of, x_of = np.divmod(occupied // across, down)
            expected = (
                by_x[stratum_of, x_of] * by_y[stratum_of, occupied % across] / total[stratum_of]
            )
            rows, columns = np.count_nonzero(by_x, axis=1), np.count_nonzero(by_y, axis=1)
        else:
            # Only the cells that occur, so that no table outgrows the sample.
            occupied, observed = np.unique(cell, return_counts=True)
            at_x, x_of = np.unique(occupied // across, return_inverse=True)
            at_y, y_of = np.unique(
                occupied // (across * down) * across + occupied % across, return_inverse=True
            )
            total = np.bincount(stratum, minlength=strata)
            expected = (
                np.bincount(x_of, observed)[x_of]
                * np.bincount(y_of, observed)[y_of]
                / total[occupied // (across * down)]
            )
            rows = np.bincount(at_x // down, minlength=strata)
            columns = np.bincount(at_y // across, minlength=strata)
        if self.g_square:
            statistic = 2 * np.sum(observed * np.log(observed / expected))
        else:
            # Empty cells of nonempty rows and columns add their expected counts.
            statistic = np.sum((observed - expected) ** 2 / expected)
            statistic += self.rows - expected.sum()
        degrees = np.sum(np.maximum(rows - 1, 0) * np.maximum(columns - 1, 0))
        return max(float(statistic), 0.0), int(degrees)

    def _strata(self, given: tuple[int, ...]) -> tuple[np.ndarray, int]:
        """Return each row's configuration of some variables, int64 [n], and how many there are."""
        if not given:
            return np.zeros(self.rows, dtype=np.int64), 1
        known = self._configurations.get(given)
        if known is None:
            before, count = self._strata(given[:-1])
            many = int(self.cardinalities[given[-1]])
            joined = before * many + self.codes[given[-1]]
            known = (joined, count * many)
            if count * many > _DENSE * self.rows:
                known = coded(joined)
            if len(self._configurations) * self.rows > _MOST_KEPT:
                self._configurations.clear()
            self._configurations[given] = known
        return known

    @cached_property
    def _configurations(self) -> dict[tuple[int, ...], tuple[np.ndarray, int]]:
        return {}


class CompiledDiscrete:
    """Chi-square or G-square at a level, compiled."""

    def __init__(
        self, statistics: DiscreteStatistics, alpha: float | np.ndarray, threads: int = 1
    ) -> None:
        self._statistics = statistics
        self._alpha = np.asarray(alpha, dtype=np.float64)
        self._threads = threads
        # Room to work in, kept for the thread's next order: fresh memory costs time.
        self._rooms = threading.local()

    def evaluate(
        self, groups: Groups, order: int, *, stop_at_first: bool, count_members: bool = False
    ) -> Outcome:
        """Test every column of every group given the subsets of `order` of its rows."""
        from causattn.discovery.pc.discrete_kernel import Coded, search
        from causattn.discovery.pc.partition_kernel import room_for

        statistics = self._statistics
        task = groups.task(
            groups.of_entries(self._alpha),
            order,
            stop_at_first=stop_at_first,
            count_members=count_members,
        )
        data = Coded(*(getattr(statistics, each) for each in Coded._fields))
        entries = len(groups.columns)
        statistic, degrees = np.full(entries, np.inf), np.zeros(entries)
        largest = np.full(entries, -1.0)

        def work(begin: int, end: int, signal: np.ndarray) -> None:
            room = getattr(self._rooms, "room", None)
            if room is None or len(room.masks) <= order:
                room = room_for(order + 1, statistics.rows, statistics.categories.shape[1])
                self._rooms.room = room
            search(task, data, room, statistic, degrees, largest, begin, end, signal)

        over_groups(work, groups, order, self._threads, _QUICK)
        return MeasuredOutcome(
            separated=task.separated,
            tested=task.tested,
            members=task.members,
            statistic=statistic,
            degrees_of_freedom=degrees,
            independence=largest,
            member_counts=task.member_counts if count_members else None,
        )

    def strength(self, outcome: Outcome) -> np.ndarray:
        """Return Wilson and Hilferty's normal scores, which large statistics do not underflow."""
        return normal_scores(outcome.statistic, outcome.degrees_of_freedom)

    def p_values(self, statistic: np.ndarray, degrees_of_freedom: np.ndarray) -> np.ndarray:
        """Return chi-square p-values."""
        return chi_square_p_values(statistic, degrees_of_freedom)


def chi_square_p_values(statistic: np.ndarray, degrees_of_freedom: np.ndarray) -> np.ndarray:
    """Return chi-square p-values, 1 where there are no degrees of freedom."""
    degrees = np.asarray(degrees_of_freedom, dtype=np.float64)
    p = chdtrc(np.maximum(degrees, 1), statistic)
    return np.where(degrees > 0, p, 1.0)


def normal_scores(statistic: np.ndarray, degrees_of_freedom: np.ndarray) -> np.ndarray:
    """Return Wilson and Hilferty's normal score of chi-square statistics, -inf without freedom."""
    degrees = np.maximum(degrees_of_freedom, 1)
    spread = 2 / (9 * degrees)
    score = ((statistic / degrees) ** (1 / 3) - (1 - spread)) / np.sqrt(spread)
    return np.where(np.asarray(degrees_of_freedom) > 0, score, -np.inf)


def _called(names: Sequence[str], column: int) -> str:
    """Return the column's name, or its number where columns have no names."""
    return str(names[column]) if len(names) else f"number {column}"
