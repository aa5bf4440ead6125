"""Categorical data as codes, ready to be counted.

Columns become small integer codes 0 .. r - 1, one contiguous array a variable. Where a whole row
fits into 62 bits, equal rows are merged into one with a weight: eight binary variables have at most
256 different rows, however long the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from causattn.base import DataError
from causattn.discovery.coding import coded_columns

ROW_BITS = 62
# Counting by masks takes 64 rows at once; it pays for variables of few categories in long tables.
FEWEST_ROWS = 512
MOST_CATEGORIES = 16


class Categories:
    """Codes, weights and category counts of a table.

    Parameters
    ----------
    data
        [n, p], one category a cell: numbers or strings, no missing values. Numbers need not be
        codes; categories are what occurs, in sorted order.
    cardinalities
        Number of categories of each variable, p of them, where some may be absent from these rows
        (as in a bootstrap sample); the data must then be integer codes 0 .. r - 1.
    names
        The variables' names, for error sentences.

    Attributes
    ----------
    codes
        uint8, uint16 or int32 [p, m], from variable to different row.
    weights
        int64 [m], how often each row occurs.
    cardinalities
        int64 [p].
    rows
        Number of observations, n.

    Raises
    ------
    DataError
        Where a value is missing, a variable has one category only, or a code is out of range.
    """

    def __init__(
        self,
        data: np.ndarray,
        *,
        cardinalities: Sequence[int] | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        table = np.asarray(data)
        if table.ndim != 2 or table.shape[0] < 1:
            raise DataError(f"Data are a table of rows and columns, not of shape {table.shape}.")
        rows, size = table.shape
        labels = [f"column {name}" for name in (range(size) if names is None else names)]
        _check_missing(table, labels)
        if cardinalities is None:
            codes, counts = coded_columns(table)
            coded = codes.T.astype(np.int64)
        else:
            counts = np.asarray(cardinalities, dtype=np.int64)
            coded = _check_codes(table, counts, labels)
        for column in np.flatnonzero(counts < 2).tolist():
            raise DataError(
                f"{labels[column]} has one category only, so nothing can depend on it; drop it, "
                "or say with `cardinalities` that it could have had more."
            )
        self.rows = rows
        self.cardinalities = counts
        largest = int(counts.max(initial=1))
        width = np.uint8 if largest <= 256 else np.uint16 if largest <= 65536 else np.int32
        different, self.weights = _merge(coded, counts)
        self.codes = np.ascontiguousarray(different.T.astype(width))

    @cached_property
    def masks(self) -> tuple[np.ndarray, np.ndarray]:
        """One bit mask of the rows for each category, and where each variable's begin.

        uint64 [categories, words] and int64 [p + 1]. A variable of many categories has none, and
        rows that are merged or few have none at all (words = 0).
        """
        rows = self.codes.shape[1]
        packed = rows >= FEWEST_ROWS and rows == self.rows
        kept = np.where(packed & (self.cardinalities <= MOST_CATEGORIES), self.cardinalities, 0)
        pointer = np.concatenate([[0], np.cumsum(kept)]).astype(np.int64)
        words = (rows + 63) // 64 if packed else 0
        octets = np.zeros((int(pointer[-1]), words * 8), dtype=np.uint8)
        for variable in np.flatnonzero(kept).tolist():
            for category in range(int(kept[variable])):
                mask = np.packbits(self.codes[variable] == category, bitorder="little")
                octets[pointer[variable] + category, : len(mask)] = mask
        return octets.view("<u8").astype(np.uint64, copy=False), pointer


def _check_missing(table: np.ndarray, labels: Sequence[str]) -> None:
    if table.dtype.kind == "f":
        missing = ~np.isfinite(table)
    elif table.dtype.kind == "O":
        missing = np.array([[cell is None or cell != cell for cell in row] for row in table])
    else:
        return
    if missing.any():
        row, column = np.argwhere(missing)[0]
        raise DataError(
            f"Row {row} of {labels[column]} is missing, as are {int(missing.sum())} values in all; "
            "drop those rows, or make missing a category of its own."
        )


def _check_codes(table: np.ndarray, counts: np.ndarray, labels: Sequence[str]) -> np.ndarray:
    """Return given codes as int64, or raise where they don't fit the cardinalities."""
    if counts.shape != (table.shape[1],):
        raise DataError(
            f"{table.shape[1]} variables need as many cardinalities, not {len(counts)}."
        )
    coded = np.asarray(table, dtype=np.int64)
    bad = (coded < 0) | (coded >= counts)
    if np.any(coded != table) or bad.any():
        column = int(np.argwhere(bad | (coded != table))[0][1])
        raise DataError(
            f"With `cardinalities` the data are codes from 0 to r - 1; {labels[column]} has "
            f"{table[:, column].max()} where r is {counts[column]}."
        )
    return coded


def _merge(coded: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different rows and how often each occurs, or all rows once where that costs."""
    if np.sum(np.log2(np.maximum(counts, 2))) > ROW_BITS:
        return coded, np.ones(len(coded), dtype=np.int64)
    key = np.zeros(len(coded), dtype=np.int64)
    for column in range(coded.shape[1]):
        key = key * counts[column] + coded[:, column]
    _, first, times = np.unique(key, return_index=True, return_counts=True)
    return coded[first], times.astype(np.int64)
