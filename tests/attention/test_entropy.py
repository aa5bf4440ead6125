"""Heads chosen by entropy: a hand case, the model's own weights, and the mean over them."""

import numpy as np
import pytest
import torch

from causattn.attention import head_entropy, heads_by_entropy, summarise_attention
from causattn.base import ConfigError

ENTROPY = np.array([[0.9, 0.2, 0.5], [0.1, 0.8, 0.5]])
GRID = ((0, 1), (0, 1, 2))


def test_the_sharpest_and_the_broadest_by_hand():
    assert heads_by_entropy(ENTROPY, "lowest", 2, *GRID) == ((0, 1), (1, 0))
    assert heads_by_entropy(ENTROPY, "highest", 2, *GRID) == ((0, 0), (1, 1))
    # Half of six heads; of the two that tie the one of the lower layer.
    assert heads_by_entropy(ENTROPY, "lowest", 0.5, *GRID) == ((0, 1), (0, 2), (1, 0))
    assert heads_by_entropy(ENTROPY, "lowest", 0.01, *GRID) == ((1, 0),)
    assert heads_by_entropy(ENTROPY, "lowest", 1, (0,), (0, 2)) == ((0, 2),)


def test_more_heads_than_there_are():
    with pytest.raises(ConfigError, match=r"heads_kept=7: there are 6 heads"):
        heads_by_entropy(ENTROPY, "lowest", 7, *GRID)


@pytest.mark.parametrize("family", ["bert", "gpt2", "deberta_v2"])
def test_entropy_is_that_of_the_eager_weights(family, language_model, corpus, eager_weights):
    model = language_model(family)
    rows = []
    for text in corpus.texts:
        encoded = model.tokenizer(text, return_special_tokens_mask=True)
        content = np.flatnonzero(np.array(encoded["special_tokens_mask"]) == 0)
        weights = np.stack([each.numpy() for each in eager_weights(model, encoded["input_ids"])])
        for q in content:
            seen = np.count_nonzero(weights[:, :, q].max((0, 1)))
            if seen > 1:
                own = weights[:, :, q]
                terms = -own * np.log(np.where(own > 0, own, 1))
                rows.append(terms.sum(-1) / np.log(seen))
    found = head_entropy(model, corpus.texts, "self")
    np.testing.assert_allclose(found, np.mean(rows, axis=0), atol=1e-5)


@pytest.mark.parametrize("which", ["lowest", "highest"])
def test_the_mean_is_over_the_heads_chosen(which, language_model, corpus, features):
    model = language_model("bert")
    with torch.no_grad():  # sharper here and there, so that heads differ
        for number, layer in enumerate(model.network.encoder.layer):
            layer.attention.self.query.weight[: 8 + 8 * number] *= 30
    settings = {"measures": ["raw", "mean"], "entropy": which, "heads_kept": 3}
    summary = summarise_attention(settings, model, corpus, features, 0)
    chosen = summary.about["heads_of_mean"]
    entropy = head_entropy(model, corpus.texts, "self")
    ranked = np.sort(entropy, axis=None)
    expected = ranked[:3] if which == "lowest" else ranked[-3:]
    np.testing.assert_allclose(sorted(entropy[tuple(pair)] for pair in chosen), expected)
    raw = summary.measures["raw"].mean()
    mean = np.mean([raw[layer, head] for layer, head in chosen], axis=0)
    np.testing.assert_allclose(summary.measures["mean"].mean()[0, 0], mean, atol=1e-6)
    shards = summarise_attention({**settings, "shard_documents": 3}, model, corpus, features, 0)
    assert shards.measures["mean"].sum.shape == (1, 1, features.size, features.size)


def test_entropy_without_the_mean(language_model, corpus, features):
    settings = {"measures": ["raw"], "entropy": "lowest"}
    with pytest.raises(ConfigError, match="add mean"):
        summarise_attention(settings, language_model("bert"), corpus, features, 0)
