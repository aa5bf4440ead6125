"""`Occurrences`: where the words of a corpus stand, in any script.

A word is a run of letters, digits, underscores and combining marks, apostrophes inside it
included. Scripts that put no spaces between words (Han, kana, Thai, Lao, Khmer, Burmese) are cut
into overlapping pairs of characters, the usual index unit for them where no dictionary is at hand
(Nie, Gao, Zhang, Zhou 2000, "On the use of words and n-grams for Chinese information retrieval",
IRAL), or into single characters.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)

Unspaced = Literal["pairs", "characters"]


@dataclass(frozen=True)
class Occurrences:
    """Every occurrence of every word, as parallel arrays sorted by document and start.

    Parameters
    ----------
    vocabulary
        The k words, lower case unless asked otherwise, in order of first occurrence.
    document, word, start, end
        int32 [m]: document, index into `vocabulary`, character offsets (end excluded).
    count
        Number of documents.
    """

    vocabulary: tuple[str, ...]
    document: np.ndarray
    word: np.ndarray
    start: np.ndarray
    end: np.ndarray
    count: int

    @classmethod
    def of(cls, rows: Iterable[Iterable[tuple[str, int, int]]]) -> Occurrences:
        """Collect (word, start, end) of each document in turn."""
        index: dict[str, int] = {}
        # Four bytes a number, where a list of them takes ten times as much.
        word, start, end, counts = (array("i") for _ in range(4))
        for row in rows:
            before = len(word)
            for text, low, high in row:
                word.append(index.setdefault(text, len(index)))
                start.append(low)
                end.append(high)
            counts.append(len(word) - before)
        document = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        words, starts, ends = (np.array(part, dtype=np.int32) for part in (word, start, end))
        return cls(tuple(index), document, words, starts, ends, len(counts))

    @functools.cached_property
    def _distinct(self) -> tuple[np.ndarray, np.ndarray]:
        """Document and word of every pair that occurs, each once."""
        size = max(len(self.vocabulary), 1)
        keys = np.unique(self.document.astype(np.int64) * size + self.word)
        return keys // size, keys % size

    def document_frequency(self, rows: np.ndarray | None = None) -> np.ndarray:
        """Return in how many documents each word stands, int64 [k].

        Parameters
        ----------
        rows
            bool [n], the documents to count; all of them unless given.
        """
        document, word = self._distinct
        kept = word if rows is None else word[rows[document]]
        return np.bincount(kept, minlength=len(self.vocabulary))

    def incidence(self) -> sparse.csr_array:
        """Return which document holds which word, 0 or 1, sparse float64 [n, k]."""
        document, word = self._distinct
        shape = (self.count, len(self.vocabulary))
        return sparse.csr_array((np.ones(len(word)), (document, word)), shape=shape)

    def presence(self, words: Sequence[int]) -> np.ndarray:
        """Return which document holds which of `words`, bool [n, len(words)]."""
        column = np.full(len(self.vocabulary), -1)
        column[list(words)] = np.arange(len(words))
        document, word = self._distinct
        kept = column[word] >= 0
        table = np.zeros((self.count, len(words)), dtype=bool)
        table[document[kept], column[word[kept]]] = True
        return table


def find_words(
    texts: Sequence[str], *, unspaced: Unspaced = "pairs", lowercase: bool = True
) -> Occurrences:
    """Return every word of every text.

    Parameters
    ----------
    texts
        The documents.
    unspaced
        How scripts without spaces are cut: overlapping ``"pairs"`` or single ``"characters"``.
    lowercase
        Whether ``Food`` and ``food`` are one word. Composed and decomposed accents always are.
    """
    keys = _Keys(lowercase)
    return Occurrences.of(
        [(keys[word], low, high) for word, low, high in _words(text, unspaced)] for text in texts
    )


def is_unspaced(letter: str) -> bool:
    """Return whether a character belongs to a script that puts no spaces between words."""
    return bool(_patterns()["unspaced"].match(letter))


def is_word(text: str) -> bool:
    """Return whether a text holds a letter or digit, rather than punctuation alone."""
    return bool(_patterns()["word"].search(text))


def _words(text: str, unspaced: Unspaced) -> Iterator[tuple[str, int, int]]:
    """Yield each word of a text with its offsets."""
    for found in _patterns()["word"].finditer(text):
        start, end = found.span()
        if found.lastgroup == "spaced":
            yield found.group(), start, end
            continue
        step = 2 if unspaced == "pairs" else 1
        for low in range(start, max(end - step + 1, start + 1)):
            high = min(low + step, end)
            yield text[low:high], low, high


class _Keys(dict[str, str]):
    """The vocabulary key of each word as it is written, worked out once a word."""

    def __init__(self, lowercase: bool) -> None:
        super().__init__()
        self.lowercase = lowercase

    def __missing__(self, word: str) -> str:
        key = unicodedata.normalize("NFC", word.lower() if self.lowercase else word)
        self[word] = key
        return key


@functools.cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    r"""Return the compiled patterns; ``\w`` of `re` lacks the combining marks, added here."""
    marks = [code for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M"]
    extra = "".join(chr(code) for code in marks if not re.match(f"[{_UNSPACED}]", chr(code)))
    letter = rf"(?:(?![{_UNSPACED}])[\w{extra}])"
    return {
        "word": re.compile(
            rf"(?P<unspaced>[{_UNSPACED}]+)|(?P<spaced>{letter}+(?:['’]{letter}+)*)"
        ),
        "unspaced": re.compile(f"[{_UNSPACED}]"),
    }
