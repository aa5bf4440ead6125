"""N-grams that the texts hold: content words, and phrases that stand together beyond chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from causattn.corpora import find_words, is_function_word
from causattn.features.term_places import compiled_term

if TYPE_CHECKING:
    from causattn.features.terms import TermSettings


def ngram_terms(
    settings: TermSettings,
    texts: Sequence[str],
    languages: Sequence[str],
    named: Mapping[str, str],
) -> dict[str, str]:
    """Return the regular expression of each n-gram to use, longer ones first.

    Parameters
    ----------
    settings
        How long, how many, and the band.
    texts, languages
        The documents, and whose function words no n-gram begins or ends with.
    named
        Terms that are there already.
    """
    frequency = _ngram_frequency(texts, settings.ngrams)
    count = len(texts)
    usable = []
    for gram, n in frequency.items():
        if not settings.min_share <= n / count <= settings.max_share or " ".join(gram) in named:
            continue
        if is_function_word(gram[0], languages) or is_function_word(gram[-1], languages):
            continue
        chance = np.prod([frequency[(word,)] / count for word in gram])
        # A phrase stands in more documents than would hold all its words by chance.
        if len(gram) == 1 or n > chance * count:
            usable.append(gram)
    usable.sort(key=lambda g: (-min(frequency[g], count - frequency[g]), -len(g), g))
    chosen = sorted(usable[: settings.top], key=lambda gram: (-len(gram), usable.index(gram)))
    return {" ".join(gram): compiled_term(" ".join(gram), "An n-gram") for gram in chosen}


def _ngram_frequency(texts: Sequence[str], longest: int) -> dict[tuple[str, ...], int]:
    """Return in how many texts each n-gram stands whose words only white space parts."""
    found = find_words(texts)
    counts: dict[tuple[str, ...], int] = {}
    bounds = np.searchsorted(found.document, np.arange(len(texts) + 1))
    for document, text in enumerate(texts):
        low, high = int(bounds[document]), int(bounds[document + 1])
        seen: set[tuple[str, ...]] = set()
        for first in range(low, high):
            for last in range(first, min(first + longest, high)):
                if last > first:
                    between = text[found.end[last - 1] : found.start[last]]
                    if not between or between.strip():
                        break
                seen.add(tuple(found.vocabulary[k] for k in found.word[first : last + 1]))
        for gram in seen:
            counts[gram] = counts.get(gram, 0) + 1
    return counts
