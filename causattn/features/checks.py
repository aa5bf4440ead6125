"""What a feature table must not hold: gaps, constant, repeated, dependent or unseen columns.

`FeatureTable` itself refuses gaps and constant columns. Here stand the checks that look at several
columns at once, so that a user hears of them in words rather than as a singular matrix inside a
library.

Like columns are refused of every kind: a discrete column that is another under other names (yes for
no) is one variable twice. The outcome may follow from the features, but it may not be one of them.

Linear combinations of others are looked for among columns that are numbers: continuous ones,
presences, and discrete ones whose categories are evenly spaced numbers. The codes of named
categories (yes, no) are arbitrary, so that a linear relation between them says nothing. Most tables
have none, which their correlations show at once; only where these leave it open, each column is
projected on what the earlier ones span.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Literal

import numpy as np
from scipy.linalg import solve_triangular

from causattn.base import DataError, listed
from causattn.features.table import FIND_AGAIN, FeatureKind, FeatureTable, select_features

Collinear = Literal["error", "drop"]


def checked(table: FeatureTable, collinear: Collinear | Literal["keep"]) -> FeatureTable:
    """Return the table after all checks, less dependent columns where they are to be dropped.

    Raises
    ------
    DataError
        For like columns, dependent ones (unless dropped or kept), or a feature that no text
        carries.
    """
    if collinear == "keep":
        _refuse_unseen(table)
        return table
    twins = like_columns(table)
    dependent = dependent_columns(table)
    _refuse(table, twins, dependent, collinear)
    spare_columns = {**dependent, **{column: [other] for column, other in twins.items()}}
    if spare_columns:
        dropped = {
            table.names[column]: [table.names[other] for other in others]
            for column, others in sorted(spare_columns.items())
        }
        kept = [column for column in range(table.size) if column not in spare_columns]
        table = select_features(table, kept)
        table = replace(table, about={**table.about, "dropped_collinear": dropped})
    _refuse_unseen(table)
    return table


def _refuse(
    table: FeatureTable,
    twins: Mapping[int, int],
    dependent: Mapping[int, Sequence[int]],
    collinear: Collinear,
) -> None:
    """Raise, all of them in one sentence, for what may not be dropped: the outcome never is."""
    outcome = {k for k, kind in enumerate(table.kinds) if kind == FeatureKind.OUTPUT}
    said, spare = [], []
    for column, other in twins.items():
        if collinear == "error" or outcome & {column, other}:
            one, two = table.names[other], table.names[column]
            said.append(f"{one} and {two} say the same of every document")
            spare.append(one if column in outcome else two)
    for column, others in dependent.items():
        if collinear == "error" and column not in twins:
            names = " and ".join(table.names[other] for other in others)
            said.append(f"{table.names[column]} is a linear combination of {names}")
            spare.append(table.names[column])
    if said:
        mend = " or set features.collinear=drop" if collinear == "error" else ""
        raise DataError(
            f"Some features are determined by others ({'; '.join(said)}); leave them out "
            f"(features.exclude=[{','.join(dict.fromkeys(spare))}]){mend}; "
            "more: causattn explain errors.collinear."
        )


def like_columns(table: FeatureTable) -> dict[int, int]:
    """Return each column that says the same of every document as an earlier one, with that one.

    Discrete columns are alike where they differ in the names of their values only.
    """
    first_of: dict[bytes, int] = {}
    found: dict[int, int] = {}
    for column in range(table.size):
        values = table.values[:, column]
        if table.categories[column] is not None:
            values = _by_first_occurrence(values)
        # A digest, not the column: all of them would be eight times a table of single bytes.
        kind = bytes([table.categories[column] is None])
        key = sha256(kind + (values + 0.0).tobytes()).digest()
        if key in first_of:
            found[column] = first_of[key]
        first_of.setdefault(key, column)
    return found


def _by_first_occurrence(values: np.ndarray) -> np.ndarray:
    """Return codes 0, 1 ... by first occurrence, equal for columns that differ in names only."""
    codes = values.astype(np.int64)
    first = np.full(int(codes.max(initial=0)) + 1, len(codes))
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return np.argsort(np.argsort(first))[codes].astype(float)


def _refuse_unseen(table: FeatureTable) -> None:
    """Raise where no characters of any document carry a feature."""
    if table.about.get(FIND_AGAIN):
        return  # a word that is present carries itself
    carried = np.bincount(table.carriers.variable, minlength=table.size)
    unseen = [
        table.names[column]
        for column in np.flatnonzero(carried == 0)
        if column not in table.metadata
    ]
    if not unseen:
        return
    one = len(unseen) == 1
    names = f"{'Feature' if one else 'Features'} {listed(unseen)}"
    leave = f"leave {'it' if one else 'them'} out (features.exclude=[{','.join(unseen)}])"
    if table.about.get("kind") == "concepts":
        raise DataError(
            f"{names}: no word indicates {'it' if one else 'them'}, so that no attention can be "
            f"paid to {'it' if one else 'them'}; {leave} or allow more words "
            "(features.max_share, features.min_score, features.min_documents)."
        )
    raise DataError(
        f"{names} {'occurs' if one else 'occur'} in no document, so that no attention can be paid "
        f"to {'it' if one else 'them'}; {leave} or use features=concepts, which finds the words "
        "that indicate a column."
    )


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
