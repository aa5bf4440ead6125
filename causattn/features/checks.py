"""What a feature table must not hold: gaps, constant, repeated, dependent or unseen columns.

`FeatureTable` itself refuses gaps and constant columns. Here stand the checks that look at several
columns at once, so that a user hears of them in words rather than as a singular matrix inside a
library.

Like columns are refused of every kind: a discrete column that is another under other names (yes for
no) is one variable twice. The outcome may follow from the features, but it may not be one of them.
Linear dependence is looked for in `causattn.features.dependence`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Literal

import numpy as np

from causattn.base import DataError
from causattn.corpora import Mentions
from causattn.features.dependence import dependent_columns
from causattn.features.table import FIND_AGAIN, FeatureKind, FeatureTable

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
