"""Which kind of features a configuration asks for, and the same features over another corpus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from causattn.base import DataError, choose, settings_from
from causattn.corpora import POOLED, Corpus, Mentions, StoredTexts
from causattn.features.carriers import FOUND_ANEW
from causattn.features.concepts import ConceptSettings, concept_features
from causattn.features.lexicon import find_units, unit_carriers
from causattn.features.slots import SlotSettings, slot_features
from causattn.features.streamed import streamed_word_features, transfer_streamed
from causattn.features.table import FeatureKind, FeatureTable
from causattn.features.words import WordSettings, word_features


def _words(settings: WordSettings, corpus: Corpus, model: Any) -> FeatureTable:
    """Return features of kind ``words``, in constant memory where the texts are on disk."""
    on_disk = isinstance(corpus.texts, StoredTexts)
    return (streamed_word_features if on_disk else word_features)(settings, corpus, model)


KINDS: dict[str, tuple[type, Callable[[Any, Corpus, Any], FeatureTable]]] = {
    "slots": (SlotSettings, slot_features),
    "words": (WordSettings, _words),
    "concepts": (ConceptSettings, concept_features),
}


def build_features(
    settings: Mapping[str, Any], corpus: Corpus, model: Any = None, seed: int = 0
) -> FeatureTable:
    """Return the table of features that a configuration describes.

    Parameters
    ----------
    settings
        The group ``features`` of the configuration: ``kind`` and the settings of that kind.
    corpus
        The documents.
    model
        A `LanguageModel`; needed only where its tokenizer's pieces are the units.
    seed
        The run's seed; none of the kinds here draws anything.

    Raises
    ------
    ConfigError
        For an unknown kind or setting, or features that the corpus does not have.
    DataError
        For gaps, constant, like, dependent or unseen columns.
    """
    _, build = choose(str(settings.get("kind")), KINDS, "features.kind")
    return build(feature_settings(settings), corpus, model)


def feature_settings(settings: Mapping[str, Any]) -> Any:
    """Return the settings of the group `features`, checked.

    Raises
    ------
    ConfigError
        For an unknown kind or setting.
    """
    kind, _ = choose(str(settings.get("kind")), KINDS, "features.kind")
    own = {key: value for key, value in settings.items() if key != "kind"}
    return settings_from(kind, own, "features")


def transfer_features(table: FeatureTable, corpus: Corpus, model: Any = None) -> FeatureTable:
    """Return the same features found in another corpus, such as a null one.

    Nothing is chosen anew: names, order, words and documents are those of `table`; values and
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
    if table.about.get(FOUND_ANEW):
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
            values[:, column] = _known_values(corpus, name, kind)
    if found is None:
        carriers = _mentions_of(corpus, table)
    else:
        carriers = unit_carriers(found, spoken)
    return _with_rows(table, values, _with_pooled(carriers, table, len(corpus)), corpus)


def _known_values(corpus: Corpus, name: str, kind: FeatureKind) -> np.ndarray:
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
    mentions = corpus.mentions
    rows = place[mentions.variable] >= 0
    return Mentions(
        mentions.document[rows],
        place[mentions.variable[rows]],
        mentions.start[rows],
        mentions.end[rows],
    )


def _with_pooled(carriers: Mentions, table: FeatureTable, count: int) -> Mentions:
    """Return the carriers with the pooled position of every document for each output."""
    parts = [carriers]
    for column, kind in enumerate(table.kinds):
        if kind == FeatureKind.OUTPUT:
            pooled = np.full(count, POOLED)
            parts.append(Mentions(np.arange(count), np.full(count, column), pooled, pooled))
    columns = ("document", "variable", "start", "end")
    return Mentions(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))


def _with_rows(
    table: FeatureTable, values: np.ndarray, carriers: Mentions, corpus: Corpus
) -> FeatureTable:
    """Return the table over its documents with new values and carriers."""
    row = np.full(len(corpus), -1)
    row[table.documents] = np.arange(len(table.documents))
    held = row[carriers.document] >= 0
    return FeatureTable(
        names=table.names,
        kinds=table.kinds,
        values=values[table.documents],
        categories=table.categories,
        carriers=Mentions(
            row[carriers.document[held]],
            carriers.variable[held],
            carriers.start[held],
            carriers.end[held],
        ),
        documents=table.documents,
        about={**table.about, "corpus": corpus.name},
    )
