"""Fisher's z on Gaussian data, compiled.

The partial correlation r of x and y given S of n rows gives z = sqrt(n - |S| - 3) artanh(r), close
to standard normal under independence (Fisher 1924; Kalisch and Bühlmann 2007, "Estimating
high-dimensional directed acyclic graphs with the PC-algorithm", section 2.2.2). A pair counts as
independent where |z| lies below the critical value, which never underflows as a p-value does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtri

from causattn.discovery.pc.gaussian_statistics import (
    GaussianStatistics,
    check_copies,
    collinear,
    degrees_left,
)
from causattn.discovery.pc.groups import Groups, Outcome
from causattn.discovery.pc.threads import over_groups

# Fewer tests than this take less time than a thread that does them beside the main one.
_QUICK = 1e6


class CompiledGaussian:
    """Fisher's z at a level, compiled."""

    def __init__(
        self, statistics: GaussianStatistics, alpha: float | np.ndarray, threads: int = 1
    ) -> None:
        self._statistics = statistics
        self._critical = critical_z(alpha)
        self._threads = threads

    def evaluate(
        self, groups: Groups, order: int, *, stop_at_first: bool, count_members: bool = False
    ) -> Outcome:
        """Test every column of every group given the subsets of `order` of its rows."""
        from causattn.discovery.pc.gaussian_kernel import search

        degrees = degrees_left(self._statistics, order)
        statistics = self._statistics
        statistics.fill(groups, order)
        task = groups.task(
            square_limit(self._critical, groups, degrees),
            order,
            stop_at_first=stop_at_first,
            count_members=count_members,
        )
        smallest = np.full(len(groups.columns), np.inf)

        def work(begin: int, end: int, signal: np.ndarray) -> int:
            return search(task, statistics.correlation, smallest, begin, end, signal)

        for singular in over_groups(work, groups, order, self._threads, _QUICK):
            if singular >= 0:
                raise collinear(statistics.names, singular)
        if order == 0 and statistics.standardised is not None:
            check_copies(smallest, groups.entry_centers, groups.columns, statistics.names)
        return GaussianOutcome(
            separated=task.separated,
            tested=task.tested,
            members=task.members,
            smallest=smallest,
            degrees=degrees,
            member_counts=task.member_counts if count_members else None,
        )

    def strength(self, outcome: Outcome) -> np.ndarray:
        """Return |z|."""
        return outcome.statistic

    def p_values(self, statistic: np.ndarray, degrees_of_freedom: np.ndarray) -> np.ndarray:
        """Return two-sided normal p-values."""
        return z_p_values(statistic)


def critical_z(alpha: float | np.ndarray) -> np.ndarray:
    """Return the two-sided critical value of |z| at level `alpha`, of its shape."""
    return np.asarray(-ndtri(np.asarray(alpha, dtype=np.float64) / 2))


def z_p_values(statistic: np.ndarray) -> np.ndarray:
    """Return two-sided normal p-values of |z|."""
    from scipy.special import ndtr

    return 2 * ndtr(-np.asarray(statistic))


def square_limit(critical: np.ndarray, groups: Groups, degrees: int) -> np.ndarray:
    """Return the squared correlation of the critical value, one for all or float64 [E]."""
    return np.asarray(np.tanh(groups.of_entries(critical) / np.sqrt(degrees)) ** 2)


@dataclass(frozen=True)
class GaussianOutcome:
    """An `Outcome`; |z| is worked out where it is read.

    Parameters
    ----------
    separated, tested, members, member_counts
        As every outcome has them.
    smallest
        float64 [E], the smallest squared partial correlation met; infinite where there was none.
    degrees
        n - |S| - 3.
    """

    separated: np.ndarray
    tested: np.ndarray
    members: np.ndarray
    smallest: np.ndarray
    degrees: int
    member_counts: np.ndarray | None = None

    @cached_property
    def statistic(self) -> np.ndarray:
        """|z|."""
        largest_square = (1 - np.finfo(float).eps) ** 2
        met = np.isfinite(self.smallest)
        z = np.full(len(self.smallest), np.inf)
        r = np.sqrt(np.minimum(self.smallest[met], largest_square))
        z[met] = np.sqrt(self.degrees) * np.arctanh(r)
        return z

    @property
    def degrees_of_freedom(self) -> np.ndarray:
        """None, by which 0 is meant."""
        return np.zeros(len(self.smallest))

    @property
    def independence(self) -> np.ndarray:
        """-|z|."""
        return -self.statistic
