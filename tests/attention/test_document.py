from collections.abc import Callable

import numpy as np
import pytest
import torch

from causattn.attention import document_attention, head_statistics
from causattn.base import CapabilityError, ModelError
from causattn.corpora import Corpus
from causattn.models import LanguageModel

TEXT = "the food was great, 菜很好吃 and an emoji 🎉"
Make = Callable[..., LanguageModel]


def eager(model: LanguageModel, text: str) -> np.ndarray:
    """The weights as the model's own eager attention returns them, [L, H, T, T]."""
    model.network.set_attn_implementation("eager")
    inputs = model.tokenizer(text, return_tensors="pt")
    inputs.pop("token_type_ids", None)
    with torch.no_grad():
        output = model.network(**inputs, output_attentions=True)
    return torch.cat(output.attentions).numpy()


@pytest.mark.parametrize("family", ["bert", "gpt2", "llama"])
def test_weights_are_the_models_own_and_the_vectors_make_them(
    language_model: Make, family: str
) -> None:
    model = language_model(family)
    found = document_attention(model, TEXT, vectors=True)
    np.testing.assert_allclose(found.weights, eager(model, TEXT), atol=1e-6)
    assert found.query is not None
    assert found.key is not None
    assert found.scaling is not None
    score = found.query @ found.key.swapaxes(-1, -2) * found.scaling[:, None, None, None]
    if family != "bert":
        score = np.where(np.tri(score.shape[-1], dtype=bool), score, -np.inf)
    odds = np.exp(score - score.max(-1, keepdims=True))
    np.testing.assert_allclose(odds / odds.sum(-1, keepdims=True), found.weights, atol=1e-5)


def test_tokens_are_the_characters_they_cover(language_model: Make) -> None:
    found = document_attention(language_model("bert"), TEXT)
    assert found.tokens[0] == "[CLS]"
    assert found.special.tolist() == [t in ("[CLS]", "[SEP]") for t in found.tokens]
    for token, start, end in zip(found.tokens, found.start, found.end, strict=True):
        if start < end:
            assert TEXT[start:end] == token
    assert found.attending == found.tokens


def test_statistics_are_those_of_a_corpus_of_this_document(language_model: Make) -> None:
    model = language_model("bert")
    found = document_attention(model, TEXT).statistics()
    corpus = head_statistics(model, Corpus("twice", [TEXT, TEXT])).means()
    for name, value in found.items():
        np.testing.assert_allclose(value, corpus[name], rtol=1e-4, atol=1e-6)


def test_rollout_and_flow_go_down_the_layers(language_model: Make) -> None:
    found = document_attention(language_model("bert"), "great food")
    layers = (found.weights.mean(1) + np.eye(found.weights.shape[-1])) / 2
    expected = layers[0]
    for layer in layers[1:]:
        expected = layer @ expected
    np.testing.assert_allclose(found.rollout(), expected, atol=1e-6)
    flow = found.flow()
    # The most that can leave a token at the top is 1, and rollout is one way to send some of it.
    assert (flow <= 1 + 1e-6).all()
    assert (flow >= found.rollout() - 1e-6).all()
    np.testing.assert_array_equal(found.flow([2, 0]), flow[[2, 0]])


def test_a_decoder_reads_one_late_and_cross_attention_has_no_rollout(language_model: Make) -> None:
    model = language_model("t5")
    encoder = document_attention(model, TEXT)
    decoder = document_attention(model, TEXT, stack="decoder")
    assert decoder.attending[1:] == encoder.tokens[:-1]
    assert decoder.tokens == decoder.attending
    assert decoder.special[0]
    cross = document_attention(model, TEXT, stack="cross")
    assert cross.tokens == encoder.tokens
    assert cross.attending == decoder.attending
    with pytest.raises(CapabilityError, match="choose the encoder"):
        cross.rollout()


def test_a_model_captured_by_hooks_has_no_vectors(language_model: Make) -> None:
    model = language_model("deberta_v2")
    assert document_attention(model, "great food").query is None
    with pytest.raises(ModelError, match="query and key"):
        document_attention(model, "great food", vectors=True)
