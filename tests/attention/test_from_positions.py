"""Attention from some positions to every token, against the eager model one document at a time."""

import numpy as np
import pytest

from causattn.attention import attention_from
from causattn.base import ConfigError
from causattn.models import encode_texts, take


@pytest.mark.parametrize("family", ["bert", "roberta", "gpt2", "llama", "deberta_v2"])
@pytest.mark.parametrize("measure", ["mean", "rollout"])
def test_rows_are_those_of_the_eager_model(language_model, eager_weights, corpus, family, measure):
    model = language_model(family)
    encoding = encode_texts(model, corpus.texts)
    batch = take(encoding, np.arange(len(encoding)))
    lengths = encoding.lengths
    # One position, or two, of each document; the last document asks for none.
    positions = np.stack([lengths - 2, np.where(np.arange(len(encoding)) % 2, 1, -1)], axis=1)
    positions[-1] = -1
    found = attention_from(model, batch.inputs, positions, measure)
    for document, own in enumerate(positions):
        ids = encoding.ids[encoding.bounds[document] : encoding.bounds[document + 1]].tolist()
        layers = [layer.mean(0).numpy() for layer in eager_weights(model, ids)]
        if measure == "mean":
            paid = np.mean(layers, axis=0)
        else:
            paid = np.eye(len(ids))
            for layer in layers:
                paid = (layer + np.eye(len(ids))) / 2 @ paid
        rows = paid[own[own >= 0]]
        expected = rows.mean(0) if len(rows) else np.zeros(len(ids))
        assert np.allclose(found[document, : len(ids)], expected, atol=1e-5)
        assert not found[document, len(ids) :].any()


def test_an_unknown_measure_is_a_sentence(language_model, corpus):
    model = language_model("bert")
    batch = take(encode_texts(model, corpus.texts[:1]), np.array([0]))
    with pytest.raises(ConfigError, match="did you mean rollout"):
        attention_from(model, batch.inputs, np.array([[1]]), "rolout")
