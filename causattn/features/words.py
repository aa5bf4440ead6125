"""Features of kind ``words``: presence of content words, carried by every occurrence.

Function words are left out and inflected forms are one word (`causattn.corpora.ContentWords`);
``about["left_out"]`` of the table says which.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from causattn.base import ConfigError, DataError, free_gb
from causattn.corpora import (
    ContentWords,
    Corpus,
    Occurrences,
    StoredTexts,
    content_words_of,
    group_presence,
    is_unspaced,
    languages_of,
)
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
        How many words, those whose presence differs most between documents first: the nearer to
        half of the documents hold a word, the earlier it comes.
    units
        ``"words"``, or the ``"pieces"`` of the model's tokenizer. Chinese and other scripts without
        spaces are cut into pairs of characters as words, and as the tokenizer does as pieces.
    min_share, max_share
        The band: the share of documents that hold a word.
    language
        ``"en"``, ``"zh"``, ``"de"``, ``"fr"`` or ``"es"``; ``"auto"`` sees by the texts,
        ``"unknown"`` has no function words and no stemmer.
    function_words
        Words such as *the*, *my* and *came*: ``"drop"`` them (those under include apart), or
        ``"keep"`` them.
    forms
        Inflected forms, such as *waiter* and *waiters*: ``"merge"`` them to one word by Snowball's
        stemmer of the language, or ``"keep"`` them apart. Pieces are never merged.
    include
        Words to use whatever their frequency, ahead of the others.
    exclude
        Words to leave out, with their forms; one that does not occur does no harm.
    metadata
        Variables of the corpus (such as year and city of corpus.columns) that stand beside the
        words as features without a text: they come before all words (assumed), attention does not
        restrict their edges, and no intervention on the model reaches them.
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
    max_share: float = 0.8
    language: str = "auto"
    function_words: Literal["drop", "keep"] = "drop"
    forms: Literal["merge", "keep"] = "merge"
    include: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    metadata: list[str] = field(default_factory=list)
    outcome: bool = True
    missing: Missing = "error"
    collinear: Collinear = "error"

    def __post_init__(self) -> None:
        if not 0 <= self.min_share <= self.max_share <= 1 or self.top < 0:
            raise ConfigError(
                f"features.min_share={self.min_share:g}, features.max_share={self.max_share:g} and "
                f"features.top={self.top} are no band; give shares between 0 and 1, the smaller "
                "first, and a number of words."
            )


class Words(FeatureBuilder):
    """Presence of the content words that differ most between documents."""

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
        Where no word is left.
    DataError
        Where an included word never occurs, and for constant, like or dependent columns.
    """
    languages = languages_of(corpus.texts, settings.language)
    found = find_units(corpus.texts, settings.units, model)
    content = content_words_of(found, languages, merge=merges(settings))
    words, left_out = choose_words(settings, content, found)
    check_table_fits(found.count, len(words), cell=CELL)
    return assemble(
        corpus,
        word_columns(found, [content.forms[word] for word in words]),
        {
            "kind": "words",
            "units": settings.units,
            "lexicon": lexicon_of(content, words),
            "left_out": left_out,
        },
        outcome=settings.outcome,
        missing=settings.missing,
        collinear=settings.collinear,
        metadata=settings.metadata,
    )


def merges(settings: WordSettings) -> bool:
    """Return whether inflected forms are one word."""
    return settings.forms == "merge" and settings.units == "words"


def lexicon_of(content: ContentWords, words: Sequence[int]) -> dict[str, list[str]]:
    """Return the forms of each word by its name."""
    return {
        content.name(word): [content.vocabulary[form] for form in content.forms[word]]
        for word in words
    }


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


def word_columns(found: Occurrences, words: Sequence[Sequence[int]]) -> Columns:
    """Return the presence of these words as columns, each with its forms, the name's first."""
    present = group_presence(found, words).toarray() if words else np.zeros((found.count, 0))
    return Columns(
        names=tuple(found.vocabulary[forms[0]] for forms in words),
        kinds=(FeatureKind.PRESENCE,) * len(words),
        values=present,
        categories=(ABSENT_PRESENT,) * len(words),
        carriers=unit_carriers(found, words),
    )


def choose_words(
    settings: WordSettings, content: ContentWords, found: Occurrences
) -> tuple[list[int], dict[str, Any]]:
    """Return the words to use, included ones first, and what was left out.

    Parameters
    ----------
    settings
        Which words.
    content
        The words of all documents.
    found
        The forms in these documents, or in some of them, by which to judge what is part of what.
    """
    index = {content.vocabulary[k]: word for word, own in enumerate(content.forms) for k in own}
    place = {word: k for k, word in enumerate(found.vocabulary)}
    chosen = []
    for wanted in dict.fromkeys(name.lower() for name in settings.include):
        if wanted not in index:
            near = difflib.get_close_matches(wanted, index, n=1)
            hint = f"did you mean {near[0]}?" if near else "leave it out (features.include)."
            raise DataError(f"The word {wanted} (features.include) occurs in no document; {hint}")
        chosen.append(index[wanted])
    chosen = list(dict.fromkeys(chosen))
    excluded = {index[word.lower()] for word in settings.exclude if word.lower() in index}
    room = len(chosen) + settings.top
    taken, function_words = set(chosen) | excluded, []
    band = content.band(settings.min_share, settings.max_share)
    pairs = [word for word in band if is_unspaced(content.name(word)[0])]
    for word in band:
        if word in taken:
            continue
        if settings.function_words == "drop" and content.is_function_word(word):
            function_words.append(word)
        elif len(chosen) < room:
            # What is part of a pair that more documents hold is no word, chosen though it be.
            more = [pair for pair in pairs if content.documents[pair] > content.documents[word]]
            if not _part_of(found, content.name(word), place, content.names([*chosen, *more])):
                chosen.append(word)
    kept = [word for word in chosen if word not in excluded]
    return kept, content.left_out(kept, function_words, settings.max_share)


def _part_of(found: Occurrences, word: str, place: Mapping[str, int], pairs: Iterable[str]) -> bool:
    """Return whether a pair of characters mostly overlaps some others, being part of one word."""
    if not is_unspaced(word[0]) or word not in place:
        return False
    others = [place[other] for other in pairs if other in place and is_unspaced(other[0])]
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
