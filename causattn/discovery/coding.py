"""Categories as numbers 0, 1, ... in the order of their sorted values, by column."""

from __future__ import annotations

import numpy as np

_BLOCK_ROWS = 512


def coded(column: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the codes of a column, integers [n], and how many categories occur.

    Objects are taken for texts.
    """
    if column.dtype.kind == "b":
        column = column.view(np.uint8)
    if column.dtype.kind in "iu":
        low, high = int(column.min()), int(column.max())
        if high - low < max(1024, len(column)):
            if low < 0:  # of a narrow type the difference might not fit
                column = column.astype(np.int64)
            shifted = column - column.dtype.type(low) if low else column
            # The first rows mostly show every category; only else are all of them counted.
            occurs = np.bincount(shifted[:_BLOCK_ROWS], minlength=high - low + 1) > 0
            if not occurs.all():
                occurs = np.bincount(shifted, minlength=high - low + 1) > 0
            if occurs.all():
                return shifted, len(occurs)
            return (np.cumsum(occurs) - 1)[shifted], int(occurs.sum())
    elif column.dtype.kind == "O":
        column = column.astype(str)
    levels, codes = np.unique(column, return_inverse=True)
    return codes, len(levels)


def coded_columns(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the codes of a table [n, p], one row a variable, and how many categories each has.

    uint8 [p, n] where all codes fit, as they do for all but very wide variables, else int32; and
    int64 [p].
    """
    columns = [coded(np.ascontiguousarray(column)) for column in table.T]
    counts = np.array([count for _, count in columns], dtype=np.int64)
    codes = np.empty(table.shape[::-1], np.uint8 if counts.max(initial=0) <= 256 else np.int32)
    for k, (column, _) in enumerate(columns):
        codes[k] = column
    return codes, counts
