"""The head, against the network that it is a part of, and its derivatives against differences."""

import numpy as np
import pytest
import torch
from transformers import BertModel

from causattn.base import CapabilityError
from causattn.models import LanguageModel, encode_texts, predict_labels
from experiments.cebab.head import Head, read_states


def test_head_of_the_states_is_what_the_network_says(model, planted):
    texts = planted.texts[:7]
    states = read_states(model, texts, batch_size=3)
    expected = predict_labels(model, encode_texts(model, texts))
    np.testing.assert_allclose(Head.of(model).probabilities(states.read), expected, atol=1e-6)
    last = torch.as_tensor(states.pooled, dtype=torch.float32)
    with torch.no_grad():
        told = model.network.classifier(last).softmax(-1).numpy()
    np.testing.assert_allclose(told, expected, atol=1e-6)


@pytest.mark.parametrize("of", ["logit", "probability"])
def test_derivative_against_finite_differences(model, of):
    model.network.double()
    head, rng = Head.of(model), np.random.default_rng(1)
    states, direction = rng.normal(size=(6, 16)), rng.normal(size=16)

    def asked(at):
        with torch.no_grad():
            logits = head.outputs(torch.from_numpy(at))
        return (logits if of == "logit" else logits.softmax(-1)).numpy()

    step = 1e-6
    differences = (asked(states + step * direction) - asked(states - step * direction)) / (2 * step)
    found = head.derivatives(states, direction, of)
    np.testing.assert_allclose(found, differences, rtol=1e-5, atol=1e-7)
    assert np.abs(found).max() > 1e-3
    if of == "probability":
        np.testing.assert_allclose(found.sum(axis=1), 0, atol=1e-12)


def test_a_model_without_such_a_head_is_refused(model):
    bare = LanguageModel("bare", BertModel(model.network.config), model.tokenizer, "encoder")
    with pytest.raises(CapabilityError, match="Model bare has no pooler and linear layer"):
        Head.of(bare)
