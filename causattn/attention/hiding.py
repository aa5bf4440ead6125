"""Which token hides each feature in the query mode `masked`."""

from __future__ import annotations

import numpy as np

from causattn.attention.settings import check_query
from causattn.corpora import POOLED, Corpus
from causattn.features import FeatureTable
from causattn.models import LanguageModel, hiding_tokens


def feature_hiding(model: LanguageModel, corpus: Corpus, features: FeatureTable) -> np.ndarray:
    """Return the token id that hides each feature, int64 [f].

    The feature's own word where the corpus has one for the variable of that name and the model
    knows it as one token, else the tokenizer's mask token, as in training (`hiding_tokens`). A
    feature carried by the pooled position has no word to hide and gets -1: it attends from there
    in the document as it is.

    Raises
    ------
    ConfigError
        Where the model was not trained to fill in hidden words.
    ModelError
        Where a mask token is needed and there is none.
    """
    check_query("masked", model.task, model.name)
    texts = dict(zip(corpus.variables, corpus.mask_texts or (), strict=False))
    pooled = features.carriers.variable[features.carriers.start == POOLED]
    hidden = np.full(features.size, -1, dtype=np.int64)
    words = np.setdiff1d(np.arange(features.size), pooled)
    hidden[words] = hiding_tokens(model, [texts.get(features.names[k]) for k in words])
    return hidden
