"""A surrogate tree of a classifier over features of texts, by default the words that they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from causattn.attribution.surrogate.design import class_margins
from causattn.attribution.surrogate.fit import TreeSurrogate, fit_surrogate
from causattn.corpora import Corpus
from causattn.features import FeatureTable, build_features
from causattn.models import LanguageModel

_WORDS = 200
"""Most words that a tree may ask for."""


def surrogate_tree(
    model: LanguageModel,
    texts: Sequence[str],
    table: FeatureTable | None = None,
    *,
    label: int | str | None = None,
    leaves: int = 6,
    least_documents: int = 10,
    seed: int = 0,
    **words: Any,
) -> TreeSurrogate:
    """Return a small tree that predicts a class from features of a text.

    Parameters
    ----------
    model
        A classifier.
    texts
        What it is fitted to and tried on.
    table
        Features of these texts; None for the words that they hold.
    label
        The class, see `class_margins`.
    leaves, least_documents, seed
        As for `fit_surrogate`.
    words
        Settings of ``features=words``, such as ``include=["not"]``, where there is no table.

    Raises
    ------
    CausattnError
        For a model that classifies nothing, and texts that are too few or have no words in common.
    """
    margins, output = class_margins(model, texts, label)
    if table is None:
        settings = {"kind": "words", "collinear": "drop", "top": _WORDS, **words}
        table = build_features(settings, Corpus("texts", texts), model, seed)
    tree = fit_surrogate(
        "tree",
        table,
        margins[table.documents],
        output=output,
        leaves=leaves,
        least_documents=least_documents,
        seed=seed,
    )
    assert isinstance(tree, TreeSurrogate)
    return tree
