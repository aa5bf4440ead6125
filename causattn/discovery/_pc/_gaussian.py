"""Gaussian data as PC needs it: a correlation matrix, a sample size, and Fisher's z.

The partial correlation r of x and y given S of n rows gives z = sqrt(n - |S| - 3) artanh(r), close
to standard normal under independence (Fisher 1924; Kalisch and Bühlmann 2007, "Estimating
high-dimensional directed acyclic graphs with the PC-algorithm", section 2.2.2). A pair counts as
independent where |z| lies below the critical value, which never underflows as a p-value does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from causattn.base import CapabilityError, DataError
from causattn.discovery._pc._groups import Groups, Outcome, shared_subsets
from causattn.discovery._pc._threads import over_groups

# A variable that the others explain but for this share of its variance is their linear combination.
_UNEXPLAINED = 1e-10


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
        has been asked for by `fill`; None where it is complete.
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
        constant = (matrix == matrix[0]).all(axis=0)
        if constant.any():
            column = int(np.flatnonzero(constant)[0])
            raise DataError(
                f"Column {_called(names, column)} is constant, so nothing can depend on it; "
                "leave it out."
            )
        if not on_demand:
            centred = matrix - matrix.mean(axis=0)
            correlation = centred.T @ centred
            length = np.sqrt(np.diagonal(correlation))
            correlation /= length * length[:, None]
            return cls.from_correlation(np.clip(correlation, -1, 1), len(matrix), names)
        _check_rows(len(matrix))
        standardised = np.ascontiguousarray(matrix.T)
        standardised -= standardised.mean(axis=1, keepdims=True)
        standardised /= np.sqrt(np.einsum("ij,ij->i", standardised, standardised))[:, None]
        correlation = np.zeros((matrix.shape[1], matrix.shape[1]))
        np.fill_diagonal(correlation, 1.0)
        return cls(correlation, len(matrix), tuple(names), standardised)

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
        from causattn.discovery._pc._correlation_kernel import fill

        fill(
            self.standardised,
            groups.centers,
            groups.row_pointer,
            groups.rows,
            groups.column_pointer,
            groups.columns,
            order,
            self.correlation,
        )

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
            raise _collinear(self.names, x) from None
        r = abs(inverse[0, 1]) / np.sqrt(abs(inverse[0, 0] * inverse[1, 1]))
        return float(np.sqrt(degrees) * np.arctanh(min(r, 1 - np.finfo(float).eps)))


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
        from causattn.discovery._pc._gaussian_kernel import search

        degrees = degrees_left(self._statistics, order)
        self._statistics.fill(groups, order)
        entries = len(groups.columns)
        limit = square_limit(self._critical, groups, degrees)
        alone = groups.column_counts.max(initial=0) <= 1
        # Where groups have one column each, shared sets are left out; else they are counted off.
        skip = np.zeros(len(groups.centers), dtype=np.uint8)
        shared = np.zeros(len(groups.rows), dtype=np.uint8)
        if alone and groups.second.any():
            entry = np.minimum(groups.column_pointer[:-1], entries - 1)
            skip[:] = groups.second[entry] * (groups.column_counts > 0)
            of_row = np.repeat(np.arange(len(groups.centers)), groups.row_counts)
            bits = groups.packed_rows[groups.columns[entry][of_row], groups.rows >> 6]
            shared[:] = skip[of_row] & (bits >> (groups.rows & 63).astype(np.uint64))
        separated = np.zeros(entries, dtype=np.int64)
        tested = np.zeros(entries, dtype=np.int64)
        members = np.zeros((entries, groups.words), dtype=np.uint64)
        smallest = np.full(entries, np.inf)
        most = groups.most_rows if count_members else 0
        member_counts = np.zeros((entries if count_members else 0, most), dtype=np.int64)

        def work(begin: int, end: int) -> int:
            return search(
                self._statistics.correlation,
                groups.centers,
                groups.row_pointer,
                groups.rows,
                shared,
                skip,
                groups.column_pointer,
                groups.columns,
                limit,
                order,
                stop_at_first,
                count_members,
                begin,
                end,
                separated,
                tested,
                members,
                smallest,
                member_counts,
            )

        for singular in over_groups(work, groups, order, self._threads):
            if singular >= 0:
                raise _collinear(self._statistics.names, singular)
        outcome = gaussian_outcome(
            smallest, degrees, separated, tested, members, member_counts if count_members else None
        )
        if not alone and order > 0 and groups.second.any():
            tested -= shared_subsets(groups, order, outcome, stop_at_first)
        return outcome

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


def square_limit(critical: np.ndarray, groups: Groups, degrees: int) -> np.ndarray:
    """Return the squared correlation of each column entry's critical value, float64 [E]."""
    if critical.ndim:
        critical = critical[groups.entry_centers, groups.columns]
    limit = np.tanh(critical / np.sqrt(degrees)) ** 2
    return np.array(np.broadcast_to(limit, len(groups.columns)))


def gaussian_outcome(
    smallest: np.ndarray,
    degrees: int,
    separated: np.ndarray,
    tested: np.ndarray,
    members: np.ndarray,
    member_counts: np.ndarray | None,
) -> Outcome:
    """Build the outcome from the smallest squared partial correlations met."""
    largest_square = (1 - np.finfo(float).eps) ** 2
    met = np.isfinite(smallest)
    z = np.full(len(smallest), np.inf)
    z[met] = np.sqrt(degrees) * np.arctanh(np.sqrt(np.minimum(smallest[met], largest_square)))
    return Outcome(separated, tested, members, z, np.zeros(len(z)), -z, member_counts)


def _check_rows(rows: int) -> None:
    if rows < 4:
        raise DataError(f"Data has {rows} rows; Fisher's z needs at least 4.")


def _check_regular(matrix: np.ndarray, rows: int, names: tuple[str, ...]) -> None:
    """Raise where a pair is duplicate or, given enough rows, any variable is a combination."""
    above = np.triu(np.abs(matrix), 1)
    if above.size and above.max() >= 1 - _UNEXPLAINED:
        i, j = np.unravel_index(int(above.argmax()), above.shape)
        raise DataError(
            f"Columns {_called(names, int(i))} and {_called(names, int(j))} are copies of each "
            "other up to scale; leave one of them out."
        )
    if rows <= len(matrix):
        return
    # Cholesky's pivots are the shares of variance that the columns before leave unexplained.
    try:
        unexplained = np.diagonal(np.linalg.cholesky(matrix)) ** 2
    except np.linalg.LinAlgError:
        raise _collinear(names, _dependent_column(matrix)) from None
    if (unexplained < _UNEXPLAINED).any():
        raise _collinear(names, int(unexplained.argmin()))


def _dependent_column(matrix: np.ndarray) -> int:
    """Return the first column that is a linear combination of those before it."""
    left = matrix.copy()
    for k in range(len(left)):
        if left[k, k] < _UNEXPLAINED:
            return k
        left[k + 1 :, k + 1 :] -= np.outer(left[k + 1 :, k], left[k, k + 1 :]) / left[k, k]
    return len(left) - 1


def _collinear(names: Sequence[str], column: int) -> DataError:
    return DataError(
        f"Column {_called(names, column)} is an exact linear combination of other columns, so the "
        "covariance is singular; leave it out."
    )


def _called(names: Sequence[str], column: int) -> str:
    """Return the column's name, or its number where columns have no names."""
    return str(names[column]) if len(names) else f"number {column}"
