from collections.abc import Callable

import numpy as np
import pytest
import torch

from causattn.attention import document_attention, head_statistics
from causattn.base import CapabilityError
from causattn.corpora import Corpus
from causattn.models import LanguageModel

TEXT = "the food was great, 菜很好吃 and an emoji 🎉"
Make = Callable[..., LanguageModel]


def eager(model: LanguageModel, text: str) -> np.ndarray:
    """The weights as the model's own eager attention returns them, [L, H, T, T]."""
    # Falcon cannot be told by set_attn_implementation, and is then not causal in what it returns.
    model.network.config._attn_implementation_internal = "eager"
    inputs = model.tokenizer(text, return_tensors="pt")
    inputs.pop("token_type_ids", None)
    with torch.no_grad():
        output = model.network(**inputs, output_attentions=True)
    return torch.cat(output.attentions).numpy()


def softmax(score: np.ndarray) -> np.ndarray:
    odds = np.exp(score - score.max(-1, keepdims=True))
    return odds / odds.sum(-1, keepdims=True)


BOTH_WAYS = ("albert", "bert", "distilbert", "electra", "modernbert", "roberta", "bart")
CAUSAL = ("gpt2", "gpt_neo", "gpt_neox", "gptj", "falcon", "opt", "llama", "mistral", "phi")
CAUSAL = (*CAUSAL, "qwen2", "qwen3", "gemma3")
ADDS = {"deberta": False, "deberta_v2": False, "xlnet": False, "t5": False} | {
    "bloom": True,
    "falcon_alibi": True,
    "gemma2": True,
}
"""Families that add something to the products (positions, a soft cap): whether they are causal."""


@pytest.mark.parametrize("family", [*BOTH_WAYS, *CAUSAL, *ADDS])
def test_weights_are_the_models_own_and_the_vectors_make_them(
    language_model: Make, family: str
) -> None:
    model = language_model(family)
    found = document_attention(model, TEXT, vectors=True)
    if not model.network.config.is_encoder_decoder:
        np.testing.assert_allclose(found.weights, eager(model, TEXT), rtol=2e-6, atol=1e-6)
    assert found.query is not None
    assert found.key is not None
    assert found.scaling is not None
    assert found.rest is not None
    product = found.query @ found.key.swapaxes(-1, -2) * found.scaling[:, None, None, None]
    np.testing.assert_allclose(softmax(product + found.rest), found.weights, atol=1e-5)
    # What is left over is nothing but the mask where a family adds nothing.
    seen = np.isfinite(found.rest)
    later = ~np.tri(seen.shape[-1], dtype=bool)
    if family in CAUSAL or ADDS.get(family):
        assert not seen[..., later].any()
    elif family != "modernbert":  # whose layers see a window
        assert seen.all()
    most = np.abs(found.rest[seen]).max()
    assert most > 1e-2 if family in ADDS else most < 1e-5


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
