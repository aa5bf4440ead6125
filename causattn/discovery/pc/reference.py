"""The plain back end: one test at a time, by any function that gives a p-value.

It serves small problems, where compiling would cost more than testing, and tests of other
packages, such as causal-learn's kernel test.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

import numpy as np

from causattn.base import CausattnError
from causattn.discovery.pc.discrete import (
    DiscreteStatistics,
    chi_square_p_values,
    normal_scores,
)
from causattn.discovery.pc.gaussian import critical_z, z_p_values
from causattn.discovery.pc.gaussian_statistics import GaussianStatistics
from causattn.discovery.pc.groups import Groups, MeasuredOutcome, Outcome

IndependenceTest = Callable[[int, int, tuple[int, ...]], float]


class Verdict(NamedTuple):
    """One test: independent or not, and by how much (larger `independence` is more)."""

    independent: bool
    statistic: float
    degrees_of_freedom: float
    independence: float


class PlainEvaluator:
    """Conditional independence tests at a level, one by one."""

    def __init__(self, size: int) -> None:
        self._seen: dict[tuple[int, int, tuple[int, ...]], Verdict] = {}
        self._size = size

    def judge(self, x: int, y: int, given: tuple[int, ...]) -> Verdict:
        """Test x and y (x < y) given ascending variables."""
        raise NotImplementedError

    def strength(self, outcome: Outcome) -> np.ndarray:
        """Return how dependent the entries of an outcome are."""
        raise NotImplementedError

    def p_values(self, statistic: np.ndarray, degrees_of_freedom: np.ndarray) -> np.ndarray:
        """Return the p-values of statistics."""
        raise NotImplementedError

    def evaluate(
        self, groups: Groups, order: int, *, stop_at_first: bool, count_members: bool = False
    ) -> Outcome:
        """Test every column of every group given the subsets of `order` of its rows."""
        entries = len(groups.columns)
        most = groups.most_rows
        counts = np.zeros((entries, most), dtype=np.int64)
        outcome = MeasuredOutcome(
            separated=np.zeros(entries, dtype=np.int64),
            tested=np.zeros(entries, dtype=np.int64),
            members=np.zeros((entries, groups.words), dtype=np.uint64),
            statistic=np.full(entries, np.inf),
            degrees_of_freedom=np.zeros(entries),
            independence=np.full(entries, -np.inf),
            member_counts=counts if count_members else None,
        )
        others = [set(np.flatnonzero(row).tolist()) for row in groups.rows_of()]
        for _, x, rows, span in groups:
            for e in span:
                y = int(groups.columns[e])
                # The other end tests the sets that it offers too.
                spared = others[y] if groups.second[e] else None
                self._separate(outcome, counts, x, y, e, rows, order, stop_at_first, spared)
        return outcome

    def _separate(
        self,
        outcome: Outcome,
        counts: np.ndarray,
        x: int,
        y: int,
        entry: int,
        rows: np.ndarray,
        order: int,
        stop_at_first: bool,
        spared: set[int] | None,
    ) -> None:
        """Look for the sets, but those within `spared`, that separate a column from its center."""
        for positions in combinations(range(len(rows)), order):
            given = tuple(int(rows[k]) for k in positions)
            if y in given or (spared is not None and spared.issuperset(given)):
                continue
            outcome.tested[entry] += 1
            verdict = self._judged(x, y, given)
            if verdict.independence > outcome.independence[entry] or (
                verdict.independence == outcome.independence[entry]
                and verdict.statistic < outcome.statistic[entry]
            ):
                outcome.independence[entry] = verdict.independence
                outcome.statistic[entry] = verdict.statistic
                outcome.degrees_of_freedom[entry] = verdict.degrees_of_freedom
            if verdict.independent:
                outcome.separated[entry] += 1
                for k in positions:
                    outcome.members[entry, k // 64] |= np.uint64(1) << np.uint64(k % 64)
                    counts[entry, k] += 1
                if stop_at_first:
                    return

    def _judged(self, x: int, y: int, given: tuple[int, ...]) -> Verdict:
        key = (min(x, y), max(x, y), tuple(sorted(given)))
        if key not in self._seen:
            self._seen[key] = self.judge(*key)
        return self._seen[key]


class PlainGaussian(PlainEvaluator):
    """Fisher's z at a level, one test at a time."""

    def __init__(self, statistics: GaussianStatistics, alpha: float | np.ndarray) -> None:
        super().__init__(statistics.size)
        self._statistics = statistics
        self._critical = np.broadcast_to(critical_z(alpha), (statistics.size, statistics.size))

    def judge(self, x: int, y: int, given: tuple[int, ...]) -> Verdict:
        """Compare |z| with its critical value."""
        z = self._statistics.z(x, y, given)
        return Verdict(z < self._critical[x, y], z, 0, -z)

    def strength(self, outcome: Outcome) -> np.ndarray:
        """Return |z|."""
        return outcome.statistic

    def p_values(self, statistic: np.ndarray, degrees_of_freedom: np.ndarray) -> np.ndarray:
        """Return two-sided normal p-values."""
        return z_p_values(statistic)


class PlainDiscrete(PlainEvaluator):
    """Chi-square or G-square at a level, one test at a time."""

    def __init__(self, statistics: DiscreteStatistics, alpha: float | np.ndarray) -> None:
        super().__init__(statistics.size)
        self._statistics = statistics
        self._alpha = np.broadcast_to(np.asarray(alpha), (statistics.size, statistics.size))

    def judge(self, x: int, y: int, given: tuple[int, ...]) -> Verdict:
        """Compare the p-value with the level."""
        statistic, degrees = self._statistics.measure(x, y, given)
        p = float(chi_square_p_values(np.array(statistic), np.array(degrees)))
        return Verdict(p > self._alpha[x, y], statistic, degrees, p)

    def strength(self, outcome: Outcome) -> np.ndarray:
        """Return Wilson and Hilferty's normal scores."""
        return normal_scores(outcome.statistic, outcome.degrees_of_freedom)

    def p_values(self, statistic: np.ndarray, degrees_of_freedom: np.ndarray) -> np.ndarray:
        """Return chi-square p-values."""
        return chi_square_p_values(statistic, degrees_of_freedom)


class PlainFunction(PlainEvaluator):
    """Any test given as a function (x, y, conditioning set) -> p-value, at a level.

    What is kept as statistic is 1 - p.
    """

    def __init__(self, test: IndependenceTest, size: int, alpha: float | np.ndarray) -> None:
        super().__init__(size)
        self._test = test
        self._alpha = np.broadcast_to(np.asarray(alpha), (size, size))

    def judge(self, x: int, y: int, given: tuple[int, ...]) -> Verdict:
        """Compare the p-value with the level.

        Raises
        ------
        CausattnError
            Where the function gives no number between 0 and 1.
        """
        p = float(self._test(x, y, given))
        # Rounding may take a p-value a little beyond 1; anything else is no p-value.
        if not 0 <= p <= 1 + 1e-9:
            raise CausattnError(
                f"The independence test gave {p} for variables {x} and {y} given {given}; a "
                "p-value lies between 0 and 1, so check the test and its data."
            )
        return Verdict(p > self._alpha[x, y], 1 - p, 0, p)

    def strength(self, outcome: Outcome) -> np.ndarray:
        """Return 1 - p."""
        return outcome.statistic

    def p_values(self, statistic: np.ndarray, degrees_of_freedom: np.ndarray) -> np.ndarray:
        """Return the p-values back."""
        return 1 - statistic
