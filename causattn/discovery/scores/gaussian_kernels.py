"""Compiled conditional variances for the Gaussian score.

For a group (target y, parents S, candidates X) one Cholesky factor of ``R[S, S]`` serves all
candidates: with ``b = L^-1 R[S, x]`` and ``a = L^-1 R[S, y]``,

==================================== ==============================
variance of x given S                ``1 - b.b``
variance of y given S                ``1 - a.a``
covariance of x and y given S        ``R[x, y] - a.b``
==================================== ==============================

and x takes the share ``r^2 = cov^2 / (var x var y)`` off the variance of y. The solve runs over all
candidates side by side, so its inner loop is contiguous.
"""

from __future__ import annotations

import math

import numpy as np

from causattn.base import njit


@njit(cache=True, nogil=True)
def gaussian_gains(
    first: int,
    last: int,
    correlation: np.ndarray,
    rows: float,
    cost: float,
    tolerance: float,
    floor: float,
    targets: np.ndarray,
    parent_start: np.ndarray,
    parents: np.ndarray,
    candidate_start: np.ndarray,
    candidates: np.ndarray,
    gains: np.ndarray,
) -> None:
    """Write the gains of groups first to last - 1.

    Parameters
    ----------
    correlation
        float64 [p, p].
    rows
        Number of observations, n.
    cost
        What a parent costs.
    tolerance
        Variances below it are none: the variable is a combination of the others.
    floor
        Gains at or below it are written as minus infinity.
    """
    most = 0
    widest = 0
    for g in range(first, last):
        most = max(most, parent_start[g + 1] - parent_start[g])
        widest = max(widest, candidate_start[g + 1] - candidate_start[g])
    factor = np.empty((most, most))
    solved_target = np.empty(most)
    solved = np.empty((most, widest))
    variance = np.empty(widest)
    covariance = np.empty(widest)
    # Only shares above this one give a gain above the floor, so most logarithms are never taken.
    least_share = -math.expm1(-2.0 * (cost + floor) / rows) if cost + floor > 0.0 else -1.0
    for g in range(first, last):
        y = targets[g]
        start = parent_start[g]
        count = parent_start[g + 1] - start
        begin = candidate_start[g]
        width = candidate_start[g + 1] - begin
        left = 1.0
        singular = False
        for i in range(count):
            node = parents[start + i]
            for j in range(i + 1):
                value = correlation[node, parents[start + j]]
                for k in range(j):
                    value -= factor[i, k] * factor[j, k]
                if i == j:
                    if value < tolerance:
                        singular = True
                        value = 1.0
                    factor[i, i] = math.sqrt(value)
                else:
                    factor[i, j] = value / factor[j, j]
            value = correlation[node, y]
            for k in range(i):
                value -= factor[i, k] * solved_target[k]
            solved_target[i] = value / factor[i, i]
            left -= solved_target[i] * solved_target[i]
        if singular or left < tolerance:
            for m in range(width):
                gains[begin + m] = -np.inf
            continue
        for m in range(width):
            variance[m] = 1.0
            covariance[m] = correlation[y, candidates[begin + m]]
        for i in range(count):
            node = parents[start + i]
            for m in range(width):
                solved[i, m] = correlation[node, candidates[begin + m]]
            for k in range(i):
                weight = factor[i, k]
                for m in range(width):
                    solved[i, m] -= weight * solved[k, m]
            scale = 1.0 / factor[i, i]
            weight = solved_target[i]
            for m in range(width):
                value = solved[i, m] * scale
                solved[i, m] = value
                variance[m] -= value * value
                covariance[m] -= weight * value
        for m in range(width):
            gain = -np.inf
            if variance[m] >= tolerance:
                share = covariance[m] * covariance[m] / (variance[m] * left)
                if share > least_share and left * (1.0 - share) >= tolerance:
                    gain = -0.5 * rows * math.log1p(-share) - cost
                    if gain <= floor:
                        gain = -np.inf
            gains[begin + m] = gain
