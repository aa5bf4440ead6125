"""`DiscoveryData`: the table as every algorithm sees it, and what none of them takes.

Arrays, data frames and feature tables all become one table [n, p] (`causattn.discovery.reading`)
with, per column, either the number of its categories (then the values are codes 0, 1, ...) or none
(then they are measurements). A feature table declares its columns' kinds.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import numpy as np

from causattn.base import DataError, listed, repeated
from causattn.discovery.coding import coded

if TYPE_CHECKING:
    import pandas as pd

    from causattn.features import FeatureTable

Missing = Literal["refuse", "test-wise", "corrected"]
"""What to do with missing values: refuse them, or leave out of each test the rows that lack one."""

Data: TypeAlias = "np.ndarray | pd.DataFrame | FeatureTable"

_TOO_MANY_SHOWN = 5
_LARGEST = 1e140


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
    ordered
        Discrete variables whose codes are in the order of their categories, where that is known.
    absent
        bool [n, p], which values are missing (`values` has a number there that means nothing); None
        for none. Only tests that leave rows out see such a table.
    """

    names: tuple[str, ...]
    values: np.ndarray
    categories: tuple[int | None, ...]
    constant: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    absent: np.ndarray | None = None

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
        return self.of([k for k, name in enumerate(self.names) if name not in self.constant])

    def settled(self) -> DiscoveryData:
        """Return the columns in an order that depends neither on how they are listed nor on names.

        By how strongly they are correlated with all others, codes taken for numbers; only columns
        that are equal in that keep their order.
        """
        values = self.values.astype(np.float64)
        values = values - values.mean(axis=0)
        norm = np.linalg.norm(values, axis=0)
        values /= np.where(norm > 0, norm, 1)
        total = np.abs(values.T @ values).sum(axis=0)
        return self.of(np.argsort(-total, kind="stable").tolist())

    def of(self, columns: Sequence[int]) -> DiscoveryData:
        """Return some columns, in the order asked for."""
        chosen = list(columns)
        names = tuple(self.names[k] for k in chosen)
        categories = tuple(self.categories[k] for k in chosen)
        codes = None not in categories
        values = self.values[:, chosen]
        return DiscoveryData(
            names,
            values.astype(np.int32, order="F") if codes else values.astype(np.float64, order="C"),
            categories,
            ordered=tuple(name for name in self.ordered if name in names),
            absent=None if self.absent is None else self.absent[:, chosen],
        )

    def take(self, rows: np.ndarray) -> DiscoveryData:
        """Return the table of some rows; a category keeps its code though no row may hold it."""
        absent = None if self.absent is None else self.absent[rows]
        if self.kind == "discrete":
            values = np.ascontiguousarray(self.values.T[:, rows]).T
        else:
            values = self.values[rows]
        return replace(self, values=values, absent=absent)

    def complete(self, columns: Sequence[int]) -> DiscoveryData:
        """Return some columns, and of them the rows in which none is missing."""
        chosen = self.of(columns)
        if chosen.absent is None:
            return chosen
        return replace(chosen.take(np.flatnonzero(~chosen.absent.any(axis=1))), absent=None)

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
        if self.absent is not None:
            raise DataError("A table with missing values cannot be cut; leave discretise out.")
        if self.kind == "discrete":
            return self
        columns: list[np.ndarray] = []
        categories: list[int | None] = []
        for column, count in zip(self.values.T, self.categories, strict=True):
            if count is None:
                edges = np.quantile(column, np.linspace(0, 1, bins + 1)[1:-1])
                cut = np.searchsorted(np.unique(edges), column, side="right")
                column, count = coded(cut)
            columns.append(column.astype(np.int32))
            categories.append(count)
        return replace(self, values=np.array(columns).T, categories=tuple(categories))


def as_discovery_data(
    data: Data | DiscoveryData, names: Sequence[str] | None = None, *, missing: Missing = "refuse"
) -> DiscoveryData:
    """Read a table and refuse what no algorithm can use.

    Parameters
    ----------
    data
        A numpy array [n, p], a data frame, a feature table, or a torch tensor.
    names
        Names of an array's columns; ``X1``, ``X2``, ... where left out.
    missing
        ``"refuse"`` missing values, or keep them for tests that leave rows out.

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
    if is_of(data, "causattn.features", "FeatureTable"):
        read = _from_feature_table(cast("FeatureTable", data))
    else:
        from causattn.discovery.reading import from_others

        read = from_others(data, names)
    if missing == "refuse":
        refuse_missing(read)
    return checked(read)


def _from_feature_table(table: FeatureTable) -> DiscoveryData:
    counts = tuple(None if labels is None else len(labels) for labels in table.categories)
    if table.data_kind == "discrete":
        return DiscoveryData(table.names, np.asfortranarray(table.values, dtype=np.int32), counts)
    return DiscoveryData(table.names, np.ascontiguousarray(table.values, dtype=np.float64), counts)


def is_of(data: Any, module: str, kind: str) -> bool:
    """Return whether data are of a class whose module need not be loaded for that.

    Who has a feature table or a data frame has loaded its module; who has an array should not wait
    for pandas, nor for the language models behind the features.
    """
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(data, getattr(loaded, kind))


def check_shape(names: tuple[str, ...], rows: int) -> None:
    """Raise for names that stand twice, and for too few variables or rows."""
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


def checked(data: DiscoveryData) -> DiscoveryData:
    """Raise for what no algorithm can use, and note what is constant."""
    check_shape(data.names, data.rows)
    if data.values.dtype.kind == "f":
        _check_numbers(data)
        constant = constant_columns(data.values)
        if data.absent is not None:  # constant where there are values
            constant = np.array(
                [len(np.unique(data.values[~data.absent[:, k], k])) < 2 for k in range(data.size)]
            )
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


def refuse_missing(data: DiscoveryData) -> None:
    """Raise where a variable has missing values."""
    if data.absent is None:
        return
    column = int(np.flatnonzero(data.absent.any(axis=0))[0])
    count = int(data.absent[:, column].sum())
    raise DataError(
        f"Variable {data.names[column]} has {count} missing value{'s' if count > 1 else ''}; drop "
        "those rows or the column, fill them in, or set missing=test-wise where independence is "
        "tested; more: causattn explain errors.missing-values."
    )


def named_list(names: Sequence[str]) -> str:
    """Return names as text, the first few and how many more."""
    return listed(names, _TOO_MANY_SHOWN)
