"""Where the words of features stand: from a list of words a feature to its carriers.

The units are words, or the pieces that the model's own tokenizer makes (which need no rule for
any script). A feature can have several units. No two carriers overlap: where overlapping units
of two features meet (pairs of Chinese characters), the feature that comes first keeps the place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np

from causattn.base import ConfigError
from causattn.corpora import Mentions, Occurrences, find_words, is_unspaced, is_word

Units = Literal["words", "pieces"]


def find_units(texts: Sequence[str], units: Units, model: Any) -> Occurrences:
    """Return every occurrence of every unit.

    Parameters
    ----------
    texts
        The documents.
    units
        ``"words"`` (see `causattn.corpora.find_words`) or ``"pieces"`` of the model's tokenizer;
        a piece that goes on inside a word is written ``##ing``, whatever the tokenizer's own sign.
    model
        A `LanguageModel`; only pieces need it.
    """
    if units == "words":
        return find_words(texts)
    if model is None:
        raise ConfigError("features.units=pieces needs a model's tokenizer; choose a model.")
    return Occurrences.of(_pieces(texts, model.tokenizer))


def unit_carriers(found: Occurrences, features: Sequence[Sequence[int]]) -> Mentions:
    """Return every occurrence of each feature's units as its carriers, none overlapping.

    Parameters
    ----------
    found
        The units of the documents.
    features
        Per feature its units, as indices into ``found.vocabulary``; a unit belongs to one feature.
    """
    owner = np.full(len(found.vocabulary), -1)
    for feature, words in enumerate(features):
        owner[list(words)] = feature
    rows = np.flatnonzero(owner[found.word] >= 0)
    rows = rows[_without_overlaps(found, rows, owner[found.word[rows]])]
    return Mentions(
        found.document[rows], owner[found.word[rows]], found.start[rows], found.end[rows]
    )


def _without_overlaps(found: Occurrences, rows: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """Return which of `rows` to keep so that none overlap, the earlier owner winning."""
    kept = np.ones(len(rows), dtype=bool)
    document, start, end = found.document[rows], found.start[rows], found.end[rows]
    # Units start in order and none is longer than its successors reach, so neighbours suffice.
    meets = (document[1:] == document[:-1]) & (start[1:] < end[:-1])
    if not meets.any():
        return kept
    first = np.flatnonzero(np.concatenate([[True], ~meets]))
    last = np.append(first[1:], len(rows))
    long = last - first > 1
    for low, high in zip(first[long].tolist(), last[long].tolist(), strict=True):
        taken: list[tuple[int, int]] = []
        for row in sorted(range(low, high), key=lambda row: (owner[row], start[row])):
            if any(start[row] < after and before < end[row] for before, after in taken):
                kept[row] = False
            else:
                taken.append((start[row], end[row]))
    return kept


def _pieces(texts: Sequence[str], tokenizer: Any) -> Iterator[list[tuple[str, int, int]]]:
    """Yield the pieces of each text that hold a letter or digit, lower case, with offsets."""
    batch = 1000
    for first in range(0, len(texts), batch):
        part = list(texts[first : first + batch])
        encoded = tokenizer(
            part, add_special_tokens=False, return_offsets_mapping=True, truncation=False
        )
        for text, offsets in zip(part, encoded["offset_mapping"], strict=True):
            row = []
            for low, high in offsets:
                piece = text[low:high]
                low += len(piece) - len(piece.lstrip())  # byte-level pieces hold their space
                piece = piece.strip()
                if not is_word(piece):
                    continue
                inside = low > 0 and is_word(text[low - 1]) and not is_unspaced(piece[0])
                row.append(
                    (f"##{piece.lower()}" if inside else piece.lower(), low, low + len(piece))
                )
            yield row
