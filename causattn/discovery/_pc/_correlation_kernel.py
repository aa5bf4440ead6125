"""Compiled correlations of those pairs of variables that a search asks for."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, fastmath=True)
def _product(one: np.ndarray, other: np.ndarray) -> float:
    total = 0.0
    for k in range(one.shape[0]):
        total += one[k] * other[k]
    return total


@njit(cache=True, nogil=True)
def _ask(standardised: np.ndarray, correlation: np.ndarray, i: int, j: int) -> None:
    """Compute a correlation that is not there yet, which reads as zero."""
    if i != j and correlation[i, j] == 0.0:
        value = _product(standardised[i], standardised[j])
        correlation[i, j] = value
        correlation[j, i] = value


@njit(cache=True, nogil=True)
def fill(
    standardised: np.ndarray,
    x: int,
    rows: np.ndarray,
    columns: np.ndarray,
    order: int,
    correlation: np.ndarray,
) -> None:
    """Compute what tests of x against columns given sets of `order` rows read.

    `standardised` [p, n] holds variables with mean 0 and length 1; `correlation` [p, p] has ones on
    its diagonal and zeros for what is not known.
    """
    for y in columns:
        _ask(standardised, correlation, x, y)
    if order == 0:
        return
    for a in range(rows.shape[0]):
        _ask(standardised, correlation, x, rows[a])
        for y in columns:
            _ask(standardised, correlation, rows[a], y)
        if order > 1:
            for b in range(a):
                _ask(standardised, correlation, rows[a], rows[b])
