"""The Bayesian information criterion of linear Gaussian models.

With n observations, sample covariance S (divided by n) and residual variance v of a variable
regressed on its k parents, the local score here is

    -n/2 (1 + log v) - penalty * (k + 1) * log n,

the maximised log-likelihood (less the constant -n/2 log 2 pi, the same for every graph) minus the
penalty for k coefficients and a variance. ``penalty=0.5`` is Schwarz's criterion ("Estimating the
dimension of a model", 1978; for graphs Chickering 2002, section 3.1).

Other programs write the same number in other ways:

=============================== ================================================================
causal-learn, GES               ``lambda_value`` is `penalty`; default 0.5, and the score is ours
causal-learn, BOSS and GRaSP    ``lambda_value`` is `penalty` again, but their default is 2
Tetrad                          penalty discount c with score 2 L - c k log n: c is 2 * `penalty`
the package ges                 ``lmbda`` is ``penalty * log n``
=============================== ================================================================

Bad conditioning has one rule. A variance that falls below 1e-10 of the variable's own is none: such
a family has no score (minus infinity) and is never chosen. Where the whole covariance is singular
although there are more rows than variables, that is said at the door, because then the answer would
depend on which of the tied variables comes first; ``ridge`` goes on regardless.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from causattn.base import DataError
from causattn.discovery.scores.contract import Extensions, LocalScore, share

SMALLEST_VARIANCE = 1e-10


class GaussianBIC(LocalScore):
    """Gaussian BIC from a covariance matrix and a number of rows.

    Parameters
    ----------
    covariance
        float [p, p], symmetric, divided by n (not n - 1).
    rows
        Number of observations behind it, n, at least 2.
    penalty
        Price of a parameter in units of log n; 0.5 is the BIC.
    ridge
        Share of each variance added to the covariance's diagonal; for singular covariances.
    names
        The variables' names, for error sentences.

    Raises
    ------
    DataError
        Where the covariance is not square, not finite, not symmetric, has a constant variable, or
        is singular without a ridge; where `rows` or `penalty` cannot be used.

    Examples
    --------
    >>> score = GaussianBIC(np.array([[1.0, 0.8], [0.8, 1.0]]), rows=100)
    >>> round(score.local_score(1, [0]) - score.local_score(1, []), 3)
    48.78
    """

    def __init__(
        self,
        covariance: np.ndarray,
        rows: int,
        *,
        penalty: float = 0.5,
        ridge: float = 0.0,
        names: Sequence[str] | None = None,
    ) -> None:
        super().__init__()
        matrix = np.array(covariance, dtype=np.float64)
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
            raise DataError(f"A covariance matrix is square, not of shape {matrix.shape}.")
        if rows < 2:
            raise DataError(f"The Gaussian score needs at least 2 rows, not {rows}.")
        if not (np.isfinite(penalty) and penalty >= 0):
            raise DataError(f"penalty={penalty} cannot be used; give a number of at least 0.")
        if not (np.isfinite(ridge) and ridge >= 0):
            raise DataError(f"ridge={ridge} cannot be used; give a number of at least 0.")
        self.size = len(matrix)
        self.rows = int(rows)
        self.penalty = float(penalty)
        self.tie_tolerance = max(1e-9, 1e-11 * self.rows)
        labels = [f"column {name}" for name in (range(self.size) if names is None else names)]
        self.variances = np.diagonal(matrix).copy()
        _check_covariance(matrix, labels)
        scale = 1.0 / np.sqrt(self.variances)
        correlation = matrix * scale[:, None] * scale[None, :]
        correlation = 0.5 * (correlation + correlation.T) / (1.0 + ridge)
        np.fill_diagonal(correlation, 1.0)
        if ridge == 0.0:
            _check_rank(correlation, self.rows, labels)
        self.correlation = correlation

    @classmethod
    def from_data(
        cls,
        data: np.ndarray,
        *,
        penalty: float = 0.5,
        ridge: float = 0.0,
        names: Sequence[str] | None = None,
    ) -> GaussianBIC:
        """Build the score from observations.

        Parameters
        ----------
        data
            float [n, p], rows are observations, no missing values.
        penalty, ridge, names
            As for the class.

        Raises
        ------
        DataError
            As for the class, and where a value is missing or infinite.
        """
        table = np.asarray(data, dtype=np.float64)
        if table.ndim != 2:
            raise DataError(f"Data are a table of rows and columns, not of shape {table.shape}.")
        bad = ~np.isfinite(table)
        if bad.any():
            row, column = np.argwhere(bad)[0]
            label = f"column {column}" if names is None else f"column {names[column]}"
            raise DataError(
                f"Row {row} of {label} is missing or infinite, as are {int(bad.sum())} values in "
                "all; drop or impute them before the search."
            )
        if len(table) < 2:
            raise DataError(f"The Gaussian score needs at least 2 rows, not {len(table)}.")
        # A constant is recognised before its mean is taken off and leaves rounding noise behind.
        constant = np.flatnonzero(np.ptp(table, axis=0) == 0)
        centred = table - table.mean(axis=0)
        centred[:, constant] = 0.0
        covariance = centred.T @ centred / len(table)
        return cls(covariance, len(table), penalty=penalty, ridge=ridge, names=names)

    def _compute(self, target: int, parents: tuple[int, ...]) -> float:
        return self._compute_all([(target, parents)])[0]

    def _compute_all(self, families: list[tuple[int, tuple[int, ...]]]) -> list[float]:
        scores = np.empty(len(families))
        counts = np.array([len(parents) for _, parents in families], dtype=np.int64)
        for count in np.unique(counts).tolist():
            places = np.flatnonzero(counts == count)
            targets = np.array([families[k][0] for k in places])
            left = self._unexplained(targets, np.array([families[k][1] for k in places], np.int64))
            determined = left < SMALLEST_VARIANCE
            variance = np.where(determined, 1.0, left) * self.variances[targets]
            scores[places] = np.where(
                determined,
                -np.inf,
                -0.5 * self.rows * (1.0 + np.log(variance))
                - self.penalty * (count + 1) * np.log(self.rows),
            )
        return [float(score) for score in scores]

    def _unexplained(self, targets: np.ndarray, parents: np.ndarray) -> np.ndarray:
        """Return the share of each target's variance that its parents leave, float64 [m].

        `parents` is int64 [m, count]; where they explain one another the share is 0.
        """
        if parents.shape[1] == 0:
            return np.ones(len(targets))
        block = self.correlation[parents[:, :, None], parents[:, None, :]]
        try:
            factor = np.linalg.cholesky(block)
        except np.linalg.LinAlgError:
            if len(targets) == 1:
                return np.zeros(1)
            each = [slice(k, k + 1) for k in range(len(targets))]
            return np.concatenate([self._unexplained(targets[k], parents[k]) for k in each])
        solved = np.linalg.solve(factor, self.correlation[parents, targets[:, None]][:, :, None])
        left = 1.0 - np.sum(solved[:, :, 0] ** 2, axis=1)
        least = np.min(np.diagonal(factor, axis1=1, axis2=2), axis=1) ** 2
        return np.asarray(np.where(least < SMALLEST_VARIANCE, 0.0, left))

    def gains(
        self, families: Extensions, *, floor: float = -np.inf, threads: int = 1
    ) -> np.ndarray:
        """Return what each candidate adds; see `LocalScore.gains`.

        No memory is kept here: computing a gain costs less than looking one up.
        """
        from causattn.discovery.scores.gaussian_kernels import gaussian_gains

        gains = np.empty(len(families.candidates))
        cost = self.penalty * float(np.log(self.rows))

        def work(first: int, last: int) -> None:
            gaussian_gains(
                first,
                last,
                self.correlation,
                float(self.rows),
                cost,
                SMALLEST_VARIANCE,
                floor,
                families.targets,
                families.parent_start,
                families.parents,
                families.candidate_start,
                families.candidates,
                gains,
            )

        share(len(families.targets), threads, work)
        self.evaluations += len(families.targets) + len(gains)
        return gains


def _check_covariance(covariance: np.ndarray, labels: Sequence[str]) -> None:
    """Raise where a covariance matrix is none."""
    if not np.all(np.isfinite(covariance)):
        row, column = np.argwhere(~np.isfinite(covariance))[0]
        raise DataError(
            f"The covariance of {labels[row]} and {labels[column]} is missing or infinite; "
            "drop or impute missing values first."
        )
    variances = np.diagonal(covariance)
    if np.any(variances <= 0):
        first = int(np.flatnonzero(variances <= 0)[0])
        raise DataError(
            f"{labels[first]} is constant (its variance is 0), so nothing can depend on it; "
            "drop it before the search."
        )
    largest = np.sqrt(np.outer(variances, variances))
    if np.any(np.abs(covariance - covariance.T) > 1e-8 * largest):
        raise DataError("The covariance matrix is not symmetric; give covariances of all pairs.")
    if np.any(np.abs(covariance) > (1.0 + 1e-8) * largest):
        raise DataError("The covariance matrix has a correlation beyond 1; it is no covariance.")


def _check_rank(correlation: np.ndarray, rows: int, labels: Sequence[str]) -> None:
    """Raise where a variable is a combination of others although there are rows enough.

    With no more rows than variables every covariance is singular; then only pairs are checked.
    """
    size = len(correlation)
    off = np.abs(correlation - np.eye(size))
    if size and off.max() > 1.0 - SMALLEST_VARIANCE:
        i, j = sorted(int(k) for k in np.unravel_index(int(off.argmax()), off.shape))
        raise DataError(
            f"The covariance is singular: {labels[j]} is a multiple of {labels[i]}; drop one of "
            "them, or pass ridge=1e-6 to go on."
        )
    if rows <= size:
        return
    place = _first_dependent(correlation)
    if place is not None:
        raise DataError(
            f"The covariance is singular: {labels[place]} is a linear combination of other "
            "columns; drop it, or pass ridge=1e-6 to go on."
        )


def _first_dependent(correlation: np.ndarray) -> int | None:
    """Return the first variable without variance given those before it, or None."""
    try:
        factor = np.linalg.cholesky(correlation)
    except np.linalg.LinAlgError:
        from scipy.linalg.lapack import dpotrf

        return int(dpotrf(correlation, lower=1)[1]) - 1
    small = np.flatnonzero(np.diagonal(factor) ** 2 < SMALLEST_VARIANCE)
    return int(small[0]) if len(small) else None
