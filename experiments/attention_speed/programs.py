"""What is timed, each a whole call: plain forward passes, the usual way to attention, ours."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import torch

from causattn.attention import summarise_attention
from causattn.base import quiet
from causattn.corpora import Corpus
from causattn.features import FeatureTable
from causattn.models import Batch, Encoding, LanguageModel, encode_texts, load_model, take

NOTHING = Corpus("nothing", ("none", "at all"))


@cache
def minilm() -> LanguageModel:
    """Return the pretrained all-MiniLM-L6-v2 as an encoder, on its sdpa attention."""
    settings = {"kind": "minilm", "train_classifier": False}
    model = load_model(settings, NOTHING, seed=0)
    model.network.set_attn_implementation("sdpa")
    return model


def plain(model: LanguageModel, corpus: Corpus, tokens: int, shard: int | None = None) -> None:
    """Tokenise and run the body of the model, in batches of like length, no attentions asked.

    All documents are tokenised at once, or so many at a time as a shard has.
    """
    size = shard or len(corpus.texts)
    with torch.inference_mode():
        for first in range(0, len(corpus.texts), size):
            encoding = encode_texts(model, corpus.texts[first : first + size])
            for batch in _batches(encoding, tokens):
                model.network.base_model(**batch.inputs)


def usual(model: LanguageModel, corpus: Corpus, tokens: int) -> list[Any]:
    """Do the same with ``output_attentions=True`` and eager attention, and keep all maps.

    Nothing is aggregated.
    """
    kept: list[Any] = []
    model.network.set_attn_implementation("eager")
    try:
        with torch.inference_mode():
            for batch in _batches(encode_texts(model, corpus.texts), tokens):
                output = model.network.base_model(**batch.inputs, output_attentions=True)
                kept.append(output.attentions)
    finally:
        model.network.set_attn_implementation("sdpa")
    return kept


def ours(
    model: LanguageModel, corpus: Corpus, features: FeatureTable, tokens: int, **settings: Any
) -> Any:
    """Sum the attention from feature to feature."""
    chosen = {"query": "observed", "batch_tokens": tokens, "memory_gb": 8.0, **settings}
    with quiet():
        return summarise_attention(chosen, model, corpus, features, 0)


def touch(gigabytes: float) -> None:
    """Have the system hand over memory before anything is timed.

    A virtual machine gets memory from its host when it first writes to it, and gives it back some
    time after it was freed. That can take longer than everything that is timed here.
    """
    memory = np.zeros(int(gigabytes * 1e9 / 8))
    memory[::256] = 1


def _batches(encoding: Encoding, tokens: int) -> Iterator[Batch]:
    """Yield the documents, longest first, at most `tokens` tokens a batch with padding."""
    order = np.argsort(-encoding.lengths, kind="stable")
    first = 0
    while first < len(order):
        last = min(len(order), first + max(1, tokens // int(encoding.lengths[order[first]])))
        yield take(encoding, order[first:last])
        first = last
