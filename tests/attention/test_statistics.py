"""Statistics of heads against a naive loop, and on heads that are known."""

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from causattn.attention import head_statistics
from causattn.attention.statistics import DISTANCES, HeadStatistics
from causattn.base import DataError


def naive(model, corpus, run):
    parts = []
    for text in corpus.texts:
        encoded = model.tokenizer(text, return_special_tokens_mask=True)
        special = np.array(encoded["special_tokens_mask"], dtype=bool)
        layers = np.stack([layer.numpy() for layer in run(model, encoded["input_ids"])])
        for q in np.flatnonzero(~special):
            rows = layers[:, :, q]
            apart = np.abs(np.arange(len(special)) - q)
            flat = rows.reshape(-1, rows.shape[-1])
            parts.append(
                {
                    "entropy": entropy(rows, axis=-1),
                    "concentration": rows.max(-1),
                    "sink": rows[..., special].sum(-1),
                    "mean_distance": (rows * apart).sum(-1),
                    "distance": np.stack(
                        [
                            rows[..., np.minimum(apart, DISTANCES - 1) == d].sum(-1)
                            for d in range(DISTANCES)
                        ],
                        axis=-1,
                    ),
                    "similarity": np.array(
                        [[1 - jensenshannon(a, b, base=2) ** 2 for a in flat] for b in flat]
                    ),
                }
            )
    return {name: np.mean([part[name] for part in parts], axis=0) for name in parts[0]}, len(parts)


@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("family", ["bert", "gpt2"])
def test_against_a_naive_loop(family, batch_size, language_model, corpus, eager_weights):
    model = language_model(family)
    found = head_statistics(model, corpus, batch_size=batch_size)
    expected, tokens = naive(model, corpus, eager_weights)
    assert found.tokens == tokens
    for name, value in found.means().items():
        np.testing.assert_allclose(value, expected[name], atol=1e-4, err_msg=name)
    assert found.means()["distance"].sum(-1) == pytest.approx(np.ones((2, 4)), abs=1e-4)


def test_shards_merge(language_model, corpus):
    from causattn.corpora import Corpus

    model = language_model("bert")
    whole = head_statistics(model, corpus)
    parts = [head_statistics(model, Corpus("p", corpus.texts[k::2])) for k in (0, 1)]
    for merged in (parts[0].merge(parts[1]), parts[1].merge(parts[0])):
        assert merged.tokens == whole.tokens
        for name, value in merged.means().items():
            np.testing.assert_allclose(value, whole.means()[name], atol=1e-5)


def test_sharpest_heads_come_first():
    zeros = np.zeros((2, 2))
    found = HeadStatistics(1, np.array([[3.0, 1.0], [0.5, 1.0]]), zeros, zeros, zeros, zeros, zeros)
    assert found.sharpest(3) == [(1, 0), (0, 1), (1, 1)]


def test_statistics_of_other_models_do_not_merge(language_model, corpus):
    one = head_statistics(language_model("bert"), corpus)
    other = head_statistics(language_model("bert", num_hidden_layers=1), corpus)
    with pytest.raises(DataError, match="cannot be merged"):
        one.merge(other)


def test_an_encoder_decoder_gives_its_encoder(language_model, corpus):
    found = head_statistics(language_model("t5"), corpus)
    assert found.entropy.shape == (2, 4)
