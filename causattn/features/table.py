"""`FeatureTable`: documents by token features, and which characters of a document carry which.

The table is what discovery and effect estimation see; the carriers are what attention is summed
over. Both speak of the same features in the same order.

The carriers of a corpus that is larger than memory are larger than memory too. A table over such a
corpus keeps its lexicon (which words speak of which feature) and no carriers; they are found again
in the documents at hand, which costs a fraction of running a model over them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import DataError, Shown, listed, repeated
from causattn.corpora import POOLED, Mentions
from causattn.graphs import CausalGraph, sortabilities


def carriers_of(
    table: FeatureTable, rows: np.ndarray, texts: Sequence[str], model: Any = None
) -> Mentions:
    """Return the carriers in some rows of a table.

    Parameters
    ----------
    table
        The features.
    rows
        int64 [k], ascending rows of the table.
    texts
        The k documents of these rows.
    model
        A `LanguageModel`; needed only where its tokenizer's pieces are the units.

    Returns
    -------
    Mentions
        ``document`` counts `rows` from 0.
    """
    if table.about.get(FIND_AGAIN):
        return _found(table, texts, model)
    carriers = table.carriers
    if not len(rows):
        return Mentions.empty()
    # In the column's own type: another would have numpy copy all of it.
    ends = np.array([rows[0], rows[-1] + 1], dtype=carriers.document.dtype)
    low, high = np.searchsorted(carriers.document, ends)
    place = np.searchsorted(rows, carriers.document[low:high])
    kept = rows[np.minimum(place, len(rows) - 1)] == carriers.document[low:high]
    of = slice(low, high)
    return Mentions(
        place[kept],
        carriers.variable[of][kept],
        carriers.start[of][kept],
        carriers.end[of][kept],
    )


def with_carriers(
    table: FeatureTable, rows: np.ndarray, texts: Sequence[str], model: Any = None
) -> FeatureTable:
    """Return the table with the carriers of at least these rows.

    Parameters are those of `carriers_of`. A table that keeps its carriers is returned as it is.
    """
    if not table.about.get(FIND_AGAIN):
        return table
    found = carriers_of(table, rows, texts, model)
    carriers = Mentions(np.asarray(rows)[found.document], found.variable, found.start, found.end)
    about = {key: value for key, value in table.about.items() if key != FIND_AGAIN}
    return replace(table, carriers=carriers, about=about)


def pooled_features(table: FeatureTable) -> np.ndarray:
    """Return which features are carried by the pooled position, bool [f]."""
    if table.about.get(FIND_AGAIN):
        return np.array([kind == FeatureKind.OUTPUT for kind in table.kinds], dtype=bool)
    pooled = table.carriers.variable[table.carriers.start == POOLED]
    return np.isin(np.arange(table.size), pooled)


def _found(table: FeatureTable, texts: Sequence[str], model: Any) -> Mentions:
    """Return the occurrences of the lexicon's words, and each document's pooled position."""
    from causattn.features.lexicon import find_units, unit_carriers

    found = find_units(texts, table.about["units"], model)
    index = {word: k for k, word in enumerate(found.vocabulary)}
    lexicon = table.about["lexicon"]
    spoken = [
        [index[word] for word in lexicon.get(name, ()) if word in index] for name in table.names
    ]
    pooled = np.flatnonzero(pooled_features(table))
    return with_pooled(unit_carriers(found, spoken), pooled, len(texts))


def with_pooled(carriers: Mentions, columns: Iterable[int], count: int) -> Mentions:
    """Return carriers and, for some columns, the pooled position of each of `count` documents."""
    parts, pooled = [carriers], np.full(count, POOLED)
    for column in columns:
        parts.append(Mentions(np.arange(count), np.full(count, column), pooled, pooled))
    names = ("document", "variable", "start", "end")
    return Mentions(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


_BLOCK = 1 << 12
"""Rows that are looked at together."""

FIND_AGAIN = "carriers_found_anew"
"""Entry of `FeatureTable.about`: true where the table keeps no carriers."""


BY_DOCUMENT = "mentions"
"""Entry of `FeatureTable.about` that is as long as the table: no summary has it."""


class FeatureKind(StrEnum):
    """What a column of the table says of a document."""

    PRESENCE = "presence"
    """1 where the document holds the token or word, else 0."""
    SLOT = "slot"
    """Which value a variable's slot holds."""
    CONCEPT = "concept"
    """A label that a person or a program gave the document, carried by words that indicate it."""
    METADATA = "metadata"
    """A column beside the texts, such as the year: no token carries it, no model reads it."""
    OUTPUT = "output"
    """The outcome or the model's output for the document."""


@dataclass(frozen=True, repr=False)
class FeatureTable(Shown):
    """Documents by features.

    Parameters
    ----------
    names
        The f features' names, all different.
    kinds
        The kind of each column.
    values
        float64 [n, f] (uint8 of a corpus that stays on disk, where all columns are discrete); an
        index into `categories` where the column is discrete, no NaN.
    categories
        Per column the names of its values, None where it is continuous.
    carriers
        Which characters of which row's document carry which feature; ``carriers.document`` counts
        rows of this table, ``carriers.variable`` its columns. Those of a corpus that stays on disk
        are not kept; `carriers_of` has them for either.
    documents
        int64 [n], the corpus's document behind each row.
    about
        Where it came from, JSON-like.

    Raises
    ------
    DataError
        For repeated names, a constant column, a missing or infinite value, or mismatched shapes.
    """

    names: tuple[str, ...]
    kinds: tuple[FeatureKind, ...]
    values: np.ndarray
    categories: tuple[tuple[str, ...] | None, ...]
    carriers: Mentions
    documents: np.ndarray
    about: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(set(self.names)) != len(self.names):
            twice = repeated(self.names)
            raise DataError(
                f"Feature{'s' if len(twice) > 1 else ''} {listed(twice)} stand twice in the "
                "table; give each column one name."
            )
        shape = (len(self.documents), len(self.names))
        if self.values.shape != shape:
            raise DataError(f"A feature table of shape {shape} got values {self.values.shape}.")
        missing, infinite, varies = _gaps_and_varying(self.values)
        for column in np.flatnonzero((missing > 0) | (infinite > 0) | ~varies):
            name = self.names[column]
            if infinite[column]:
                raise DataError(
                    f"Feature {name} has {infinite[column]} infinite values; drop those documents "
                    "or the feature (features.exclude=[...])."
                )
            if missing[column]:
                raise DataError(
                    f"Feature {name} has {missing[column]} missing values; drop those "
                    "documents or the feature (features.exclude=[...])."
                )
            raise DataError(
                f"Feature {name} has the same value in every document and cannot be cause or "
                "effect of anything; leave it out (features.exclude=[...])."
            )

    @property
    def size(self) -> int:
        """Number of features."""
        return len(self.names)

    @property
    def constant(self) -> tuple[str, ...]:
        """Names of the features that were left out since they are the same in every document."""
        return tuple(self.about.get("dropped_constant") or ())

    @property
    def metadata(self) -> tuple[int, ...]:
        """The columns that stand beside the texts, carried by no token."""
        return tuple(k for k, kind in enumerate(self.kinds) if kind is FeatureKind.METADATA)

    @property
    def determined(self) -> dict[str, list[str]]:
        """Features that were left out, and the columns that determine each: none, if constant."""
        return {
            **{name: [] for name in self.constant},
            **(self.about.get("dropped_collinear") or {}),
        }

    @property
    def discrete(self) -> np.ndarray:
        """Which columns are discrete, bool [f]."""
        return np.array([labels is not None for labels in self.categories], dtype=bool)

    @property
    def data_kind(self) -> str:
        """``"discrete"``, ``"continuous"`` or ``"mixed"``, as the algorithms ask for it."""
        if self.discrete.all():
            return "discrete"
        return "mixed" if self.discrete.any() else "continuous"

    def frame(self) -> pd.DataFrame:
        """Return the values as a data frame, discrete columns as integer codes."""
        columns = {
            name: self.values[:, k].astype(np.int64) if self.discrete[k] else self.values[:, k]
            for k, name in enumerate(self.names)
        }
        return pd.DataFrame(columns)

    def summary(self, truth: CausalGraph | None = None) -> dict[str, Any]:
        """Return counts, the kind of data and where it came from.

        Parameters
        ----------
        truth
            The true graph over the same names, for the table's sortability by it.
        """
        return {
            "count": self.size,
            "rows": len(self.documents),
            "data": self.data_kind,
            "sortability": {} if truth is None else sortabilities(self.values, truth),
            "outcomes": [n for n, k in zip(self.names, self.kinds, strict=True) if k == "output"],
            **{key: entry for key, entry in self.about.items() if key != BY_DOCUMENT},
        }

    def to_frame(self) -> pd.DataFrame:
        """Return one row a document, values by name where discrete."""
        columns = {
            name: self.values[:, k]
            if labels is None
            else np.array(labels, dtype=object)[self.values[:, k].astype(np.int64)]
            for k, (name, labels) in enumerate(zip(self.names, self.categories, strict=True))
        }
        return pd.DataFrame(columns)


def _gaps_and_varying(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each column's numbers of gaps and of infinities, and whether it varies."""
    missing, infinite = np.zeros((2, values.shape[1]), dtype=np.int64)
    varies = np.full(values.shape[1], not len(values))
    for start in range(0, len(values), _BLOCK):
        block = values[start : start + _BLOCK]
        missing += np.isnan(block).sum(axis=0)
        infinite += np.isinf(block).sum(axis=0)
        varies |= (block != values[0]).any(axis=0)
    return missing, infinite, varies


def select_features(table: FeatureTable, columns: Sequence[int]) -> FeatureTable:
    """Return the table with these columns, in this order."""
    place = np.full(table.size, -1)
    place[list(columns)] = np.arange(len(columns))
    return replace(
        table,
        names=tuple(table.names[column] for column in columns),
        kinds=tuple(table.kinds[column] for column in columns),
        values=table.values[:, list(columns)],
        categories=tuple(table.categories[column] for column in columns),
        carriers=table.carriers.renumbered(variables=place),
    )
