"""The carriers of some rows of a table: as it holds them, or found again in the texts.

The carriers of a corpus that is larger than memory are larger than memory too. A table over such a
corpus keeps its lexicon (which words speak of which feature) and no carriers; they are found again
in the documents at hand, which costs a fraction of running a model over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from causattn.corpora import POOLED, Mentions
from causattn.features.table import FIND_AGAIN, FeatureKind, FeatureTable


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
    parts = [unit_carriers(found, spoken)]
    for column in np.flatnonzero(pooled_features(table)):
        every = np.arange(len(texts))
        pooled = np.full(len(texts), POOLED)
        parts.append(Mentions(every, np.full(len(texts), column), pooled, pooled))
    columns = ("document", "variable", "start", "end")
    return Mentions(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))
