"""A table written row by row, so that whatever takes documents takes it: ``x=0.31 smoke=yes``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from causattn.corpora.corpus import Corpus, Mentions
from causattn.corpora.render import HIDDEN, safe_words
from causattn.graphs import CausalGraph


def tabular_corpus(
    name: str,
    variables: Sequence[str],
    values: np.ndarray,
    categories: Sequence[tuple[str, ...] | None],
    *,
    truth: CausalGraph | None,
    about: Mapping[str, Any],
) -> Corpus:
    """Return a corpus of one document a row, each value a word, in the order of the columns.

    Parameters
    ----------
    name
        The corpus in a word.
    variables
        The v columns' names.
    values
        float64 [n, v]: the index into `categories` where discrete, else the number; NaN where
        unknown, which no word states.
    categories
        Per variable the names of its values, None where it is continuous.
    truth
        The true graph, where it is known.
    about
        Where it came from.
    """
    words = safe_words(variables, forbidden="=")
    stated = [
        None if names is None else tuple(f"{word}={value}" for value in safe_words(names, [HIDDEN]))
        for word, names in zip(words, categories, strict=True)
    ]
    hidden = tuple(f"{word}={HIDDEN}" for word in words)
    columns = [
        [
            hidden[k]
            if unknown
            else f"{words[k]}={number:.6g}"
            if texts is None
            else texts[int(number)]
            for number, unknown in zip(values[:, k], np.isnan(values[:, k]), strict=True)
        ]
        for k, texts in enumerate(stated)
    ]
    rows = list(zip(*columns, strict=True))
    length = np.array([[len(piece) for piece in row] for row in rows]).reshape(values.shape)
    end = np.cumsum(length + 1, axis=1) - 1
    document, variable = np.nonzero(~np.isnan(values))
    place = (document, variable)
    discrete = [texts for texts in stated if texts is not None]
    return Corpus(
        name=name,
        texts=[" ".join(row) for row in rows],
        variables=tuple(variables),
        values=values,
        categories=tuple(categories),
        mentions=Mentions(document, variable, (end - length)[place], end[place]),
        # A number that was never seen has no word, so that only classes can be written again.
        value_texts=tuple(discrete) if len(discrete) == len(stated) else None,
        mask_texts=hidden if len(discrete) == len(stated) else None,
        truth=truth,
        about=about,
    )
