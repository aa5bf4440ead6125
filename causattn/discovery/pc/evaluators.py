"""The tests of a run: which back end makes them, and at which level each question is asked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Literal

import numpy as np

from causattn.base import ConfigError
from causattn.discovery.data import DiscoveryData
from causattn.discovery.pc.discrete import CompiledDiscrete, DiscreteStatistics
from causattn.discovery.pc.gaussian import CompiledGaussian
from causattn.discovery.pc.gaussian_statistics import GaussianStatistics
from causattn.discovery.pc.groups import Evaluator, Groups, Outcome
from causattn.discovery.pc.reference import PlainDiscrete, PlainEvaluator, PlainFunction
from causattn.discovery.running.compiling import DISCRETE_PC, GAUSSIAN_PC, Kernels, TooLong
from causattn.discovery.tests.contract import IndependenceTest

Backend = Literal["compiled", "reference"]
Level = float | np.ndarray
Statistics = GaussianStatistics | DiscreteStatistics


@dataclass(frozen=True)
class Tests:
    """The tests of both phases.

    Where levels differ by pair, a pair of low level counts as not adjacent although the data call
    it dependent. That is no independence, and a set which "separates" it so says nothing of
    colliders: the middle of x - y - z is missing from it because the level was low. So directions
    go by tests at one level, and where a pair's own level is lower, its separating set is looked
    for again.

    Parameters
    ----------
    skeleton
        Decides adjacencies.
    orientation
        Decides what is a collider.
    doubted
        bool [p, p]: the pairs whose separating sets are looked for again.
    """

    skeleton: Evaluator
    orientation: Evaluator
    doubted: np.ndarray

    @classmethod
    def at(
        cls,
        level: Level,
        orientation_level: float | None,
        size: int,
        make: Callable[[Level], Evaluator],
    ) -> Tests:
        """Return the tests at a level, and for orientation at another one where it is given."""
        skeleton = make(level)
        if orientation_level is None or np.ndim(level) == 0:
            return cls(skeleton, skeleton, np.zeros((size, size), dtype=bool))
        return cls(skeleton, make(orientation_level), np.asarray(level < orientation_level))


class PatientEvaluator:
    """Tests in plain code until that has cost as much as going over, then in compiled code.

    An order that plain code has begun is begun again.
    """

    def __init__(
        self, plain: PlainEvaluator, compiled: Callable[[], Evaluator], kernels: Kernels
    ) -> None:
        plain.due = kernels.due
        self._now: Evaluator = plain
        self._compiled, self._kernels = compiled, kernels

    @property
    def backend(self) -> str:
        """Which one is in use."""
        return "reference" if isinstance(self._now, PlainEvaluator) else "compiled"

    def evaluate(
        self, groups: Groups, order: int, *, stop_at_first: bool, count_members: bool = False
    ) -> Outcome:
        """Test every column of every group given the subsets of `order` of its rows."""
        how = {"stop_at_first": stop_at_first, "count_members": count_members}
        try:
            return self._now.evaluate(groups, order, **how)
        except TooLong:
            self._now = self._compiled()
            return self._now.evaluate(groups, order, **how)

    def strength(self, outcome: Outcome) -> np.ndarray:
        """Return how dependent the entries of an outcome of order 0 are, on one scale."""
        return self._now.strength(outcome)

    def p_values(self, statistic: np.ndarray, degrees_of_freedom: np.ndarray) -> np.ndarray:
        """Return the p-values of statistics."""
        return self._now.p_values(statistic, degrees_of_freedom)


def evaluators_of(
    statistics: Statistics, threads: int, backend: Backend
) -> tuple[Callable[[Level], Evaluator], Kernels, AbstractContextManager[None]]:
    """Return what gives the test of some data at a level, and its kernels.

    Also a context to test in, by which the time that plain code takes is counted.
    """
    kernels = GAUSSIAN_PC if isinstance(statistics, GaussianStatistics) else DISCRETE_PC
    patient = backend == "compiled" and kernels.plain_first(statistics.size)

    def make(at: Level) -> Evaluator:
        def compiled() -> Evaluator:
            if isinstance(statistics, GaussianStatistics):
                return CompiledGaussian(statistics, at, threads)
            return CompiledDiscrete(statistics, at, threads)

        if backend == "compiled" and not patient:
            return compiled()
        plain = _plain(statistics, at)
        return PatientEvaluator(plain, compiled, kernels) if patient else plain

    return make, kernels, kernels.plain() if patient else nullcontext()


def plain_evaluator(test: IndependenceTest, data: DiscoveryData, level: Level) -> PlainEvaluator:
    """Return a test of some data at a level, one question at a time."""
    statistics = test.statistics(data)
    if statistics is None:
        return PlainFunction(test.on(data), data.size, level)
    return _plain(statistics, level)


def _plain(statistics: Statistics, level: Level) -> PlainEvaluator:
    if isinstance(statistics, DiscreteStatistics):
        return PlainDiscrete(statistics, level)
    from causattn.discovery.pc.plain_gaussian import PlainGaussian

    return PlainGaussian(statistics, level)


def checked_level(alpha: Level, size: int) -> Level:
    """Return the level as a number or a symmetric matrix.

    Raises
    ------
    ConfigError
        Where it is neither, or lies outside [0, 1].
    """
    level = np.asarray(alpha, dtype=np.float64)
    if level.ndim and level.shape != (size, size):
        raise ConfigError(f"alpha must be one number or of shape ({size}, {size}).")
    if not ((level >= 0) & (level <= 1)).all():
        raise ConfigError("alpha must lie between 0 and 1 everywhere; scale or clip the weights.")
    if level.ndim and (level != level.T).any():
        raise ConfigError("A matrix alpha must be symmetric: a pair has one level; make it so.")
    return level if level.ndim else float(level)
