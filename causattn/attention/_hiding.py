"""Which token hides a feature in the query mode `masked`."""

from __future__ import annotations

import numpy as np

from causattn.base import ConfigError, DataError
from causattn.corpora import POOLED, Corpus
from causattn.features import FeatureTable
from causattn.models import LanguageModel


def hiding_tokens(model: LanguageModel, corpus: Corpus, features: FeatureTable) -> np.ndarray:
    """Return the token id that hides each feature, int64 [f].

    The feature's own word where the corpus has one for it (``mask_texts``, by the variable's
    name), else the tokenizer's mask token. A feature carried by the pooled position has no word to
    hide and gets -1: it attends from there in the document as it is.

    Raises
    ------
    ConfigError
        Where the model was not trained to fill in hidden words.
    DataError
        Where there is nothing to hide with: no mask token, or a mask text of several tokens.
    """
    if model.task != "masked":
        raise ConfigError(
            f"attention.query=masked needs a masked language model, and {model.name} is a "
            f"{model.task} model; choose attention=observed."
        )
    texts = dict(zip(corpus.variables, corpus.mask_texts or (), strict=False))
    mask_token = model.tokenizer.mask_token_id
    hidden = np.full(features.size, -1, dtype=np.int64)
    pooled = np.unique(features.carriers.variable[features.carriers.start == POOLED])
    for column, name in enumerate(features.names):
        if column in pooled:
            continue
        if name in texts:
            ids = model.tokenizer(texts[name], add_special_tokens=False)["input_ids"]
            if len(ids) != 1:
                raise DataError(
                    f"The mask text {texts[name]!r} of {name} is {len(ids)} tokens of model "
                    f"{model.name}; give it one token, or leave corpus mask texts out to use the "
                    "tokenizer's mask token."
                )
            hidden[column] = ids[0]
        elif mask_token is None:
            raise DataError(
                f"The tokenizer of model {model.name} has no mask token and the corpus no mask "
                f"text for {name}; choose attention=observed."
            )
        else:
            hidden[column] = mask_token
    return hidden
