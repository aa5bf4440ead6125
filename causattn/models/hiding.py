"""Hiding a variable: which token stands for "not given" in its slot, and which for its values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from causattn.base import ModelError
from causattn.models.model import LanguageModel


def single_tokens(model: LanguageModel, texts: Sequence[str]) -> np.ndarray:
    """Return the token that each text is, int64 [k]; -1 where it is several or unknown.

    Texts are looked up as they stand inside a document, after a space, for tokenizers that count
    the space as part of the word.
    """
    tokenizer = model.tokenizer
    found = np.full(len(texts), -1, dtype=np.int64)
    for k, text in enumerate(texts):
        for form in (f" {text}", text):
            ids = tokenizer(form, add_special_tokens=False, verbose=False)["input_ids"]
            if len(ids) == 1 and ids[0] != tokenizer.unk_token_id:
                found[k] = ids[0]
                break
    return found


def hiding_tokens(model: LanguageModel, mask_texts: Sequence[str | None]) -> np.ndarray:
    """Return the token that hides each variable, int64 [v].

    A variable's own mask text where the tokenizer knows it as one token, as models trained on the
    corpus do; else the tokenizer's mask token.

    Parameters
    ----------
    model
        Gives the tokenizer.
    mask_texts
        Per variable the text that hides it, None where it has none (`Corpus.mask_texts`).

    Raises
    ------
    ModelError
        Where a variable needs the tokenizer's mask token and there is none.
    """
    own = [text is not None for text in mask_texts]
    hiding = np.full(len(mask_texts), -1, dtype=np.int64)
    hiding[own] = single_tokens(model, [text for text in mask_texts if text is not None])
    if (hiding < 0).any():
        if model.tokenizer.mask_token_id is None:
            raise ModelError(
                f"The tokenizer of model {model.name} has no mask token, so nothing can be hidden "
                "from it; take a masked language model, or attention=observed."
            )
        hiding[hiding < 0] = model.tokenizer.mask_token_id
    return hiding
