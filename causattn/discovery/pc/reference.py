"""The plain back end: one test at a time, by any function that gives a p-value.

It serves small problems, where compiling would cost more than testing, and tests of other
packages, such as causal-learn's kernel test.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from itertools import combinations, islice
from typing import NamedTuple

import numpy as np

from causattn.base import CausattnError, number_given
from causattn.discovery.pc.discrete import (
    DiscreteStatistics,
    chi_square_p_values,
    normal_scores,
)
from causattn.discovery.pc.groups import Groups, MeasuredOutcome, Outcome
from causattn.discovery.running.compiling import TooLong
from causattn.discovery.tests.contract import BatchTest, PValue, Question, one_by_one

_AT_ONCE = 1 << 14
"""Questions answered together, so that memory does not grow with the search."""


class Verdict(NamedTuple):
    """One test: independent or not, and by how much (larger `independence` is more)."""

    independent: bool
    statistic: float
    degrees_of_freedom: float
    independence: float


class PlainEvaluator(ABC):
    """Conditional independence tests at a level, one by one.

    Attributes
    ----------
    due
        Asked before each test; where it says so, the order is left with `TooLong`.
    batched
        Whether `judge_many` saves work.
    """

    due: Callable[[], bool] | None = None
    batched = False

    def __init__(self, size: int) -> None:
        self._seen: dict[tuple[int, int, tuple[int, ...]], Verdict] = {}
        self._size = size

    @abstractmethod
    def judge(self, x: int, y: int, given: tuple[int, ...]) -> Verdict:
        """Test x and y (x < y) given ascending variables."""

    def judge_many(self, questions: list[Question]) -> list[Verdict]:
        """Test what `judge` would, all with as many variables given."""
        return [self.judge(*question) for question in questions]

    @abstractmethod
    def strength(self, outcome: Outcome) -> np.ndarray:
        """Return how dependent the entries of an outcome are."""

    @abstractmethod
    def p_values(self, statistic: np.ndarray, degrees_of_freedom: np.ndarray) -> np.ndarray:
        """Return the p-values of statistics."""

    def evaluate(
        self, groups: Groups, order: int, *, stop_at_first: bool, count_members: bool = False
    ) -> Outcome:
        """Test every column of every group given the subsets of `order` of its rows."""
        if self.batched:
            self._ask(groups, order, stop_at_first)
        outcome = self._nothing(groups, count_members)
        for x, y, entry, rows, spared in self._entries(groups):
            self._separate(outcome, x, y, entry, rows, order, stop_at_first, spared)
        return outcome

    def _nothing(self, groups: Groups, count_members: bool) -> MeasuredOutcome:
        """Return the outcome before any test."""
        entries, most = len(groups.columns), groups.most_rows
        return MeasuredOutcome(
            separated=np.zeros(entries, dtype=np.int64),
            tested=np.zeros(entries, dtype=np.int64),
            members=np.zeros((entries, groups.words), dtype=np.uint64),
            statistic=np.full(entries, np.inf),
            degrees_of_freedom=np.zeros(entries),
            independence=np.full(entries, -np.inf),
            member_counts=np.zeros((entries, most), dtype=np.int64) if count_members else None,
        )

    def _entries(
        self, groups: Groups
    ) -> Iterator[tuple[int, int, int, np.ndarray, set[int] | None]]:
        """Yield each column entry: center, column, its number, rows, and whose sets it leaves."""
        others = [set(np.flatnonzero(row).tolist()) for row in groups.rows_of()]
        for _, x, rows, span in groups:
            for e in span:
                y = int(groups.columns[e])
                # The other end tests the sets that it offers too.
                yield x, y, e, rows, others[y] if groups.second[e] else None

    def _questions(self, groups: Groups, order: int) -> Iterator[Iterator[Question]]:
        """Yield what each column entry asks, in its order."""
        for x, y, _, rows, spared in self._entries(groups):
            yield _asked(x, y, rows, order, spared)

    def _ask(self, groups: Groups, order: int, stop_at_first: bool) -> None:
        """Have answered what `evaluate` will ask: all of it, or a question a pair at a time."""
        asking = list(self._questions(groups, order))
        if not stop_at_first:
            self._answer(question for questions in asking for question in questions)
            return
        while asking:
            following = [(next(questions, None), questions) for questions in asking]
            self._answer(question for question, _ in following if question is not None)
            asking = [
                questions
                for question, questions in following
                if question is not None and not self._seen[question].independent
            ]

    def _answer(self, questions: Iterator[Question]) -> None:
        """Answer in portions those that have no answer yet."""
        while portion := list(islice(questions, _AT_ONCE)):
            if self.due is not None and self.due():
                raise TooLong
            asked = sorted(set(portion) - self._seen.keys())
            self._seen.update(zip(asked, self.judge_many(asked), strict=True) if asked else ())

    def _separate(
        self,
        outcome: Outcome,
        x: int,
        y: int,
        entry: int,
        rows: np.ndarray,
        order: int,
        stop_at_first: bool,
        spared: set[int] | None,
    ) -> None:
        """Look for the sets, but those within `spared`, that separate a column from its center."""
        for positions in _subsets(rows, order, y, spared):
            given = tuple(int(rows[k]) for k in positions)
            if self.due is not None and self.due():
                raise TooLong
            outcome.tested[entry] += 1
            verdict = self.judged(x, y, given)
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
                    if outcome.member_counts is not None:
                        outcome.member_counts[entry, k] += 1
                if stop_at_first:
                    return

    def judged(self, x: int, y: int, given: tuple[int, ...]) -> Verdict:
        """Return `judge` of variables in any order, each question asked once."""
        key = (min(x, y), max(x, y), tuple(sorted(given)))
        if key not in self._seen:
            self._seen[key] = self.judge(*key)
        return self._seen[key]


def _asked(
    x: int, y: int, rows: np.ndarray, order: int, spared: set[int] | None
) -> Iterator[Question]:
    """Yield what is asked of a pair."""
    for positions in _subsets(rows, order, y, spared):
        yield min(x, y), max(x, y), tuple(sorted(int(rows[k]) for k in positions))


def _subsets(
    rows: np.ndarray, order: int, y: int, spared: set[int] | None
) -> Iterator[tuple[int, ...]]:
    """Yield positions of conditioning sets without y that are not within `spared`."""
    for positions in combinations(range(len(rows)), order):
        given = [int(rows[k]) for k in positions]
        if y not in given and (spared is None or not spared.issuperset(given)):
            yield positions


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

    One that answers many questions at once (`BatchTest`) is asked all of an order's in one call
    where every set is tested, and else one of every pair's at a time. What is kept as statistic is
    1 - p.
    """

    def __init__(self, test: PValue | BatchTest, size: int, alpha: float | np.ndarray) -> None:
        super().__init__(size)
        self._batch = getattr(test, "p_values", None)
        self.batched = self._batch is not None
        self._test = one_by_one(test)
        self._alpha = np.broadcast_to(np.asarray(alpha), (size, size))

    def judge(self, x: int, y: int, given: tuple[int, ...]) -> Verdict:
        """Compare the p-value with the level.

        Raises
        ------
        CausattnError
            Where the function gives no number between 0 and 1.
        """
        return self._verdict(self._test(x, y, given), x, y, given)

    def judge_many(self, questions: list[Question]) -> list[Verdict]:
        """Have many questions answered in one call."""
        assert self._batch is not None
        answers = np.asarray(self._batch(questions))
        if answers.shape != (len(questions),):
            raise CausattnError(
                f"The independence test gave p-values of shape {answers.shape} for "
                f"{len(questions)} questions; give one each."
            )
        return [
            self._verdict(p, *asked) for p, asked in zip(answers.tolist(), questions, strict=True)
        ]

    def _verdict(self, answer: object, x: int, y: int, given: tuple[int, ...]) -> Verdict:
        p = number_given(answer)
        # Rounding may take a p-value a little beyond 1; anything else is no p-value.
        if not 0 <= p <= 1 + 1e-9:
            shown = repr(answer) if isinstance(answer, str) else answer
            raise CausattnError(
                f"The independence test gave {shown} for variables {x} and {y} given {given}; a "
                "p-value lies between 0 and 1, so check the test and its data."
            )
        return Verdict(p > self._alpha[x, y], 1 - p, 0, p)

    def strength(self, outcome: Outcome) -> np.ndarray:
        """Return 1 - p."""
        return outcome.statistic

    def p_values(self, statistic: np.ndarray, degrees_of_freedom: np.ndarray) -> np.ndarray:
        """Return the p-values back."""
        return 1 - statistic
