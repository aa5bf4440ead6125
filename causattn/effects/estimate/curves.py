"""The columns that flexible regressions on features are made of: lines, indicators and bends.

A number enters as a line and as bends: cubic splines (scikit-learn's), knots at its quantiles,
straight beyond them, less the line, orthonormal. A category enters as an indicator for each value
but the commonest one.
Columns have a variance of about 1 whatever the feature's unit and offset are, so that one ridge
penalty means the same for all of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_DEGREE = 3
_BEYOND = 10
_EDGE = 0.01
"""Fewest rows, and least share of them, beyond each end's knot, where bends are straight."""
_KEPT = 1e-6
"""Bends smaller than this share of the largest are none."""


class Feature(NamedTuple):
    """A feature's columns.

    Parameters
    ----------
    line
        float64 [n, d], centred: the number over its standard deviation, or indicators.
    bends
        float64 [n, e], orthogonal to 1 and the line, of variance 1; none of a category.
    slopes
        float64 [n, e], what the bends change by for a unit of the line.
    scale
        The number's standard deviation; 1 of a category.
    """

    line: np.ndarray
    bends: np.ndarray
    slopes: np.ndarray
    scale: float


def number(values: np.ndarray) -> Feature:
    """Return the columns of a number, float64 [n]."""
    line = values - values.mean()
    # The mean of large numbers is rounded, too.
    line -= line.mean()
    scale = float(line.std())
    count = len(line)
    if not scale > 0:
        nothing = np.empty((count, 0))
        return Feature(nothing, nothing, nothing, 1.0)
    line = line / scale
    bends, slopes = _bends(line)
    return Feature(line[:, None], bends, slopes, scale)


def category(codes: np.ndarray) -> Feature:
    """Return the columns of a category, int64 [n]."""
    counts = np.bincount(codes)
    held = [int(k) for k in np.flatnonzero(counts) if k != counts.argmax()]
    line = (codes[:, None] == np.array(held, dtype=np.int64)).astype(float)
    line -= line.mean(axis=0)
    nothing = np.empty((len(codes), 0))
    return Feature(line, nothing, nothing, 1.0)


def knots(rows: int) -> int:
    """Return how many knots so many rows allow: 5 for 500, 7 for 2,000, 12 for 20,000."""
    return max(4, round(rows**0.25))


def _bends(line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the bends of a line and their slopes, float64 [n, e] each."""
    from sklearn.preprocessing import SplineTransformer

    count = len(line)
    edge = min(0.1, max(_BEYOND / count, _EDGE))
    places = np.unique(np.quantile(line, np.linspace(edge, 1.0 - edge, knots(count))))
    if len(places) < 3:
        return np.empty((count, 0)), np.empty((count, 0))
    spline = SplineTransformer(knots=places[:, None], degree=_DEGREE, extrapolation="linear")
    columns = spline.fit_transform(line[:, None])
    derivative = spline.bsplines_[0].derivative()(np.clip(line, places[0], places[-1]))
    straight = np.column_stack([np.ones(count), line]) / np.sqrt(count)
    within = straight.T @ columns
    left = columns - straight @ within
    turned = derivative - within[1] / np.sqrt(count)
    sizes, directions = np.linalg.eigh(left.T @ left)
    kept = sizes > _KEPT**2 * max(float(sizes[-1]), np.finfo(float).tiny)
    if not sizes[-1] > 1e-12 * count:
        kept[:] = False
    scaled = directions[:, kept] * np.sqrt(count / sizes[kept])
    return left @ scaled, turned @ scaled
