"""What an independence test is.

A contribution is one file that defines ``TEST``::

    class Spearman(IndependenceTest):
        "Rank correlation, partial ones by regression of the ranks."

        name = "spearman"
        data_kinds = CONTINUOUS

        def on(self, data):
            ranks = scipy.stats.rankdata(data.values, axis=0)
            return lambda x, y, given: p_value_of(ranks, x, y, given)

    TEST = Spearman()

From then on ``discovery.test=spearman`` names it. In Python a function will do: ``pc(data,
test=lambda x, y, given: p)``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from causattn.base import ConfigError, DataError, check_takes, number_given
from causattn.discovery.contract import ANY_DATA

if TYPE_CHECKING:
    from causattn.discovery.data import DiscoveryData
    from causattn.discovery.pc import DiscreteStatistics, GaussianStatistics

Question = tuple[int, int, tuple[int, ...]]
"""Columns x < y and an ascending conditioning set."""

PValue = Callable[[int, int, tuple[int, ...]], float]
"""``(x, y, given)`` to the p-value of x and y being independent given a set of columns."""


class BatchTest(Protocol):
    """A test that answers many questions at once, for libraries and accelerators."""

    def p_values(self, questions: Sequence[Question]) -> np.ndarray:
        """Return one p-value a question, float [Q]."""
        ...


AnyTest = str | PValue | BatchTest
"""A test by name, a function ``(x, y, given) -> p`` over columns, or one with ``p_values``."""


class IndependenceTest(ABC):
    """A conditional independence test. The first line of its docstring says what it is.

    Attributes
    ----------
    name
        The word in a configuration, and the name of its file.
    data_kinds
        Of ``"continuous"``, ``"discrete"`` and ``"mixed"``.
    paper
        Its source.
    """

    name: str
    data_kinds: frozenset[str]
    paper: str = ""

    @abstractmethod
    def on(self, data: DiscoveryData) -> PValue | BatchTest:
        """Return the test of these data.

        Each question is asked once. A p-value outside [0, 1] is an error.
        """

    def largest_set(self, data: DiscoveryData) -> int:
        """Return how many columns these rows can be conditioned on; all others by default."""
        return data.size

    def reachable(self, data: DiscoveryData, max_order: int | None) -> int | None:
        """Return the largest set to be tested: what was asked for, or what the rows allow."""
        most = self.largest_set(data)
        if most >= data.size - 2:
            return max_order
        return most if max_order is None else min(max_order, most)

    def statistics(
        self, data: DiscoveryData, *, on_demand: bool = False
    ) -> GaussianStatistics | DiscreteStatistics | None:
        """Return what compiled engines read; None for a test that is asked question by question.

        Parameters
        ----------
        data
            The table.
        on_demand
            Only what is asked for will be worked out, because that is little.
        """
        return None


class TestWise(IndependenceTest):
    """A test that leaves out of each question the rows that lack one of its values.

    That is right where what is missing does not depend on the values of both sides of a question
    (Tu, Zhang, Ackermann, Mohan, Kjellström and Zhang 2019, "Causal discovery in the presence of
    missing data", proposition 1: else edges may be too many, not too few).
    """

    __test__ = False  # not a test of pytest's

    def __init__(self, test: IndependenceTest) -> None:
        self._test = test
        self.name = f"{test.name} test-wise"
        self.data_kinds, self.paper = test.data_kinds, test.paper

    def on(self, data: DiscoveryData) -> PValue:
        """Return the test.

        A question raises `DataError` where too few rows have all its values.
        """

        def p_value(x: int, y: int, given: tuple[int, ...]) -> float:
            columns = (x, y, *given)
            table = data.complete(columns)
            varies = table.rows > 1 and (table.values != table.values[:1]).any(axis=0).all()
            if not varies or self._test.largest_set(table) < len(given):
                raise DataError(
                    f"Only {table.rows} rows have values of all of "
                    f"{', '.join(table.names)}, too few to test them; leave one out or set "
                    f"max_order={max(len(given) - 1, 0)}."
                )
            return one_by_one(self._test.on(table))(0, 1, tuple(range(2, len(columns))))

        return p_value

    def largest_set(self, data: DiscoveryData) -> int:
        """Return how many columns these rows can be conditioned on."""
        return self._test.largest_set(data)


class GivenTest(IndependenceTest):
    """A function or object that was handed in, as a test; it knows its data."""

    data_kinds = ANY_DATA

    def __init__(self, test: PValue | BatchTest) -> None:
        self._test = test
        self.name = str(getattr(test, "__name__", type(test).__name__))

    def on(self, data: DiscoveryData) -> PValue | BatchTest:
        """Return what was handed in."""
        return self._test


def one_by_one(test: PValue | BatchTest) -> PValue:
    """Return a test as a function of one question."""
    if not hasattr(test, "p_values"):
        return test
    return lambda x, y, given: number_given(test.p_values([(x, y, given)])[0])


def given_test(test: AnyTest) -> tuple[str, IndependenceTest | None]:
    """Return what `pc` and its kind were given as a name for the settings, and a test."""
    if isinstance(test, str):
        return test, None
    if isinstance(test, IndependenceTest):
        return "auto", test
    if not callable(test) and not hasattr(test, "p_values"):
        raise ConfigError(
            f"test={test!r} is no test; give a name, a function (x, y, given) -> p-value, or an "
            "object with p_values(questions)."
        )
    many = getattr(test, "p_values", None)
    check_takes(*((test, ("x", "y", "given")) if many is None else (many, ("questions",))))
    return "auto", GivenTest(test)
