"""Compiled correlations of those pairs of variables that a search asks for."""

import numpy as np

from causattn.base import njit
from causattn.discovery.pc.groups import GroupArrays


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
    standardised: np.ndarray, groups: GroupArrays, order: int, correlation: np.ndarray
) -> None:
    """Compute what tests of groups given sets of `order` rows read.

    `standardised` [p, n] holds variables with mean 0 and length 1; `correlation` [p, p] has ones on
    its diagonal and zeros for what is not known.
    """
    centers, row_pointer, rows, column_pointer, columns, _, _ = groups
    for g in range(centers.shape[0]):
        x = centers[g]
        first = column_pointer[g]
        end = column_pointer[g + 1]
        if first == end or row_pointer[g + 1] - row_pointer[g] < order:
            continue
        # The center, then the rows where there are sets, each with what stands before it.
        for a in range(row_pointer[g] - 1, row_pointer[g + 1] if order > 0 else row_pointer[g]):
            v = x if a < row_pointer[g] else rows[a]
            for e in range(first, end):
                _ask(standardised, correlation, v, columns[e])
            if a >= row_pointer[g]:
                _ask(standardised, correlation, x, v)
                if order > 1:
                    for b in range(row_pointer[g], a):
                        _ask(standardised, correlation, v, rows[b])
