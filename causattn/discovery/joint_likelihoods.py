"""Joint likelihoods of sets of columns, continuous and discrete alike: a test and a score from one.

Two models of mixed data say how likely any set of columns is, and with how many parameters. A
variable given its parents is then the set of all of them against the set of the parents, so that
Markov equivalent graphs have the same score; and x and y are independent given S where the sets
S + x + y and S are no likelier than S + x and S + y together.

*Degenerate Gaussian* (Andrews, Ramsey and Cooper 2019, "Learning high-dimensional directed acyclic
graphs with mixed data-types"): a category becomes columns of zeros and ones, one fewer than there
are, and all columns are taken for jointly Gaussian. *Conditional Gaussian* (Andrews, Ramsey and
Cooper 2018, "Scoring Bayesian networks of mixed variables"): in each cell of the discrete columns
the continuous ones are Gaussian with mean and covariance of their own; a cell of few rows takes the
covariance of all rows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from causattn.base import DataError, listed

if TYPE_CHECKING:
    from causattn.discovery.data import DiscoveryData

_SMALLEST = 1e-10
"""Least eigenvalue of a correlation, so that columns which others determine have a likelihood."""

_ROWS_MORE = 5
"""A cell has its own covariance where it has so many rows more than columns."""


class JointLikelihood(ABC):
    """The likelihood of any set of columns, each worked out once.

    Parameters
    ----------
    data
        The table.
    """

    def __init__(self, data: DiscoveryData) -> None:
        self.rows = data.rows
        self._names = data.names
        self._known: dict[tuple[int, ...], tuple[float, int]] = {}

    @abstractmethod
    def _fit(self, nodes: tuple[int, ...]) -> tuple[float, int]:
        """Return log-likelihood and number of parameters of ascending columns."""

    @abstractmethod
    def admits(self, nodes: tuple[int, ...]) -> bool:
        """Return whether there are rows enough for columns."""

    @staticmethod
    @abstractmethod
    def largest_set(data: DiscoveryData) -> int:
        """Return how many columns can be given while `admits` holds for any two others."""

    def fit(self, *nodes: int) -> tuple[float, int]:
        """Return log-likelihood and number of parameters."""
        key = tuple(sorted(nodes))
        if key not in self._known:
            self._known[key] = self._fit(key) if key else (0.0, 0)
        return self._known[key]

    def p_value(self, x: int, y: int, given: tuple[int, ...]) -> float:
        """Return the p-value of x and y being independent given others, by the likelihood ratio.

        Raises
        ------
        DataError
            Where there are too few rows for all these columns.
        """
        from scipy.special import chdtrc

        if not self.admits((x, y, *given)):
            variables = listed(self._names[node] for node in (x, y, *given))
            raise DataError(
                f"{self.rows} rows are too few for a likelihood of {variables}; leave one of them "
                "out or choose another test."
            )
        signs = ((1, (x, y, *given)), (1, given), (-1, (x, *given)), (-1, (y, *given)))
        fits = [(sign, *self.fit(*nodes)) for sign, nodes in signs]
        ratio = 2 * sum(sign * found for sign, found, _ in fits)
        degrees = sum(sign * count for sign, _, count in fits)
        return float(chdtrc(degrees, max(ratio, 0.0))) if degrees > 0 else 1.0


class JointScore:
    """BIC of a joint likelihood, at a penalty in units of log n."""

    def __init__(self, likelihood: JointLikelihood, penalty: float) -> None:
        self._likelihood = likelihood
        self._price = penalty * np.log(likelihood.rows)

    def local_score(self, node: int, parents: tuple[int, ...]) -> float:
        """Return the score of a column with ascending columns as its parents."""
        if not self._likelihood.admits((node, *parents)):
            return -np.inf
        both, above = self._likelihood.fit(node, *parents), self._likelihood.fit(*parents)
        return float(both[0] - above[0] - self._price * (both[1] - above[1]))


class DegenerateGaussian(JointLikelihood):
    """One Gaussian over numbers and over zeros and ones; a category with an order is a number."""

    def __init__(self, data: DiscoveryData) -> None:
        super().__init__(data)
        columns: list[np.ndarray] = []
        self._places: list[list[int]] = []
        for name, count, column in zip(data.names, data.categories, data.values.T, strict=True):
            if count is None or name in data.ordered:
                own = [column.astype(np.float64)]
            else:
                own = [(column == code).astype(np.float64) for code in range(1, count)]
            self._places.append(list(range(len(columns), len(columns) + len(own))))
            columns += own
        table = np.array(columns)
        table -= table.mean(axis=1, keepdims=True)
        norm = np.linalg.norm(table, axis=1, keepdims=True)
        table /= np.where(norm > 0, norm, 1)  # a category that no row has is 0 throughout
        self._correlation = table @ table.T
        np.fill_diagonal(self._correlation, 1)

    def _indices(self, nodes: tuple[int, ...]) -> list[int]:
        return [place for node in nodes for place in self._places[node]]

    def admits(self, nodes: tuple[int, ...]) -> bool:
        """Return whether there are more rows than columns of numbers, zeros and ones."""
        return len(self._indices(nodes)) < self.rows - 1

    @staticmethod
    def largest_set(data: DiscoveryData) -> int:
        """Return how many columns leave more rows than numbers, zeros and ones."""
        widths = [
            1 if count is None or name in data.ordered else max(count - 1, 1)
            for name, count in zip(data.names, data.categories, strict=True)
        ]
        return max((data.rows - 2) // max(widths) - 2, 0)

    def _fit(self, nodes: tuple[int, ...]) -> tuple[float, int]:
        at = self._indices(nodes)
        values = np.linalg.eigvalsh(self._correlation[np.ix_(at, at)])
        half = float(np.log(np.maximum(values, _SMALLEST)).sum()) / 2
        return -self.rows * half, len(at) * (len(at) + 1) // 2


class ConditionalGaussian(JointLikelihood):
    """A Gaussian in every cell of the discrete columns."""

    def __init__(self, data: DiscoveryData) -> None:
        super().__init__(data)
        self._codes: dict[int, np.ndarray] = {}
        self._numbers: dict[int, np.ndarray] = {}
        for k, (count, column) in enumerate(zip(data.categories, data.values.T, strict=True)):
            if count is None:
                centred = column - column.mean()
                self._numbers[k] = centred / centred.std()
            else:
                self._codes[k] = column.astype(np.int64)

    def admits(self, nodes: tuple[int, ...]) -> bool:
        """Return whether there are rows enough for one covariance."""
        return sum(node in self._numbers for node in nodes) + _ROWS_MORE < self.rows

    @staticmethod
    def largest_set(data: DiscoveryData) -> int:
        """Return how many columns leave rows enough for one covariance; all where any do."""
        if data.categories.count(None) + _ROWS_MORE < data.rows:
            return data.size
        return max(data.rows - _ROWS_MORE - 3, 0)

    def _fit(self, nodes: tuple[int, ...]) -> tuple[float, int]:
        cell = np.zeros(self.rows, dtype=np.int64)
        for node in nodes:
            if node in self._codes:
                codes = self._codes[node]
                _, cell = np.unique(cell * (codes.max() + 1) + codes, return_inverse=True)
        sizes = np.bincount(cell)
        found = float((sizes * np.log(sizes / self.rows)).sum())
        numbers = [self._numbers[node] for node in nodes if node in self._numbers]
        width = len(numbers)
        parameters = len(sizes) - 1 + len(sizes) * (width + width * (width + 1) // 2)
        if not numbers:
            return found, parameters
        table = np.array(numbers)
        of_all = _log_determinant(table)
        for k, size in enumerate(sizes.tolist()):
            own = size > width + _ROWS_MORE
            spread = _log_determinant(table[:, cell == k]) if own else of_all
            found -= size / 2 * (spread + width)
        return found, parameters


def _log_determinant(table: np.ndarray) -> float:
    """Return the log determinant of the covariance of rows, float [width, n]."""
    values = np.linalg.eigvalsh(np.atleast_2d(np.cov(table, bias=True)))
    return float(np.log(np.maximum(values, _SMALLEST)).sum())
