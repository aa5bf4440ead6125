"""What a feature table must not hold: gaps, constant, repeated, dependent or unseen columns.

`FeatureTable` itself refuses gaps and constant columns. Here stand the checks that look at several
columns at once, so that a user hears of them in words rather than as a singular matrix inside a
library.

Linear dependence is looked for among columns that are numbers: continuous ones, presences, and
discrete ones whose categories are evenly spaced numbers. The codes of named categories (yes, no)
are arbitrary, so that a linear relation between them says nothing. Like columns are refused of
every kind: a discrete column that is another under other names (yes for no) is one variable twice.
The outcome may follow from the features, but it may not be one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Literal

import numpy as np

from causattn.base import DataError
from causattn.corpora import Mentions
from causattn.features.carriers import FIND_AGAIN
from causattn.features.table import FeatureKind, FeatureTable

TOLERANCE = 1e-8
"""Share of a column's length that must be left once the columns before it explain what they can."""

_BLOCK = 1 << 13
"""Rows of a table that are looked at together."""

Collinear = Literal["error", "drop"]
Missing = Literal["error", "drop"]


def checked(table: FeatureTable, collinear: Collinear) -> FeatureTable:
    """Return the table after all checks, less dependent columns where they are to be dropped.

    Raises
    ------
    DataError
        For like columns, dependent ones (unless dropped), or a feature that no text carries.
    """
    twins = like_columns(table)
    for column, other in twins.items():
        if collinear == "error" or FeatureKind.OUTPUT in (table.kinds[column], table.kinds[other]):
            one, two = table.names[other], table.names[column]
            mend = " or set features.collinear=drop" if collinear == "error" else ""
            spare = one if table.kinds[column] == FeatureKind.OUTPUT else two
            raise DataError(
                f"Features {one} and {two} say the same of every document, so that nothing can "
                f"distinguish them; leave one out (features.exclude=[{spare}]){mend}."
            )
    dependent = dependent_columns(table)
    if dependent and collinear == "error":
        column, others = next(iter(dependent.items()))
        names = [table.names[other] for other in others]
        raise DataError(
            f"Feature {table.names[column]} is a linear combination of {' and '.join(names)}; "
            "leave one of them out (features.exclude=[...]) or set features.collinear=drop."
        )
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


def select_features(table: FeatureTable, columns: Sequence[int]) -> FeatureTable:
    """Return the table with these columns, in this order."""
    place = np.full(table.size, -1)
    place[list(columns)] = np.arange(len(columns))
    carriers = table.carriers
    rows = place[carriers.variable] >= 0
    return replace(
        table,
        names=tuple(table.names[column] for column in columns),
        kinds=tuple(table.kinds[column] for column in columns),
        values=table.values[:, list(columns)],
        categories=tuple(table.categories[column] for column in columns),
        carriers=Mentions(
            carriers.document[rows],
            place[carriers.variable[rows]],
            carriers.start[rows],
            carriers.end[rows],
        ),
    )


def dependent_columns(table: FeatureTable) -> dict[int, list[int]]:
    """Return each column that is a linear combination of earlier ones, with those it needs.

    Columns are centred first, so that two that add up to a constant are dependent. Each is
    projected twice on what the earlier ones span (Gram-Schmidt with one repetition, which is
    enough: Giraud, Langou, Rozloznik, van den Eshof 2005, "Rounding error analysis of the classical
    Gram-Schmidt orthogonalization process").
    """
    numeric = [column for column in range(table.size) if _is_number(table, column)]
    columns = dict(zip(numeric, _reduced(table.values, numeric), strict=True))
    basis = np.empty((len(next(iter(columns.values()), ())), len(numeric)))
    kept: list[int] = []
    found: dict[int, list[int]] = {}
    for column in numeric:
        centred = columns[column]
        span = basis[:, : len(kept)]
        left = centred - span @ (span.T @ centred)
        left -= span @ (span.T @ left)
        length = np.linalg.norm(left)
        if length > TOLERANCE:
            basis[:, len(kept)] = left / length
            kept.append(column)
            continue
        before = np.stack([columns[other] for other in kept], axis=1)
        weights = np.linalg.lstsq(before, centred, rcond=None)[0]
        found[column] = [kept[k] for k in np.flatnonzero(np.abs(weights) > 1e-6)]
    return found


def like_columns(table: FeatureTable) -> dict[int, int]:
    """Return each column that says the same of every document as an earlier one, with that one.

    Discrete columns are alike where they differ in the names of their values only.
    """
    first_of: dict[bytes, int] = {}
    found: dict[int, int] = {}
    for column in range(table.size):
        values = table.values[:, column]
        if table.categories[column] is not None:
            # Codes by first occurrence are equal for columns that differ in names only.
            _, first, codes = np.unique(values, return_index=True, return_inverse=True)
            values = np.argsort(np.argsort(first))[codes].astype(float)
        # A digest, not the column: all of them would be eight times a table of single bytes.
        kind = bytes([table.categories[column] is None])
        key = sha256(kind + (values + 0.0).tobytes()).digest()
        if key in first_of:
            found[column] = first_of[key]
        first_of.setdefault(key, column)
    return found


def drop_incomplete(
    values: np.ndarray, names: Sequence[str], kinds: Sequence[FeatureKind], missing: Missing
) -> np.ndarray:
    """Return the documents to keep, int64: all, or those without a gap where gaps are dropped.

    Raises
    ------
    DataError
        Where there are gaps and they are not to be dropped, or nothing would be left.
    """
    gaps = np.isnan(values)
    if gaps.any() and missing == "error":
        column = int(np.flatnonzero(gaps.any(axis=0))[0])
        output = kinds[column] == FeatureKind.OUTPUT
        without = "features.outcome=false" if output else f"features.exclude=[{names[column]}]"
        raise DataError(
            f"Feature {names[column]} is missing (NaN) in {int(gaps[:, column].sum())} of "
            f"{len(values)} documents; set features.missing=drop to leave those out, or {without}."
        )
    kept = np.flatnonzero(~gaps.any(axis=1))
    if len(kept) < 2:
        raise DataError(
            f"Of {len(values)} documents {len(kept)} have all {len(names)} features; exclude those "
            "with many gaps (features.exclude=[...])."
        )
    return kept


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


def _refuse_unseen(table: FeatureTable) -> None:
    """Raise where no characters of any document carry a feature."""
    if table.about.get(FIND_AGAIN):
        return  # a word that is present carries itself
    carried = np.bincount(table.carriers.variable, minlength=table.size)
    for column in np.flatnonzero(carried == 0):
        raise DataError(
            f"Feature {table.names[column]} occurs in no document, so that no attention can be "
            "paid to it; leave it out (features.exclude=[...]) or use features=concepts, which "
            "finds the words that indicate it."
        )
