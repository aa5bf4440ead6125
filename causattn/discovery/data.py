"""`DiscoveryData`: the table as every algorithm sees it, checked once for what none of them takes.

Arrays, data frames and feature tables all become one table [n, p] with, per column, either the
number of its categories (then the values are codes 0, 1, ...) or none (then they are measurements).

A feature table declares its columns' kinds. Elsewhere the type of the numbers does: integers,
booleans, strings and pandas categories are discrete, floating-point numbers continuous.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from causattn.base import DataError, listed, repeated

if TYPE_CHECKING:
    import pandas as pd

    from causattn.features import FeatureTable

Data: TypeAlias = "np.ndarray | pd.DataFrame | FeatureTable"

_TOO_MANY_SHOWN = 5
_LARGEST = 1e140
_MANY_CATEGORIES = 10
_BLOCK_ROWS = 512


@dataclass(frozen=True)
class DiscoveryData:
    """A checked table.

    Parameters
    ----------
    names
        The p variables' names, all different.
    values
        [n, p], no missing or infinite values: int32 codes in column-major order where all columns
        are discrete, else float64 (with codes as numbers in discrete columns of mixed data).
    categories
        Per column its number of categories, None where it is continuous.
    constant
        Variables with one value in all rows, which nothing can depend on: algorithms never see
        them, and graphs have them without an edge.
    """

    names: tuple[str, ...]
    values: np.ndarray
    categories: tuple[int | None, ...]
    constant: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Number of observations."""
        return len(self.values)

    @property
    def size(self) -> int:
        """Number of variables."""
        return len(self.names)

    @property
    def kind(self) -> str:
        """``"discrete"``, ``"continuous"`` or ``"mixed"``."""
        discrete = [count is not None for count in self.categories]
        if all(discrete):
            return "discrete"
        return "mixed" if any(discrete) else "continuous"

    @property
    def codes(self) -> np.ndarray:
        """The codes int32 [n, p]; only where all columns are discrete."""
        if self.kind != "discrete":
            raise DataError("Only discrete data have codes; discretise continuous columns first.")
        return self.values

    @property
    def cardinalities(self) -> np.ndarray:
        """Number of categories of each column, int64 [p]; only where all columns are discrete."""
        if self.kind != "discrete":
            raise DataError("Only discrete data have categories; discretise the others first.")
        return np.array(self.categories, dtype=np.int64)

    def varying(self) -> DiscoveryData:
        """Return the table without its constant columns."""
        if not self.constant:
            return self
        kept = [k for k, name in enumerate(self.names) if name not in self.constant]
        names = tuple(self.names[k] for k in kept)
        categories = tuple(self.categories[k] for k in kept)
        if None in categories:
            return DiscoveryData(names, np.ascontiguousarray(self.values[:, kept]), categories)
        codes = np.asfortranarray(self.values[:, kept], dtype=np.int32)
        return DiscoveryData(names, codes, categories)

    def take(self, rows: np.ndarray) -> DiscoveryData:
        """Return the table of some rows; a category keeps its code though no row may hold it."""
        if self.kind == "discrete":
            return replace(self, values=np.ascontiguousarray(self.values.T[:, rows]).T)
        return replace(self, values=self.values[rows])

    def discretised(self, bins: int) -> DiscoveryData:
        """Return the table with continuous columns cut into categories of equal frequency.

        Parameters
        ----------
        bins
            Number of categories; ties can leave fewer.

        Raises
        ------
        DataError
            For fewer than two categories.
        """
        if bins < 2:
            raise DataError(f"discretise={bins} leaves one category; use 2 or more.")
        if self.kind == "discrete":
            return self
        columns: list[np.ndarray] = []
        categories: list[int | None] = []
        for column, count in zip(self.values.T, self.categories, strict=True):
            if count is None:
                edges = np.quantile(column, np.linspace(0, 1, bins + 1)[1:-1])
                cut = np.searchsorted(np.unique(edges), column, side="right")
                levels, column = np.unique(cut, return_inverse=True)
                count = len(levels)
            columns.append(column.astype(np.int32))
            categories.append(count)
        return replace(self, values=np.array(columns).T, categories=tuple(categories))


def as_discovery_data(
    data: Data | DiscoveryData, names: Sequence[str] | None = None
) -> DiscoveryData:
    """Read a table and refuse what no algorithm can use.

    Parameters
    ----------
    data
        A numpy array [n, p], a data frame, a feature table, or a torch tensor.
    names
        Names of an array's columns; ``X1``, ``X2``, ... where left out.

    Raises
    ------
    DataError
        For a table that is no table, fewer than two rows or two columns that vary, repeated names,
        missing, masked or infinite values, values whose squares are none, or a column in which
        nearly every row has a category of its own.

    Warns
    -----
    UserWarning
        Where integers of an array or a data frame look like counts and are taken for categories.
    """
    if isinstance(data, DiscoveryData):
        return data
    if _is(data, "causattn.features", "FeatureTable"):
        read = _from_feature_table(cast("FeatureTable", data))
    elif _is(data, "pandas", "DataFrame"):
        if names is not None:
            raise DataError("A data frame names its own columns; leave names out or rename them.")
        read = _from_frame(cast("pd.DataFrame", data))
    else:
        read = _from_array(_as_array(data), names)
    return _checked(read)


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
    if _is(data, "torch", "Tensor"):
        data = cast("Any", data).detach().cpu().numpy()
    try:
        return np.asarray(data)
    except ValueError:
        raise DataError(
            "The rows of the table are not all of one length; give an array of rows by variables."
        ) from None


def _is(data: Any, module: str, kind: str) -> bool:
    """Return whether data are of a class whose module need not be loaded for that.

    Who has a feature table or a data frame has loaded its module; who has an array should not wait
    for pandas, nor for the language models behind the features.
    """
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(data, getattr(loaded, kind))


def _from_feature_table(table: FeatureTable) -> DiscoveryData:
    counts = tuple(None if labels is None else len(labels) for labels in table.categories)
    if table.data_kind == "discrete":
        return DiscoveryData(table.names, np.asfortranarray(table.values, dtype=np.int32), counts)
    return DiscoveryData(table.names, np.ascontiguousarray(table.values, dtype=np.float64), counts)


def _from_frame(frame: pd.DataFrame) -> DiscoveryData:
    names = tuple(str(name) for name in frame.columns)
    _check_shape(names, len(frame))
    read = _joined(names, [_from_series(name, frame.iloc[:, k]) for k, name in enumerate(names)])
    integers = [kind.kind in "iu" for kind in frame.dtypes]
    _warn_of_counts([each for k, each in enumerate(_many(read)) if each and integers[k]])
    return read


def _from_series(name: str, column: pd.Series) -> tuple[np.ndarray, int | None]:
    """Return a column as numbers, or as codes with their number of categories."""
    import pandas as pd

    if column.isna().any():
        raise DataError(_missing(name, int(column.isna().sum())))
    if pd.api.types.is_float_dtype(column.dtype):
        return column.to_numpy(dtype=np.float64), None
    return _from_column(name, column.to_numpy())


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
    _check_shape(called, len(table))
    if table.dtype.kind == "f":
        values = np.ascontiguousarray(table, dtype=np.float64)
        return DiscoveryData(called, values, (None,) * len(called))
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
        warnings.warn(
            f"{named_list(names)}: more than {_MANY_CATEGORIES} different integers, each taken for "
            "a category without order; if these are counts or measurements, give floating-point "
            "numbers (astype(float)).",
            stacklevel=5,
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
    if column.dtype.kind == "b":
        column = column.view(np.uint8)
    if column.dtype.kind == "c":
        raise DataError(f"Variable {name} holds complex numbers; give real ones.")
    if column.dtype.kind in "iu":
        low, high = int(column.min()), int(column.max())
        if high - low < max(1024, len(column)):
            shifted = column - column.dtype.type(low) if low else column
            # The first rows mostly show every category; only else are all of them counted.
            occurs = np.bincount(shifted[:_BLOCK_ROWS], minlength=high - low + 1) > 0
            if not occurs.all():
                occurs = np.bincount(shifted, minlength=high - low + 1) > 0
            if occurs.all():
                return shifted, len(occurs)
            return (np.cumsum(occurs) - 1)[shifted], int(occurs.sum())
    elif column.dtype.kind == "O":
        for value in column:
            if isinstance(value, list | tuple | dict | set | np.ndarray):
                raise DataError(
                    f"Variable {name} holds a {type(value).__name__} in a cell; a cell is one "
                    "number or one text, so take the column apart."
                )
        column = column.astype(str)
    levels, codes = np.unique(column, return_inverse=True)
    return codes, len(levels)


def _joined(names: tuple[str, ...], columns: list[tuple[np.ndarray, int | None]]) -> DiscoveryData:
    counts = tuple(count for _, count in columns)
    discrete = all(count is not None for count in counts)
    values = np.empty((len(columns), len(columns[0][0])), np.int32 if discrete else np.float64)
    for k, (column, _) in enumerate(columns):
        values[k] = column
    return DiscoveryData(names, values.T if discrete else np.ascontiguousarray(values.T), counts)


def _numbered(size: int) -> tuple[str, ...]:
    return tuple(f"X{k + 1}" for k in range(size))


def _check_shape(names: tuple[str, ...], rows: int) -> None:
    if len(set(names)) != len(names):
        twice = repeated(names)
        raise DataError(
            f"Variable{'s' if len(twice) > 1 else ''} {listed(twice)} stand twice in the table; "
            "give each column one name."
        )
    if len(names) < 2 or rows < 2:
        raise DataError(
            f"Discovery needs 2 variables and 2 rows at least, the table has {len(names)} and "
            f"{rows}; add more."
        )


def constant_columns(values: np.ndarray) -> np.ndarray:
    """Return which columns of [n, p], n >= 2, have one value in all rows, bool [p]."""
    constant: np.ndarray = values[0] == values[1]
    for k in np.flatnonzero(constant):
        constant[k] = (values[:, k] == values[0, k]).all()
    return constant


def _checked(data: DiscoveryData) -> DiscoveryData:
    """Raise for what no algorithm can use, and note what is constant."""
    _check_shape(data.names, data.rows)
    if data.values.dtype.kind == "f":
        _check_numbers(data)
        constant = constant_columns(data.values)
    else:
        constant = np.array([count == 1 for count in data.categories])
    same = tuple(name for name, one in zip(data.names, constant, strict=True) if one)
    if data.size - len(same) < 2:
        raise DataError(
            f"Variable{'s' if len(same) > 1 else ''} {named_list(same)} ha"
            f"{'ve' if len(same) > 1 else 's'} the same value in every row, so that fewer than two "
            "variables are left; add rows or columns."
        )
    for name, count in zip(data.names, data.categories, strict=True):
        if count is not None and count > max(20, data.rows // 2):
            raise DataError(
                f"Variable {name} has {count} categories in {data.rows} rows, so that a category "
                "has hardly a row of its own and no test or score can learn from it; merge "
                "categories or drop the column."
            )
    return replace(data, constant=same) if same else data


def _check_numbers(data: DiscoveryData) -> None:
    """Raise for numbers that are none, or that cannot be squared."""
    if not np.isfinite(data.values).all():
        column = int(np.flatnonzero(~np.isfinite(data.values).all(axis=0))[0])
        name, values = data.names[column], data.values[:, column]
        if np.isnan(values).any():
            raise DataError(_missing(name, int(np.isnan(values).sum())))
        raise DataError(
            f"Variable {name} has {int(np.isinf(values).sum())} infinite values; drop those "
            "rows or the column."
        )
    largest = np.abs(data.values).max(axis=0)
    for k in np.flatnonzero((largest > _LARGEST) | ((largest < 1 / _LARGEST) & (largest > 0))):
        raise DataError(
            f"Variable {data.names[k]} has values up to {largest[k]:.2g}, whose squares "
            "no floating-point number holds; measure it in another unit."
        )


def _missing(name: str, count: int) -> str:
    return (
        f"Variable {name} has {count} missing value{'s' if count > 1 else ''}; drop those rows or "
        "the column, or fill them in."
    )


def named_list(names: Sequence[str]) -> str:
    """Return names as text, the first few and how many more."""
    return listed(names, _TOO_MANY_SHOWN)
