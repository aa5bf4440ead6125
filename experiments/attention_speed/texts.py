"""Documents of variable length in MiniLM's own words, and the thousand words that are features."""

from __future__ import annotations

from collections import Counter

import numpy as np

from causattn.corpora import Corpus, Mentions
from causattn.features import FeatureKind, FeatureTable
from causattn.models import LanguageModel

VOCABULARY = 20_000
OFFSET = 2.7  # Mandelbrot's: the most frequent words of English are less frequent than Zipf's


def documents(model: LanguageModel, length: int, count: int, seed: int) -> Corpus:
    """Return `count` documents of `length` / 2 to `length` tokens, special ones included.

    Words are whole words of the tokenizer's vocabulary, drawn one by one with the frequencies of
    Zipf and Mandelbrot's law (probability of rank r as 1 / (r + 2.7)).
    """
    listed = sorted(model.tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    words = np.array([word for word, _ in listed if word.isalpha() and len(word) > 1])[:VOCABULARY]
    chance = 1 / (np.arange(len(words)) + 1 + OFFSET)
    rng = np.random.default_rng([seed, length, count])
    sizes = rng.integers(length // 2 - 2, length - 1, size=count)
    drawn = rng.choice(words, size=int(sizes.sum()), p=chance / chance.sum())
    pieces = np.split(drawn, np.cumsum(sizes)[:-1])
    return Corpus(f"zipf{length}", tuple(" ".join(piece) for piece in pieces))


def frequent_words(corpus: Corpus, most: int) -> FeatureTable:
    """Return how often each of the `most` words of highest document frequency stands in a text.

    Every occurrence of a word carries its feature.
    """
    counted = Counter(word for text in corpus.texts for word in set(text.split(" ")))
    names = [word for word, seen in counted.most_common(most) if seen > 1]
    place = {word: number for number, word in enumerate(names)}
    rows = []
    for document, text in enumerate(corpus.texts):
        start = 0
        for word in text.split(" "):
            if word in place:
                rows.append((document, place[word], start, start + len(word)))
            start += len(word) + 1
    document, feature, start, end = np.array(rows, dtype=np.int32).T
    values = np.zeros((len(corpus.texts), len(names)))
    np.add.at(values, (document, feature), 1)
    return FeatureTable(
        names=tuple(names),
        kinds=(FeatureKind.PRESENCE,) * len(names),
        values=values,
        categories=(None,) * len(names),
        carriers=Mentions(document, feature, start, end),
        documents=np.arange(len(corpus.texts)),
    )
