"""Features of kind ``words`` over a corpus that stays on disk: two passes, constant memory.

The first pass counts in how many documents each word stands, the second notes which documents hold
the chosen words, one byte a document and feature. Occurrences are not kept: whoever needs them
finds them again in the documents at hand (`carriers_of`).

A vocabulary beyond `MOST_WORDS` is thinned out on the way in the manner of lossy counting (Manku
and Motwani 2002, "Approximate frequency counts over data streams", VLDB): each count is an upper
bound, words whose bound is low are let go, and a later newcomer starts from the highest bound let
go. The words that may lie in the wanted band are then counted once more, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from causattn.base import ConfigError, progress
from causattn.corpora import (
    Corpus,
    Mentions,
    Occurrences,
    content_words_by,
    languages_of,
    windows,
)
from causattn.features.assemble import check_outcome, drop_incomplete, last_of
from causattn.features.checks import checked
from causattn.features.lexicon import Units, find_units
from causattn.features.table import FIND_AGAIN, FeatureKind, FeatureTable
from causattn.features.words import (
    ABSENT_PRESENT,
    STREAMED_CELL,
    WordSettings,
    check_table_fits,
    choose_words,
    lexicon_of,
    merges,
)

MOST_WORDS = 1_000_000
"""Most different words counted at a time."""


def streamed_word_features(settings: WordSettings, corpus: Corpus, model: Any) -> FeatureTable:
    """Return the presence of the chosen words as a table without carriers.

    The words are those that `word_features` chooses; only the language, and whether pairs of
    characters of a script without spaces belong to one word, are judged by the first documents
    alone.

    Raises
    ------
    ConfigError
        For an empty band, one too wide for the vocabulary, or where no word is left.
    DataError
        Where an included word never occurs, and for constant, like or dependent columns.
    """
    if settings.metadata:
        raise ConfigError(
            "features.metadata names variables of the corpus, and texts on disk have none; use "
            "corpus=file, or leave it out."
        )
    include = [name.lower() for name in settings.include]
    frequency = document_frequencies(
        corpus.texts, settings.units, model, settings.min_share, include
    )
    vocabulary = list(frequency)
    first = next(windows(corpus.texts))

    def frequency_of(groups: Sequence[Sequence[int]]) -> np.ndarray:
        names = [vocabulary[own[0]] for own in groups]
        forms = [[vocabulary[k] for k in own] for own in groups]
        return _group_frequency(corpus.texts, names, forms, settings.units, model)

    content = content_words_by(
        vocabulary,
        np.array(list(frequency.values()), dtype=np.int64),
        len(corpus),
        languages_of(first, settings.language),
        frequency_of,
        merge=merges(settings),
    )
    chosen, left_out = choose_words(settings, content, find_units(first, settings.units, model))
    lexicon = lexicon_of(content, chosen)
    check_table_fits(len(corpus), len(chosen), cell=STREAMED_CELL)
    if not chosen:
        raise ConfigError(
            "No feature is left; exclude fewer (features.exclude) or choose another kind of "
            "features."
        )
    table = _table(
        corpus,
        lexicon,
        settings.units,
        model,
        left_out,
        outcome=settings.outcome,
        missing=settings.missing,
    )
    return checked(table, settings.collinear)


def transfer_streamed(table: FeatureTable, corpus: Corpus, model: Any) -> FeatureTable:
    """Return the same words' presence in another corpus that stays on disk."""
    words = [k for k, kind in enumerate(table.kinds) if kind == FeatureKind.PRESENCE]
    names = tuple(table.names[k] for k in words)
    lexicon = {name: table.about["lexicon"][name] for name in names}
    found = _presence(corpus.texts, names, lexicon, table.about["units"], model)
    values = np.empty((len(corpus), table.size), dtype=table.values.dtype)
    values[:, words] = found
    for column, kind in enumerate(table.kinds):
        if kind == FeatureKind.OUTPUT:
            assert corpus.outcome is not None
            values[:, column] = np.nan_to_num(corpus.outcome)  # rows without one are left out
    about = {**table.about, "corpus": corpus.name}
    return replace(table, values=values[table.documents], about=about)


def document_frequencies(
    texts: Sequence[str],
    units: Units,
    model: Any = None,
    min_share: float = 0.0,
    include: Iterable[str] = (),
    most: int = MOST_WORDS,
) -> dict[str, int]:
    """Return in how many documents each word stands, for the words in a share of `min_share`.

    Parameters
    ----------
    texts
        The documents; gone through once, or twice where there are more than `most` words.
    units, model
        As for `find_units`.
    min_share
        Rarer words may be left out.
    include
        Words to count whatever their share.
    most
        Most words to count at a time.

    Raises
    ------
    ConfigError
        Where more than `most` words could lie in the share asked for.
    """
    bound: dict[str, int] = {}
    floor = 0
    kept = set(include)
    with progress("Counting words", len(texts), "documents") as advance:
        for window in windows(texts):
            found = find_units(window, units, model)
            counts = found.document_frequency().tolist()
            for word, count in zip(found.vocabulary, counts, strict=True):
                bound[word] = bound.get(word, floor) + count
            if len(bound) > most:
                floor = sorted(bound.values())[len(bound) // 2]
                bound = {word: n for word, n in bound.items() if n > floor or word in kept}
            advance(len(window))
    if not floor:
        return bound
    least = min_share * len(texts)
    if floor >= least:
        raise ConfigError(
            f"The corpus has more than {most} different words, of which too many stand in a share "
            f"of features.min_share={min_share:g} of its documents to be counted; raise it above "
            f"{floor / len(texts):.2g}."
        )
    exact = {word: 0 for word, n in bound.items() if n >= least or word in kept}
    with progress("Counting words again", len(texts), "documents") as advance:
        for window in windows(texts):
            found = find_units(window, units, model)
            counts = found.document_frequency().tolist()
            for word, count in zip(found.vocabulary, counts, strict=True):
                if word in exact:
                    exact[word] += count
            advance(len(window))
    return {word: n for word, n in exact.items() if n}


def _group_frequency(
    texts: Sequence[str],
    names: Sequence[str],
    forms: Sequence[Sequence[str]],
    units: Units,
    model: Any,
) -> np.ndarray:
    """Return in how many documents a form of each word stands, int64 [g]; one pass."""
    lexicon = dict(zip(names, forms, strict=True))
    total = np.zeros(len(names), dtype=np.int64)
    with progress("Counting forms", len(texts), "documents") as advance:
        for window in windows(texts):
            found = find_units(window, units, model)
            held = found.incidence() @ _spoken(found, names, lexicon)
            total += np.bincount(held.nonzero()[1], minlength=len(names))
            advance(len(window))
    return total


def _presence(
    texts: Sequence[str],
    names: Sequence[str],
    lexicon: Mapping[str, Sequence[str]],
    units: Units,
    model: Any,
) -> np.ndarray:
    """Return which documents hold the words of which feature, uint8 [n, f]."""
    values = np.zeros((len(texts), len(names)), dtype=np.uint8)
    done = 0
    with progress("Finding words", len(texts), "documents") as advance:
        for window in windows(texts):
            found = find_units(window, units, model)
            document, column = (found.incidence() @ _spoken(found, names, lexicon)).nonzero()
            values[done + document, column] = 1
            done += len(window)
            advance(len(window))
    return values


def _spoken(
    found: Occurrences, names: Sequence[str], lexicon: Mapping[str, Sequence[str]]
) -> sparse.csr_array:
    """Return which word speaks of which feature, 0 or 1, sparse float64 [k, f]."""
    index = {word: k for k, word in enumerate(found.vocabulary)}
    pairs = [
        (index[word], column)
        for column, name in enumerate(names)
        for word in lexicon[name]
        if word in index
    ]
    words, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    shape = (len(found.vocabulary), len(names))
    return sparse.csr_array((np.ones(len(pairs)), (words, columns)), shape=shape)


def _table(
    corpus: Corpus,
    lexicon: Mapping[str, Sequence[str]],
    units: Units,
    model: Any,
    left_out: Mapping[str, Any],
    *,
    outcome: bool,
    missing: Any,
) -> FeatureTable:
    """Return the table over the documents that have an outcome, if one is asked for."""
    names = tuple(lexicon)
    values = _presence(corpus.texts, names, lexicon, units, model)
    kinds = (FeatureKind.PRESENCE,) * len(names)
    categories: tuple[tuple[str, ...] | None, ...] = (ABSENT_PRESENT,) * len(names)
    kept = np.arange(len(corpus))
    if outcome and corpus.outcome is not None:
        check_outcome(corpus, names)
        names, kinds = (*names, corpus.outcome_name), (*kinds, FeatureKind.OUTPUT)
        categories = (*categories, corpus.outcome_classes)
        column = corpus.outcome[:, None]
        kept = drop_incomplete(column, names[-1:], kinds[-1:], missing)
        classes = corpus.outcome_classes
        small = classes is not None and len(classes) < 256
        known = column[kept].astype(np.uint8 if small else np.float64)
        values = np.concatenate([values[kept], known], axis=1)
    return FeatureTable(
        names=names,
        kinds=kinds,
        values=values,
        categories=categories,
        carriers=Mentions.empty(),
        documents=kept.astype(np.int64),
        about={
            "kind": "words",
            "units": units,
            "lexicon": {name: list(words) for name, words in lexicon.items()},
            "left_out": dict(left_out),
            **(last_of(corpus) if FeatureKind.OUTPUT in kinds else {}),
            "corpus": corpus.name,
            "dropped_documents": len(corpus) - len(kept),
            FIND_AGAIN: True,
        },
    )
