"""From values to texts: one slot a variable, with the characters that carry each value.

A slot is ``before + value + after``. Texts and the offsets of their values come from the same
table of lengths, for all documents at once, so that ``text[start:end]`` is the value's text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from causattn.base import CapabilityError
from causattn.corpora.corpus import Corpus, Mentions

HIDDEN = "?"
"""What stands for a value that is hidden or unknown."""


@dataclass(frozen=True)
class Slot:
    """How one variable is written: ``before + values[code] + after``; the value is the mention."""

    before: str
    values: tuple[str, ...]
    after: str


def render(
    codes: np.ndarray, order: np.ndarray, slots: Sequence[Slot], separator: str = " "
) -> tuple[list[str], Mentions]:
    """Render documents, one slot a variable.

    Parameters
    ----------
    codes
        int [n, v], the value of each variable in each document.
    order
        int [n, v] or [1, v], the variable that stands at each place of a document.
    slots
        The v variables' slots.
    separator
        What stands between two slots.

    Returns
    -------
    The n texts, and the mentions of all values.
    """
    count, width = codes.shape
    order = np.broadcast_to(order, codes.shape)
    first = np.cumsum([0, *(len(slot.values) for slot in slots)])
    pieces = [slot.before + value + slot.after for slot in slots for value in slot.values]
    which = first[order] + np.take_along_axis(codes, order, axis=1)
    texts = [separator.join([pieces[piece] for piece in row]) for row in which.tolist()]

    value_length = np.array([len(value) for slot in slots for value in slot.values])[which]
    piece_length = np.array([len(piece) for piece in pieces])[which]
    offset = np.cumsum(piece_length + len(separator), axis=1) - piece_length - len(separator)
    start = offset + np.array([len(slot.before) for slot in slots])[order]
    document = np.repeat(np.arange(count), width)
    return texts, Mentions(
        document, order.reshape(-1), start.reshape(-1), (start + value_length).reshape(-1)
    )


def rewrite(corpus: Corpus, values: np.ndarray) -> Corpus:
    """Return the corpus with other values written in the same slots, everything else as it was.

    Parameters
    ----------
    corpus
        A corpus whose slots can be rewritten (it has ``value_texts``).
    values
        float64 [n, v], codes into the categories; where NaN, a slot keeps its value and text.

    Raises
    ------
    CapabilityError
        Where the corpus has no slots to rewrite.
    """
    if corpus.value_texts is None or corpus.values is None:
        raise CapabilityError(
            f"Corpus {corpus.name} has no slots whose values can be rewritten; use one rendered "
            "from a Bayesian network."
        )
    mentions = corpus.mentions
    wanted = values[mentions.document, mentions.variable]
    kept = np.isnan(wanted)
    first = np.cumsum([0, *(len(texts) for texts in corpus.value_texts)])
    pieces = [text for texts in corpus.value_texts for text in texts]
    which = first[mentions.variable] + np.where(kept, 0, wanted).astype(np.int64)
    old_length = mentions.end - mentions.start
    length = np.where(kept, old_length, np.array([len(piece) for piece in pieces])[which])

    bounds = mentions.of_documents(len(corpus))
    grown = np.cumsum(length - old_length)
    before_document = np.concatenate([[0], grown])[bounds[:-1]]
    shift = grown - (length - old_length) - before_document[mentions.document]
    start = mentions.start + shift

    texts = []
    starts, ends = mentions.start.tolist(), mentions.end.tolist()
    choice, keep = which.tolist(), kept.tolist()
    for text, low, high in zip(corpus.texts, bounds[:-1], bounds[1:], strict=True):
        parts, done = [], 0
        for row in range(low, high):
            parts.append(text[done : starts[row]])
            done = ends[row]
            parts.append(text[starts[row] : done] if keep[row] else pieces[choice[row]])
        parts.append(text[done:])
        texts.append("".join(parts))
    return replace(
        corpus,
        texts=texts,
        values=np.where(np.isnan(values), corpus.values, values),
        mentions=Mentions(mentions.document, mentions.variable, start, start + length),
    )


def safe_words(
    names: Sequence[str], taken: Sequence[str] = (), forbidden: str = ""
) -> tuple[str, ...]:
    """Return names as words without white space or control characters, all different.

    They differ even where a tokenizer folds case. A name that had to change and then met another
    gets a number, such as ``a_b_2``.

    Parameters
    ----------
    names
        What to render.
    taken
        Words that none of them may become.
    forbidden
        Characters that they must not hold.
    """
    words: list[str] = []
    used = {word.casefold() for word in taken}
    for name in names:
        shown = ("_" if _unseen(letter) or letter in forbidden else letter for letter in name)
        word = base = "".join(shown) or "_"
        number = 2
        while word.casefold() in used:
            word, number = f"{base}_{number}", number + 1
        used.add(word.casefold())
        words.append(word)
    return tuple(words)


def _unseen(letter: str) -> bool:
    """Return whether a character is white space, a control or a format character."""
    return letter.isspace() or unicodedata.category(letter)[0] in "CZ"
