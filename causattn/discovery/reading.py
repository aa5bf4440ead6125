"""How arrays and data frames become `DiscoveryData`.

The type of the numbers says their kind: integers, booleans, strings and pandas categories are
discrete, floating-point numbers continuous. Categories of pandas that are ordered keep their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from causattn.base import DataError, warn
from causattn.discovery.coding import coded
from causattn.discovery.data import DiscoveryData, check_shape, is_of, named_list

if TYPE_CHECKING:
    import pandas as pd


_MANY_CATEGORIES = 10
_BLOCK_ROWS = 512


def from_others(data: Any, names: Sequence[str] | None) -> DiscoveryData:
    """Read what is no feature table: an array, a data frame or a tensor.

    Raises
    ------
    DataError
        For a table that is no table, repeated names, missing or masked values.
    """
    if is_of(data, "pandas", "DataFrame"):
        if names is not None:
            raise DataError("A data frame names its own columns; leave names out or rename them.")
        return _from_frame(cast("pd.DataFrame", data))
    return _from_array(_as_array(data), names)


def _as_array(data: Any) -> np.ndarray:
    """Return an array, also of a tensor that gradients are kept for.

    Raises
    ------
    DataError
        Where values are masked, or it is no table of numbers or texts.
    """
    if isinstance(data, np.ma.MaskedArray):
        if (count := int(np.ma.count_masked(data))) > 0:
            raise DataError(
                f"{count} values of the array are masked; drop those rows or columns, or fill "
                "them in."
            )
        return data.data
    if is_of(data, "torch", "Tensor"):
        data = cast("Any", data).detach().cpu().numpy()
    try:
        return np.asarray(data)
    except ValueError:
        raise DataError(
            "The rows of the table are not all of one length; give an array of rows by variables."
        ) from None


def _from_frame(frame: pd.DataFrame) -> DiscoveryData:
    names = tuple(str(name) for name in frame.columns)
    check_shape(names, len(frame))
    absent = _absent(names, frame.isna().to_numpy())
    read = _joined(names, [_from_series(name, frame.iloc[:, k]) for k, name in enumerate(names)])
    ordered = tuple(n for n, kind in zip(names, frame.dtypes, strict=True) if _is_ordered(kind))
    read = replace(read, ordered=ordered, absent=absent)
    integers = [kind.kind in "iu" for kind in frame.dtypes]
    _warn_of_counts([each for k, each in enumerate(_many(read)) if each and integers[k]])
    return read


def _from_series(name: str, column: pd.Series) -> tuple[np.ndarray, int | None]:
    """Return a column as numbers, or as codes with their number of categories."""
    import pandas as pd

    if column.isna().any():  # `absent` says where; what stands there means nothing
        return _from_series(name, column.fillna(column[column.notna()].iloc[0]))
    if pd.api.types.is_float_dtype(column.dtype):
        return column.to_numpy(dtype=np.float64), None
    if _is_ordered(column.dtype):
        return coded(column.cat.codes.to_numpy())
    return _from_column(name, column.to_numpy())


def _absent(names: Sequence[str], missing: np.ndarray) -> np.ndarray | None:
    """Return which values are missing, None where none are; refuse a column without any value."""
    empty = np.flatnonzero(missing.all(axis=0))
    if len(empty):
        raise DataError(f"Variable {names[empty[0]]} has no value in any row; leave it out.")
    return missing if missing.any() else None


def _is_ordered(kind: Any) -> bool:
    """Return whether a column's type is of categories with an order."""
    return bool(getattr(kind, "ordered", False))


def _from_array(table: np.ndarray, names: Sequence[str] | None) -> DiscoveryData:
    if table.ndim != 2:
        raise DataError(
            f"Discovery needs a table of rows by variables, not shape {table.shape}; give two "
            "dimensions."
        )
    called = tuple(str(n) for n in names) if names is not None else _numbered(table.shape[1])
    if len(called) != table.shape[1]:
        raise DataError(
            f"{len(called)} names were given for {table.shape[1]} columns; give one a column."
        )
    check_shape(called, len(table))
    if table.dtype.kind == "f":
        values = np.ascontiguousarray(table, dtype=np.float64)
        absent = _absent(called, np.isnan(values))
        if absent is not None:
            values = np.where(absent, 0.0, values)
        return DiscoveryData(called, values, (None,) * len(called), absent=absent)
    if table.dtype.kind == "O":
        import pandas as pd

        return _from_frame(pd.DataFrame(table, columns=called).infer_objects())
    rows = _columns_as_rows(table)
    ready = _codes_already(rows) if rows.dtype == np.uint8 else {}
    read = _joined(
        called,
        [
            (rows[k], ready[k]) if k in ready else _from_column(called[k], rows[k])
            for k in range(len(called))
        ],
    )
    if table.dtype.kind in "iu":
        _warn_of_counts([each for each in _many(read) if each])
    return read


def _many(data: DiscoveryData) -> list[str]:
    """Return by column its name where it has many categories, else nothing."""
    many = [count is not None and count > _MANY_CATEGORIES for count in data.categories]
    return [name if one else "" for name, one in zip(data.names, many, strict=True)]


def _warn_of_counts(names: Sequence[str]) -> None:
    """Say that integers of many values are categories here, which is not what counts are."""
    if names:
        warn(
            f"{named_list(names)}: more than {_MANY_CATEGORIES} different integers, each taken for "
            "a category without order; if these are counts or measurements, give floating-point "
            "numbers (astype(float))."
        )


def _columns_as_rows(table: np.ndarray) -> np.ndarray:
    """Return the transposed table in row-major order, uint8 where it holds small codes only."""
    if table.dtype.kind not in "iu":
        return np.ascontiguousarray(table.T)
    if table.min() < 0 or table.max() > np.iinfo(np.uint8).max:
        return np.ascontiguousarray(table.T)
    rows = np.empty(table.T.shape, dtype=np.uint8)
    # A block is read from memory once and turned in the processor's cache.
    for start in range(0, len(table), _BLOCK_ROWS):
        rows[:, start : start + _BLOCK_ROWS] = table[start : start + _BLOCK_ROWS].astype(np.uint8).T
    return rows


def _codes_already(rows: np.ndarray) -> dict[int, int]:
    """Return the number of categories of each row (uint8 [p, n]) that holds 0, 1, ... without gaps.

    Judged by the first observations, which mostly show every category; other rows are left out.
    """
    occurs = np.zeros((len(rows), 257), dtype=bool)
    occurs[np.arange(len(rows))[:, None], rows[:, :_BLOCK_ROWS]] = True
    without_gaps = occurs.argmin(axis=1)
    whole = without_gaps == rows.max(axis=1).astype(np.int64) + 1
    return {int(k): int(without_gaps[k]) for k in np.flatnonzero(whole)}


def _from_column(name: str, column: np.ndarray) -> tuple[np.ndarray, int]:
    """Return a column's codes, in the order of its sorted values, and how many categories occur."""
    if column.dtype.kind == "c":
        raise DataError(f"Variable {name} holds complex numbers; give real ones.")
    if column.dtype.kind == "O":
        for value in column:
            if isinstance(value, list | tuple | dict | set | np.ndarray):
                raise DataError(
                    f"Variable {name} holds a {type(value).__name__} in a cell; a cell is one "
                    "number or one text, so take the column apart."
                )
    return coded(column)


def _joined(names: tuple[str, ...], columns: list[tuple[np.ndarray, int | None]]) -> DiscoveryData:
    counts = tuple(count for _, count in columns)
    discrete = all(count is not None for count in counts)
    values = np.empty((len(columns), len(columns[0][0])), np.int32 if discrete else np.float64)
    for k, (column, _) in enumerate(columns):
        values[k] = column
    return DiscoveryData(names, values.T if discrete else np.ascontiguousarray(values.T), counts)


def _numbered(size: int) -> tuple[str, ...]:
    return tuple(f"X{k + 1}" for k in range(size))
