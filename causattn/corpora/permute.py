"""A null corpus: the same frequencies at the same places, and no dependence left.

Where the corpus has slots, each variable's values are permuted over the documents on their own and
written again in the same slots: margins, places and order of mention stay, dependence goes.

Plain text has its words permuted between documents. Words at like positions are pooled: every
position of its own where all documents reach it, and so many consecutive positions further on
that a pool holds at least one word a document. Each document keeps its length, its punctuation
and its spacing; each word keeps its corpus frequency and, to a pool's width, its positions. This
is a permutation null in the sense of Good (2005), *Permutation, Parametric and Bootstrap Tests of
Hypotheses*, chapter 3; keeping both margins of a documents-by-words table is the aim of the swap
randomisation of Gionis, Mannila, Mielikainen and Tsaparas (2007), "Assessing data mining results
via swap randomization".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from causattn.base import DataError
from causattn.corpora.corpus import Corpus, Mentions
from causattn.corpora.occurrences import Occurrences, find_words
from causattn.corpora.render import rewrite
from causattn.corpora.stored import StoredTexts, store_texts, windows


def permute_corpus(
    corpus: Corpus, rng: np.random.Generator, variables: Collection[str] | None = None
) -> Corpus:
    """Return a null corpus: nothing in a document says anything of anything else in it.

    Values and outcomes are permuted over the documents, each column on its own and among the
    documents where it is known. Slots are rewritten; plain text has its words permuted and loses
    its mentions (features find their carriers again). There is no true graph left. A corpus whose
    texts lie on disk has its words permuted between the documents of each window of 4,096.

    Parameters
    ----------
    corpus
        What to permute.
    rng
        The generator that the permutations are drawn from.
    variables
        The variables (or the outcome) to permute, None for all of them. The others keep their
        values, and what they say of one another.

    Raises
    ------
    DataError
        Where some variables are to be permuted and the corpus has no slots to rewrite.
    """
    if variables is not None and (corpus.value_texts is None or corpus.values is None):
        raise DataError(
            f"Corpus {corpus.name} has no slots in which some variables alone could be permuted; "
            "permute all of it (candidates.share=1)."
        )
    chosen = None if variables is None else [name in variables for name in corpus.variables]
    values = None if corpus.values is None else _permuted_columns(corpus.values, rng, chosen)
    outcome = corpus.outcome
    if outcome is not None and (variables is None or corpus.outcome_name in variables):
        outcome = _permuted_columns(outcome[:, None], rng)[:, 0]
    null = replace(
        corpus,
        name=f"{corpus.name} (permuted)",
        outcome=outcome,
        truth=None,
        about={**corpus.about, "permuted": True if variables is None else sorted(variables)},
    )
    if corpus.value_texts is not None and values is not None:
        return rewrite(null, values)
    texts: Sequence[str] = corpus.texts
    if isinstance(texts, StoredTexts):
        # Between the documents of a window, so that no more than that is in memory.
        permuted = (_permuted_words(window, rng) for window in windows(texts))
        texts = store_texts(chain.from_iterable(permuted))
    else:
        texts = _permuted_words(texts, rng)
    return replace(
        null,
        texts=texts,
        values=values,
        mentions=Mentions.empty(),
    )


def _permuted_columns(
    values: np.ndarray, rng: np.random.Generator, chosen: Sequence[bool] | None = None
) -> np.ndarray:
    """Return each (chosen) column permuted over the rows where it is known."""
    permuted = values.copy()
    columns = range(values.shape[1]) if chosen is None else np.flatnonzero(chosen)
    for column in columns:
        known = np.flatnonzero(~np.isnan(values[:, column]))
        permuted[known, column] = values[rng.permutation(known), column]
    return permuted


def _permuted_words(texts: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Return the texts with words exchanged between like positions."""
    found = find_words(texts, unspaced="characters", lowercase=False)
    pool = _pools(found)
    source = np.arange(len(found.word))
    for rows in np.split(np.argsort(pool, kind="stable"), np.cumsum(np.bincount(pool))[:-1]):
        source[rows] = rng.permutation(rows)
    bounds = np.searchsorted(found.document, np.arange(found.count + 1))
    starts, ends = found.start.tolist(), found.end.tolist()
    taken, document = source.tolist(), found.document.tolist()
    result = []
    for text, low, high in zip(texts, bounds[:-1], bounds[1:], strict=True):
        parts, done = [], 0
        for row in range(low, high):
            other = taken[row]
            parts.append(text[done : starts[row]])
            parts.append(texts[document[other]][starts[other] : ends[other]])
            done = ends[row]
        parts.append(text[done:])
        result.append("".join(parts))
    return result


def _pools(found: Occurrences) -> np.ndarray:
    """Return the pool of each word occurrence, int [m]: consecutive positions, n words or more."""
    if not len(found.word):
        return np.zeros(0, dtype=np.int64)
    bounds = np.searchsorted(found.document, np.arange(found.count))
    position = np.arange(len(found.word)) - bounds[found.document]
    at_position = np.bincount(position)
    pool_of = np.zeros(len(at_position), dtype=np.int64)
    pool = held = 0
    reading = int(np.count_nonzero(np.bincount(found.document, minlength=found.count)))
    for place, words in enumerate(at_position):
        pool_of[place] = pool
        held += int(words)
        if held >= reading:
            pool, held = pool + 1, 0
    if held and pool:  # the tail is too thin for a pool of its own
        pool_of[pool_of == pool] = pool - 1
    return pool_of[position]
