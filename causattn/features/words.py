"""Features of kind ``words``: presence of frequent words, carried by every occurrence."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from causattn.base import ConfigError, DataError, free_gb
from causattn.corpora import Corpus, Occurrences, StoredTexts, is_unspaced
from causattn.features.assemble import Columns, Missing, assemble
from causattn.features.checks import Collinear
from causattn.features.contract import FeatureBuilder
from causattn.features.lexicon import Units, find_units, unit_carriers
from causattn.features.table import FeatureKind, FeatureTable

ABSENT_PRESENT = ("absent", "present")
CELL, STREAMED_CELL = 17, 2
"""Bytes that a cell of the table takes while it is made and checked, in memory and streamed."""


@dataclass(frozen=True)
class WordSettings:
    """Which words.

    Parameters
    ----------
    top
        How many words, the most document-frequent of the band first.
    units
        ``"words"``, or the ``"pieces"`` of the model's tokenizer. Chinese and other scripts without
        spaces are cut into pairs of characters as words, and as the tokenizer does as pieces.
    min_share, max_share
        The band: the share of documents that hold a word.
    include
        Words to use whatever their frequency, ahead of the others.
    exclude
        Words to leave out; one that does not occur does no harm.
    outcome
        Is the corpus's outcome, if it has one, a feature too?
    missing
        A document with an unknown value: ``"error"``, or ``"drop"`` it and count it.
    collinear
        A column that is a linear combination of others, or the same in every document:
        ``"error"``, or ``"drop"`` it and name it.
    """

    top: int = 30
    units: Units = "words"
    min_share: float = 0.02
    max_share: float = 0.5
    include: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    outcome: bool = True
    missing: Missing = "error"
    collinear: Collinear = "error"


class Words(FeatureBuilder):
    """Presence of the most frequent words of a document-frequency band."""

    name = "words"
    settings = WordSettings

    def needs_model(self, settings: WordSettings) -> bool:
        """Return whether pieces of the model's tokenizer are the units."""
        return settings.units == "pieces"

    def build(self, settings: WordSettings, corpus: Corpus, model: Any, seed: int) -> FeatureTable:
        """Return the table, in constant memory where the texts are on disk."""
        if isinstance(corpus.texts, StoredTexts):
            # Not above: it chooses words as this file does.
            from causattn.features.streamed import streamed_word_features

            return streamed_word_features(settings, corpus, model)
        return word_features(settings, corpus, model)


def word_features(settings: WordSettings, corpus: Corpus, model: Any) -> FeatureTable:
    """Return the presence of the chosen words as a table.

    Raises
    ------
    ConfigError
        For an empty band, or where no word is left.
    DataError
        Where an included word never occurs, and for constant, like or dependent columns.
    """
    check_band(settings)
    found = find_units(corpus.texts, settings.units, model)
    frequency = found.document_frequency()
    words = choose_words(settings, found.vocabulary, frequency, found.count, found)
    check_table_fits(found.count, len(words), cell=CELL)
    lexicon = {found.vocabulary[word]: [found.vocabulary[word]] for word in words}
    return assemble(
        corpus,
        word_columns(found, words),
        {"kind": "words", "units": settings.units, "lexicon": lexicon},
        outcome=settings.outcome,
        missing=settings.missing,
        collinear=settings.collinear,
    )


def check_band(settings: WordSettings) -> None:
    """Raise where the shares and the number of words asked for make no sense."""
    if not 0 <= settings.min_share <= settings.max_share <= 1 or settings.top < 0:
        raise ConfigError(
            f"features.min_share={settings.min_share:g}, features.max_share="
            f"{settings.max_share:g} and features.top={settings.top} are no band; give shares "
            "between 0 and 1, the smaller first, and a number of words."
        )


def check_table_fits(documents: int, words: int, cell: int) -> None:
    """Raise where a table takes more memory than is free.

    Parameters
    ----------
    documents, words
        Its size.
    cell
        Bytes that a cell takes while the table is made and checked.

    Raises
    ------
    ConfigError
        Naming the number of words that would fit.
    """
    free = free_gb()
    if free is None or table_gb(documents, words, cell) <= free:
        return
    fits = max((top for top in range(words) if table_gb(documents, top, cell) <= free), default=0)
    streamed = "" if cell <= STREAMED_CELL else ", or corpus=streamed, which takes an eighth"
    raise ConfigError(
        f"The table of {documents:,} documents and {words:,} words takes "
        f"{table_gb(documents, words, cell):.1f} GB while it is made, more than the {free:.1f} GB "
        f"that are free; use features.top={fits} or fewer, or fewer documents{streamed}."
    )


def table_gb(documents: int, words: int, cell: int) -> float:
    """Return what a table takes, and three matrices between its columns, in 10^9 bytes."""
    return (documents * words * cell + 3 * 8 * words**2) / 1e9


def word_columns(found: Occurrences, words: Sequence[int]) -> Columns:
    """Return the presence of these words as columns."""
    return Columns(
        names=tuple(found.vocabulary[word] for word in words),
        kinds=(FeatureKind.PRESENCE,) * len(words),
        values=found.presence(words).astype(float),
        categories=(ABSENT_PRESENT,) * len(words),
        carriers=unit_carriers(found, [[word] for word in words]),
    )


def choose_words(
    settings: WordSettings,
    vocabulary: Sequence[str],
    frequency: np.ndarray,
    count: int,
    found: Occurrences,
) -> list[int]:
    """Return the words to use: included ones, then the most document-frequent of the band.

    Parameters
    ----------
    settings
        Which words.
    vocabulary, frequency
        The words, and in how many documents each stands, int64 [k].
    count
        Number of documents.
    found
        The words of these documents, or of some of them, by which to judge what is part of what.
    """
    index = {word: k for k, word in enumerate(vocabulary)}
    place = {word: k for k, word in enumerate(found.vocabulary)}
    chosen = []
    for wanted in dict.fromkeys(name.lower() for name in settings.include):
        if wanted not in index:
            near = difflib.get_close_matches(wanted, index, n=1)
            hint = f"did you mean {near[0]}?" if near else "leave it out (features.include)."
            raise DataError(f"The word {wanted} (features.include) occurs in no document; {hint}")
        chosen.append(index[wanted])
    share = frequency / count
    excluded = {word.lower() for word in settings.exclude}
    # Frequent first, equals by code point, so that the choice hangs on no order of documents.
    ranked = sorted(
        np.flatnonzero((share >= settings.min_share) & (share <= settings.max_share)).tolist(),
        key=lambda word: (-frequency[word], vocabulary[word]),
    )
    room = len(chosen) + settings.top
    taken = set(chosen)
    for word in ranked:
        if len(chosen) >= room:
            break
        if word in taken or vocabulary[word] in excluded:
            continue
        if not _part_of_chosen(found, vocabulary[word], place, (vocabulary[k] for k in chosen)):
            chosen.append(word)
    return [word for word in chosen if vocabulary[word] not in excluded]


def _part_of_chosen(
    found: Occurrences, word: str, place: Mapping[str, int], chosen: Iterable[str]
) -> bool:
    """Return whether a pair of characters mostly overlaps a chosen one, being part of one word."""
    if not is_unspaced(word[0]) or word not in place:
        return False
    others = [place[other] for other in chosen if other in place and is_unspaced(other[0])]
    if not others:
        return False
    rows = np.flatnonzero(found.word == place[word])
    taken = np.isin(found.word, others)
    overlaps = np.zeros(len(rows), dtype=bool)
    for step in (-1, 1):
        beside = rows + step
        inside = (beside >= 0) & (beside < len(found.word))
        at = beside[inside]
        here = rows[inside]
        overlaps[inside] |= (
            taken[at]
            & (found.document[at] == found.document[here])
            & (found.start[at] < found.end[here])
            & (found.start[here] < found.end[at])
        )
    return bool(overlaps.mean() > 0.5)


FEATURES = Words()
