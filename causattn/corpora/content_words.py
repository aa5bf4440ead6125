"""Which words of a corpus say what its documents are about: `ContentWords`.

Function words are left out, inflected forms are one, and the words whose presence differs most
between documents come first. What is left out is kept, to be said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from causattn.corpora.languages import is_function_word, language_names, stemmer_of
from causattn.corpora.occurrences import Occurrences

_SHOWN = 20
"""Most words that are listed of each reason to leave some out."""


@dataclass(frozen=True)
class ContentWords:
    """Words, forms of one together.

    Parameters
    ----------
    forms
        Per word its forms, as indices into the vocabulary, the most frequent first.
    documents
        int64 [g], in how many documents a form of it stands.
    count
        Number of documents.
    vocabulary
        All forms.
    languages
        The corpus's languages.
    """

    forms: tuple[tuple[int, ...], ...]
    documents: np.ndarray
    count: int
    vocabulary: Sequence[str]
    languages: tuple[str, ...]

    def name(self, word: int) -> str:
        """Return what a word is called: its most frequent form."""
        return self.vocabulary[self.forms[word][0]]

    def names(self, words: Sequence[int]) -> list[str]:
        """Return what words are called."""
        return [self.name(word) for word in words]

    def band(self, min_share: float, max_share: float) -> list[int]:
        """Return the words of a band of shares, those that differ most between documents first.

        The presence of a word varies most where half of the documents hold it. Equals go by code
        point, so that the choice hangs on no order of documents.
        """
        share = self.documents / self.count
        inside = np.flatnonzero((share >= min_share) & (share <= max_share)).tolist()
        rarer = np.minimum(self.documents, self.count - self.documents)
        return sorted(
            inside, key=lambda word: (-rarer[word], -self.documents[word], self.name(word))
        )

    def is_function_word(self, word: int) -> bool:
        """Return whether a form of it is a function word."""
        return any(is_function_word(self.vocabulary[k], self.languages) for k in self.forms[word])

    def left_out(
        self, chosen: Sequence[int], function_words: Sequence[int], max_share: float
    ) -> dict[str, Any]:
        """Return what was left out and merged, JSON-like, by the reason.

        Parameters
        ----------
        chosen, function_words
            The words that are used, and the function words of the band.
        max_share
            Upper end of the band.
        """
        above = np.flatnonzero(self.documents > max_share * self.count)
        above = above[np.argsort(-self.documents[above], kind="stable")]
        content = [word for word in above.tolist() if not self.is_function_word(word)]
        return {
            "languages": list(self.languages),
            "function_words": self.names(function_words[:_SHOWN]),
            "function_word_count": len(function_words),
            "too_frequent": self.names(content[:_SHOWN]),
            "merged": {
                self.name(word): [self.vocabulary[k] for k in self.forms[word][1:]]
                for word in chosen
                if len(self.forms[word]) > 1
            },
        }


def content_words_by(
    vocabulary: Sequence[str],
    frequency: np.ndarray,
    count: int,
    languages: tuple[str, ...],
    frequency_of: Callable[[Sequence[Sequence[int]]], np.ndarray],
    *,
    merge: bool = True,
) -> ContentWords:
    """Return the words of a corpus with their forms together.

    Parameters
    ----------
    vocabulary, frequency
        The forms, and in how many documents each stands, int64 [k].
    count
        Number of documents.
    languages
        Whose stemmer and function words count.
    frequency_of
        Returns in how many documents a form of each of some words stands, int64; asked only about
        words with several forms.
    merge
        Whether inflected forms are one word.
    """
    found: dict[str, list[int]] = {}
    key = stemmer_of(languages) if merge else str
    for k in sorted(range(len(vocabulary)), key=lambda k: (-frequency[k], vocabulary[k])):
        # A function word is no form of a content word (*used*, *user*).
        own = merge and is_function_word(vocabulary[k], languages)
        found.setdefault(f"={vocabulary[k]}" if own else key(vocabulary[k]), []).append(k)
    forms = tuple(map(tuple, found.values()))
    documents = np.array([frequency[own[0]] for own in forms], dtype=np.int64)
    several = [word for word, own in enumerate(forms) if len(own) > 1]
    if several:
        documents[several] = frequency_of([forms[word] for word in several])
    return ContentWords(forms, documents, count, vocabulary, languages)


def content_words_of(
    found: Occurrences, languages: tuple[str, ...], *, merge: bool = True
) -> ContentWords:
    """Return the words of documents whose occurrences are at hand; see `content_words_by`."""

    def frequency_of(groups: Sequence[Sequence[int]]) -> np.ndarray:
        return np.asarray(group_presence(found, groups).sum(axis=0)).ravel().astype(np.int64)

    return content_words_by(
        found.vocabulary,
        found.document_frequency(),
        found.count,
        languages,
        frequency_of,
        merge=merge,
    )


def group_presence(found: Occurrences, groups: Sequence[Sequence[int]]) -> sparse.csr_array:
    """Return which document holds a word of which group, 0 or 1, sparse float64 [n, g]."""
    words = np.concatenate([np.asarray(group, dtype=np.int64) for group in groups])
    column = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    shape = (len(found.vocabulary), len(groups))
    member = sparse.csr_array((np.ones(len(words)), (words, column)), shape=shape)
    held = sparse.csr_array(found.incidence() @ member)
    held.data[:] = 1.0
    return held


def left_out_sentence(left_out: Mapping[str, Any]) -> str:
    """Return in words what was left out and merged, as `ContentWords.left_out` has it."""
    parts = [f"Words: {language_names(left_out['languages'])}"]
    if number := left_out["function_word_count"]:
        parts.append(
            f"{number} function words left out ({_some(left_out['function_words'], total=number)})"
        )
    if frequent := left_out["too_frequent"]:
        parts.append(f"too frequent to differ: {_some(frequent)}")
    if merged := left_out["merged"]:
        shown = [f"{name} with {', '.join(forms[:3])}" for name, forms in merged.items()]
        parts.append(f"forms taken as one: {_some(shown, 4, '; ')}")
    return "; ".join(parts)


def _some(words: Sequence[str], most: int = 6, between: str = ", ", total: int = 0) -> str:
    """Return the first words and how many more there are, of `total` where not all are listed."""
    rest = max(total, len(words)) - most
    more = [f"{rest} more"] if rest > 0 else []
    return between.join([*words[:most], *more])
