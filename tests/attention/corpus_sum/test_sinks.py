"""Attention to sinks, measured and taken out, against a naive loop."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from causattn.attention import summarise_attention
from causattn.base import ConfigError
from causattn.corpora import POOLED, Mentions


def sinks_of(model, text, carried):
    """Special tokens that carry nothing, and the first token unless it is one."""
    encoded = model.tokenizer(text, return_special_tokens_mask=True)
    special = np.array(encoded["special_tokens_mask"], dtype=bool)
    found = special.copy()
    found[list(carried)] = False
    found[0] |= not special[0]
    return torch.from_numpy(found)


def without_pooled(features):
    """The features, the pooled one on each text's first word, so that [CLS] carries nothing."""
    own = features.carriers
    pooled = own.start == POOLED
    start, end = np.where(pooled, 0, own.start), np.where(pooled, 3, own.end)
    return replace(features, carriers=Mentions(own.document, own.variable, start, end))


@pytest.mark.parametrize("tokens", [1, 4000])
@pytest.mark.parametrize("family", ["bert", "llama"])
def test_what_goes_to_sinks_is_measured_and_taken_out(
    family, tokens, language_model, corpus, features, naive_tokens, eager_weights
) -> None:
    causal = family == "llama"
    features = without_pooled(features) if causal else features
    model = language_model(family, task="causal" if causal else "encoder")
    settings = {"sinks": "remove", "measures": ["raw", "mean"], "batch_tokens": tokens}
    summary = summarise_attention(settings, model, corpus, features, 0)
    size = features.size
    total, count = np.zeros((2, 4, size, size)), np.zeros((size, size))
    paid, rows = 0.0, 0
    for text, of in zip(corpus.texts, naive_tokens(model, corpus.texts, features), strict=True):
        carried = sorted({k for positions in of.values() for k in positions})
        sinks = sinks_of(model, text, carried)
        layers = []
        for layer in eager_weights(model, model.tokenizer(text)["input_ids"]):
            for positions in of.values():
                paid += float(layer[:, positions][:, :, sinks].sum())
                rows += 4 * len(positions)
            kept = layer.clone()
            kept[:, :, sinks] = 0
            left = kept.sum(-1, keepdim=True)
            layers.append(torch.where(left > 1e-6, kept / left.clamp(min=1e-6), 0))
        for i in of:
            for j in of:
                count[i, j] += 1
                for k, layer in enumerate(layers):
                    for h in range(4):
                        total[k, h, i, j] += float(layer[h][np.ix_(of[i], of[j])].sum(1).mean())
    found = summary.measures["raw"]
    np.testing.assert_array_equal(found.count, count)
    np.testing.assert_allclose(found.sum, total, atol=3e-5)
    assert summary.about["sinks"] == "remove"
    assert summary.about["sink_attention"] == pytest.approx(paid / rows, abs=1e-5)
    assert 0 < summary.about["sink_attention"] < 1


def test_sinks_of_a_decoder_are_measured_where_they_are_left(
    language_model, corpus, features
) -> None:
    model = language_model("llama", task="causal")
    features = without_pooled(features)
    kept = summarise_attention({"query": "next"}, model, corpus, features, 0)
    assert kept.about["sinks"] == "keep"
    assert 0 < kept.about["sink_attention"] < 1
    shards = summarise_attention(
        {"query": "next", "shard_documents": 3}, model, corpus, features, 0
    )
    assert shards.about["sink_attention"] == pytest.approx(kept.about["sink_attention"])
    removed = summarise_attention({"query": "next", "sinks": "remove"}, model, corpus, features, 0)
    assert removed.about["sink_attention"] == pytest.approx(kept.about["sink_attention"])
    assert not np.allclose(removed.measures["mean"].sum, kept.measures["mean"].sum)
    plain = summarise_attention({}, language_model("bert"), corpus, features, 0)
    assert "sink_attention" not in plain.about


def test_where_sinks_cannot_be_taken_out_a_sentence_says_so(
    language_model, corpus, features
) -> None:
    remove = {"sinks": "remove"}
    with pytest.raises(ConfigError, match="knows no sinks of the decoder"):
        summarise_attention(
            {**remove, "stack": "decoder"}, language_model("t5"), corpus, features, 0
        )
    with pytest.raises(ConfigError, match=r"set attention\.sinks=keep for it"):
        summarise_attention(
            {**remove, "query": "masked", "measures": ["gradient"]},
            language_model("bert", task="masked"),
            corpus,
            features,
            0,
        )
