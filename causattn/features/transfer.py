"""The same features found in another corpus."""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.base import DataError
from causattn.corpora import Corpus, Mentions
from causattn.features.lexicon import find_units, unit_carriers
from causattn.features.registry import FEATURE_BUILDERS
from causattn.features.streamed import transfer_streamed
from causattn.features.table import FIND_AGAIN, FeatureKind, FeatureTable, with_pooled


def transfer_features(table: FeatureTable, corpus: Corpus, model: Any = None) -> FeatureTable:
    """Return the same features found in another corpus, such as a null one.

    Nothing is chosen again: names, order, words and documents are those of `table`; values and
    carriers are those of `corpus`.

    Parameters
    ----------
    table
        What `build_features` gave for the first corpus.
    corpus
        The other corpus: as many documents, the same variables.
    model
        As for `build_features`.

    Raises
    ------
    DataError
        Where the other corpus lacks the documents or variables, or a column became constant.
    """
    if len(table.documents) and table.documents.max() >= len(corpus):
        raise DataError(
            f"Features over {int(table.documents.max()) + 1} documents cannot be found in corpus "
            f"{corpus.name} of {len(corpus)}; build them for it."
        )
    kind = str(table.about.get("kind"))
    if kind in FEATURE_BUILDERS:
        return FEATURE_BUILDERS[kind].transfer(table, corpus, model)
    return transfer_table(table, corpus, model)


def transfer_table(table: FeatureTable, corpus: Corpus, model: Any = None) -> FeatureTable:
    """Return the same variables, outcome and words in another corpus; see `transfer_features`."""
    if table.about.get(FIND_AGAIN):
        return transfer_streamed(table, corpus, model)
    lexicon = table.about.get("lexicon")
    units = table.about.get("units", "words")
    found = None if lexicon is None else find_units(corpus.texts, units, model)
    values = np.empty((len(corpus), table.size))
    index = {} if found is None else {word: k for k, word in enumerate(found.vocabulary)}
    spoken = [
        [index[word] for word in (lexicon or {}).get(name, ()) if word in index]
        for name in table.names
    ]
    for column, (name, kind) in enumerate(zip(table.names, table.kinds, strict=True)):
        if kind == FeatureKind.PRESENCE:
            assert found is not None
            values[:, column] = found.presence(spoken[column]).any(axis=1)
        else:
            values[:, column] = known_values(corpus, name, kind)
    if found is None:
        carriers = _mentions_of(corpus, table)
    else:
        carriers = unit_carriers(found, spoken)
    return moved(table, values, carriers, corpus)


def known_values(corpus: Corpus, name: str, kind: FeatureKind) -> np.ndarray:
    """Return a variable's or the outcome's values, [n]."""
    if kind == FeatureKind.OUTPUT and corpus.outcome is not None:
        return corpus.outcome
    if corpus.values is None or name not in corpus.variables:
        raise DataError(f"Corpus {corpus.name} has no variable {name}; build features for it.")
    return corpus.values[:, corpus.variables.index(name)]


def _mentions_of(corpus: Corpus, table: FeatureTable) -> Mentions:
    """Return the corpus's mentions of the table's features."""
    column = {name: k for k, name in enumerate(table.names)}
    place = np.array([column.get(name, -1) for name in corpus.variables])
    return corpus.mentions.renumbered(variables=place)


def moved(
    table: FeatureTable, values: np.ndarray, carriers: Mentions, corpus: Corpus
) -> FeatureTable:
    """Return the table with the values of all of another corpus's documents, [n, f], and carriers.

    Those of the outputs, the pooled positions, are added.
    """
    outputs = [k for k, kind in enumerate(table.kinds) if kind == FeatureKind.OUTPUT]
    carriers = with_pooled(carriers, outputs, len(corpus))
    row = np.full(len(corpus), -1)
    row[table.documents] = np.arange(len(table.documents))
    return FeatureTable(
        names=table.names,
        kinds=table.kinds,
        values=values[table.documents],
        categories=table.categories,
        carriers=carriers.renumbered(documents=row),
        documents=table.documents,
        about={**table.about, "corpus": corpus.name},
    )
