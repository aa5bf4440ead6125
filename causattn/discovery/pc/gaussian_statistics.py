"""Gaussian data as PC needs it: a correlation matrix and a sample size; one test by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from causattn.base import CapabilityError, DataError
from causattn.discovery.data import constant_columns
from causattn.discovery.pc.groups import Groups

# A variable that the others explain but for this share of its variance is their linear combination.
_UNEXPLAINED = 1e-10
_BLOCK_ROWS = 128


@dataclass(frozen=True)
class GaussianStatistics:
    """Sufficient statistics of Gaussian data.

    Parameters
    ----------
    correlation
        float64 [p, p].
    rows
        Number of observations n.
    names
        The variables' names, for messages; empty for numbers.
    standardised
        float64 [p, n], variables with mean 0 and length 1, where `correlation` holds only what
        `fill` was asked for; None where it is complete.
    """

    correlation: np.ndarray
    rows: int
    names: tuple[str, ...] = ()
    standardised: np.ndarray | None = None

    @classmethod
    def from_data(
        cls, data: np.ndarray, names: Sequence[str] = (), *, on_demand: bool = False
    ) -> GaussianStatistics:
        """Build from observations.

        Parameters
        ----------
        data
            float [n, p].
        names
            The variables' names, for messages.
        on_demand
            Compute correlations as the compiled search asks for them, which is less work where
            few pairs are candidates. Whether the matrix is regular then shows in the blocks that
            are tested.

        Raises
        ------
        DataError
            For NaN or infinite values, a constant column, duplicate or collinear columns, or too
            few rows to test anything.
        """
        matrix = np.asarray(data, dtype=np.float64)
        if matrix.ndim != 2:
            raise DataError(f"Data must have rows and columns, not shape {matrix.shape}.")
        if not np.isfinite(matrix).all():
            row, column = np.argwhere(~np.isfinite(matrix))[0]
            raise DataError(
                f"Column {_called(names, column)} has a missing or infinite value in row {row}; "
                "drop or fill such rows before discovery."
            )
        if len(matrix) < 2:
            raise DataError(f"Data has {len(matrix)} rows; discovery needs at least 4.")
        return cls.from_checked(matrix, names, on_demand=on_demand)

    @classmethod
    def from_checked(
        cls, matrix: np.ndarray, names: Sequence[str] = (), *, on_demand: bool = False
    ) -> GaussianStatistics:
        """Build from float64 [n, p], n >= 2, without missing or infinite values.

        Raises
        ------
        DataError
            As for `from_data`, for the rest of what it refuses.
        """
        rows, size = matrix.shape
        names = tuple(names)
        # Rows that were drawn again from a checked table may show one value alone.
        for column in np.flatnonzero(constant_columns(matrix)).tolist():
            raise DataError(
                f"Column {_called(names, column)} is constant, so nothing can depend on it; "
                "leave it out."
            )
        _check_rows(rows)
        if on_demand:
            standardised = np.empty((size, rows))
            # A block is read from memory once and turned in the processor's cache.
            for start in range(0, rows, _BLOCK_ROWS):
                standardised[:, start : start + _BLOCK_ROWS] = matrix[start : start + _BLOCK_ROWS].T
            standardised -= matrix.mean(axis=0)[:, None]
            standardised *= 1 / np.sqrt(np.vecdot(standardised, standardised))[:, None]
            return cls(np.eye(size), rows, names, standardised)
        centred = matrix - matrix.mean(axis=0)
        correlation = centred.T @ centred
        length = np.sqrt(np.diagonal(correlation))
        correlation /= length * length[:, None]
        np.clip(correlation, -1, 1, out=correlation)
        _check_regular(correlation, rows, names)
        return cls(correlation, rows, names)

    @classmethod
    def from_covariance(
        cls, covariance: np.ndarray, rows: int, names: Sequence[str] = ()
    ) -> GaussianStatistics:
        """Build from a covariance matrix [p, p] of `rows` observations.

        Raises
        ------
        DataError
            Where it is not symmetric, has a variance that is not positive, or is singular.
        """
        matrix = np.asarray(covariance, dtype=np.float64)
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not np.isfinite(matrix).all():
            raise DataError("A covariance matrix must be square and finite; check its source.")
        variance = np.diagonal(matrix)
        if (variance <= 0).any():
            column = int(np.flatnonzero(variance <= 0)[0])
            raise DataError(
                f"The variance of {_called(names, column)} is {variance[column]:g}; it must be "
                "positive, so leave constant variables out."
            )
        deviation = np.sqrt(variance)
        return cls.from_correlation(matrix / np.outer(deviation, deviation), rows, names)

    @classmethod
    def from_correlation(
        cls, correlation: np.ndarray, rows: int, names: Sequence[str] = ()
    ) -> GaussianStatistics:
        """Build from a correlation matrix [p, p] of `rows` observations.

        With more rows than variables the matrix must be regular. With fewer it cannot be; then
        only the blocks that are tested have to be, and the search says so where one is not.

        Raises
        ------
        DataError
            Where the matrix is not symmetric, is singular, or `rows` is below 4.
        """
        matrix = np.ascontiguousarray(correlation, dtype=np.float64)
        _check_rows(rows)
        if np.abs(matrix - matrix.T).max(initial=0.0) > 1e-8:
            raise DataError("A correlation or covariance matrix must be symmetric.")
        names = tuple(names)
        _check_regular(matrix, rows, names)
        return cls(matrix, int(rows), names)

    @property
    def size(self) -> int:
        """Number of variables p."""
        return len(self.correlation)

    def fill(self, groups: Groups, order: int) -> None:
        """Compute the correlations that tests of `order` read, where they are not there yet."""
        if self.standardised is None:
            return
        from causattn.discovery.pc.correlation_kernel import fill

        fill(self.standardised, groups.arrays, order, self.correlation)

    def z(self, x: int, y: int, given: Sequence[int] = ()) -> float:
        """Return |z| of one test, plainly, by inverting the block of the correlation matrix.

        Raises
        ------
        DataError
            Where the block is singular.
        CapabilityError
            Where there are too few rows for so large a set.
        """
        degrees = degrees_left(self, len(given))
        block = [x, y, *given]
        try:
            inverse = np.linalg.inv(self.correlation[np.ix_(block, block)])
        except np.linalg.LinAlgError:
            raise collinear(self.names, x) from None
        r = abs(inverse[0, 1]) / np.sqrt(abs(inverse[0, 0] * inverse[1, 1]))
        return float(np.sqrt(degrees) * np.arctanh(min(r, 1 - np.finfo(float).eps)))

    def z_of(self, nodes: np.ndarray) -> np.ndarray | None:
        """Return |z| of many tests, int [m, 2 + |S|] x, y and the set.

        None where one of them is nearly singular.

        Raises
        ------
        CapabilityError
            Where there are too few rows for so large a set.
        """
        degrees = degrees_left(self, nodes.shape[1] - 2)
        # One given variable after the other is partialled out of all blocks, [2 + |S|, 2 + |S|, m].
        of = nodes.T
        block = self.correlation[of[:, None], of[None]]
        for last in range(len(of) - 1, 1, -1):
            spread = block[last, last]
            if (spread < _UNEXPLAINED).any():
                return None
            shared = block[last, :last]
            block = block[:last, :last] - shared[:, None] * (shared / spread)
        left = block[0, 0] * block[1, 1]
        if (left < _UNEXPLAINED).any():
            return None
        r = np.abs(block[0, 1]) / np.sqrt(left)
        return np.asarray(np.sqrt(degrees) * np.arctanh(np.minimum(r, 1 - np.finfo(float).eps)))


def degrees_left(statistics: GaussianStatistics, order: int) -> int:
    """Return n - |S| - 3.

    Raises
    ------
    CapabilityError
        Where it is not positive, so that Fisher's z is not defined.
    """
    degrees = statistics.rows - order - 3
    if degrees <= 0:
        raise CapabilityError(
            f"Fisher's z given {order} variables needs more than {order + 3} rows, and there are "
            f"{statistics.rows}; set max_order to {max(statistics.rows - 4, 0)} or less."
        )
    return degrees


def _check_rows(rows: int) -> None:
    if rows < 4:
        raise DataError(f"Data has {rows} rows; Fisher's z needs at least 4.")


def _check_regular(matrix: np.ndarray, rows: int, names: tuple[str, ...]) -> None:
    """Raise where a pair is duplicate or, given enough rows, any variable is a combination."""
    largest = np.abs(matrix)
    np.fill_diagonal(largest, 0)
    if largest.max(initial=0.0) >= 1 - _UNEXPLAINED:
        i, j = np.unravel_index(int(largest.argmax()), largest.shape)
        raise _copies(names, int(min(i, j)), int(max(i, j)))
    if rows <= len(matrix):
        return
    # Cholesky's pivots are the shares of variance that the columns before leave unexplained.
    try:
        unexplained = np.diagonal(np.linalg.cholesky(matrix)) ** 2
    except np.linalg.LinAlgError:
        raise collinear(names, _dependent_column(matrix)) from None
    if (unexplained < _UNEXPLAINED).any():
        raise collinear(names, int(unexplained.argmin()))


def _dependent_column(matrix: np.ndarray) -> int:
    """Return the first column that is a linear combination of those before it."""
    left = matrix.copy()
    for k in range(len(left)):
        if left[k, k] < _UNEXPLAINED:
            return k
        left[k + 1 :, k + 1 :] -= np.outer(left[k + 1 :, k], left[k, k + 1 :]) / left[k, k]
    return len(left) - 1


def check_copies(square: np.ndarray, x: np.ndarray, y: np.ndarray, names: Sequence[str]) -> None:
    """Raise where one of the squared correlations of pairs (x, y) is that of copies.

    An infinite one is not known.

    Raises
    ------
    DataError
        Naming the two columns.
    """
    alike = np.flatnonzero((square >= (1 - _UNEXPLAINED) ** 2) & np.isfinite(square))
    if len(alike):
        raise _copies(names, *sorted((int(x[alike[0]]), int(y[alike[0]]))))


def _copies(names: Sequence[str], i: int, j: int) -> DataError:
    return DataError(
        f"Columns {_called(names, i)} and {_called(names, j)} are copies of each other up to "
        "scale; leave one of them out."
    )


def collinear(names: Sequence[str], column: int) -> DataError:
    """Return the error for a column that others explain."""
    return DataError(
        f"Column {_called(names, column)} is an exact linear combination of other columns, so the "
        "covariance is singular; leave it out."
    )


def _called(names: Sequence[str], column: int) -> str:
    """Return the column's name, or its number where columns have no names."""
    return str(names[column]) if len(names) else f"number {column}"
