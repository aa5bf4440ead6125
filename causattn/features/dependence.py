"""Columns that are linear combinations of others.

They are looked for among columns that are numbers: continuous ones, presences, and discrete ones
whose categories are evenly spaced numbers. The codes of named categories (yes, no) are arbitrary,
so that a linear relation between them says nothing.

Most tables have none, which their correlations show at once; only where these leave it open, each
column is projected on what the earlier ones span.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.linalg import solve_triangular

from causattn.features.table import FeatureKind, FeatureTable

TOLERANCE = 1e-8
"""Share of a column's length that must be left once the columns before it explain what they can."""

_CLEAR = 1e-3
"""A share that correlations, which know its square to about 1e-12, cannot mistake for none."""
_LITTLE = 0.1
"""A share so small that rounding along what was taken off has to be taken off once more."""
_BLOCK = 1 << 13
"""Rows of a table that are looked at together."""
_TOGETHER = 64
"""Columns that are projected together."""
_EXACT = 2**24
"""Up to here every whole number is a float32."""


def dependent_columns(table: FeatureTable) -> dict[int, list[int]]:
    """Return each column that is a linear combination of earlier ones, with those it needs.

    Columns are centred first, so that two that add up to a constant are dependent.
    """
    numeric = [column for column in range(table.size) if _is_number(table, column)]
    if not numeric or _clearly_independent(table, numeric):
        return {}
    return _eliminated(np.stack(list(_reduced(table.values, numeric)), axis=1), numeric)


def _clearly_independent(table: FeatureTable, columns: Sequence[int]) -> bool:
    """Return whether of every column much is left, by the Cholesky factor of the correlations."""
    if len(table.values) <= len(columns):
        return False
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        covariance = _covariance(table, columns)
        scale = np.sqrt(np.diagonal(covariance))
        correlations = covariance / np.outer(scale, scale)
    if not np.isfinite(correlations).all():
        return False
    try:
        left = np.diagonal(np.linalg.cholesky(correlations))
    except np.linalg.LinAlgError:
        return False
    return bool(left.min() > _CLEAR)


def _covariance(table: FeatureTable, columns: Sequence[int]) -> np.ndarray:
    """Return the columns' products about their means, float64 [c, c], gone through in blocks."""
    values = table.values
    every = list(columns) == list(range(values.shape[1]))
    whole = bool(table.discrete[list(columns)].all())
    middle = 0.0 if whole else values[:, list(columns)].mean(axis=0)
    products = np.zeros((len(columns), len(columns)))
    total = np.zeros(len(columns))
    for start in range(0, len(values), _BLOCK):
        rows = values[start : start + _BLOCK]
        block = (rows if every else rows[:, list(columns)]) - middle
        if whole and _is_exact(block):
            block = block.astype(np.float32)  # twice as fast
        products += block.T @ block
        total += block.sum(axis=0, dtype=float)
    return products - np.outer(total, total) / len(values)


def _is_exact(block: np.ndarray) -> bool:
    """Return whether products of these columns are whole numbers that float32 holds."""
    small = np.abs(block).max(initial=0) ** 2 * len(block) <= _EXACT
    return bool(small and (block == np.rint(block)).all())


def _eliminated(columns: np.ndarray, numbers: Sequence[int]) -> dict[int, list[int]]:
    """Return the dependent ones of columns of length 1, float64 [m, c], by their numbers.

    Each is projected twice on what the earlier ones span (Gram-Schmidt with one repetition, which
    is enough: Giraud, Langou, Rozloznik, van den Eshof 2005, "Rounding error analysis of the
    classical Gram-Schmidt orthogonalization process"), many at a time as far as they go together.
    """
    basis = np.empty_like(columns)
    upper = np.zeros((columns.shape[1],) * 2)  # the columns kept are basis @ upper
    kept: list[int] = []
    found: dict[int, list[int]] = {}
    for start in range(0, columns.shape[1], _TOGETHER):
        before = basis[:, : len(kept)]
        left, shares = _projected(before, columns[:, start : start + _TOGETHER])
        for offset in range(left.shape[1]):
            rest, own = _projected(basis[:, before.shape[1] : len(kept)], left[:, offset])
            share = np.concatenate([shares[:, offset], own])
            if np.linalg.norm(rest) < _LITTLE:
                rest, again = _projected(basis[:, : len(kept)], rest)
                share += again
            length = np.linalg.norm(rest)
            number, count = numbers[start + offset], len(kept)
            if length > TOLERANCE:
                basis[:, count] = rest / length
                upper[:count, count], upper[count, count] = share, length
                kept.append(number)
                continue
            weights = solve_triangular(upper[:count, :count], share)
            found[number] = [kept[k] for k in np.flatnonzero(np.abs(weights) > 1e-6)]
    return found


def _projected(basis: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what is left of columns after two projections on a basis, and their shares of it."""
    shares = basis.T @ columns
    left = columns - basis @ shares
    again = basis.T @ left
    return left - basis @ again, shares + again


def _reduced(values: np.ndarray, columns: Sequence[int]) -> Iterator[np.ndarray]:
    """Yield columns centred and of length 1; of a long table their coordinates in their own span.

    The triangular factor of a table is that of its blocks' factors (Demmel, Grigori, Hoemmen,
    Langou 2012, "Communication-optimal parallel and sequential QR and LU factorizations"), so that
    a long table is gone through in blocks. With a first column of ones the rest is centred.
    """
    if len(values) <= _BLOCK:
        for column in columns:
            yield _centred(values[:, column])
        return
    first = values[0, list(columns)].astype(float)
    scale = np.array([max(np.ptp(values[:, column]), 1e-300) for column in columns], dtype=float)
    factor = np.empty((0, len(columns) + 1))
    for start in range(0, len(values), _BLOCK):
        block = (values[start : start + _BLOCK, list(columns)] - first) / scale
        ones = np.ones((len(block), 1))
        stacked = np.vstack([factor, np.hstack([ones, block])])
        factor = np.asarray(np.linalg.qr(stacked, mode="r"))
    centred = factor[1:, 1:]
    for column in range(len(columns)):
        length = np.linalg.norm(centred[:, column])
        yield centred[:, column] / length if length > 0 else centred[:, column]


def _centred(values: np.ndarray) -> np.ndarray:
    """Return a column centred and of length 1."""
    # Scaled first, so that the squares of very large or small numbers cannot overflow.
    centred = values - values.mean()
    scale = np.abs(centred).max()
    centred = centred / scale if scale > 0 else centred
    length = np.linalg.norm(centred)
    return centred / length if length > 0 else centred


def _is_number(table: FeatureTable, column: int) -> bool:
    """Return whether a column's codes are numbers rather than names."""
    if table.kinds[column] == FeatureKind.OUTPUT:
        return False  # the outcome may follow from the features exactly
    if table.kinds[column] == FeatureKind.PRESENCE:
        return True
    categories = table.categories[column]
    if categories is None:
        return True
    try:
        numbers = [float(name) for name in categories]
    except ValueError:
        return False
    # Codes stand for the numbers only where these are evenly spaced.
    steps = np.diff(numbers)
    return bool(np.allclose(steps, steps[0])) if len(steps) else False
