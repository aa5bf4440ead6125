"""Counterfactual attention against transformers' own eager attention."""

import numpy as np
import pytest
import torch

from causattn.base import CapabilityError, DataError
from causattn.effects import counterfactual_attention
from causattn.models import LanguageModel

BEFORE, AFTER = "it is red . it is big .", "it is blue . it is big ."


def eager(model: LanguageModel, text: str) -> tuple[np.ndarray, np.ndarray]:
    """Return output and attention [layers, heads, T, T] by the library's own eager attention."""
    network = (
        type(model.network)._from_config(model.network.config, attn_implementation="eager").eval()
    )
    network.load_state_dict(model.network.state_dict())
    with torch.no_grad():
        found = network(**model.tokenizer(text, return_tensors="pt"), output_attentions=True)
    maps = np.stack([layer[0].numpy() for layer in found.attentions])
    return found.logits[0].softmax(-1).numpy(), maps


def test_outputs_and_attention_are_the_models_own(classifier) -> None:
    found = counterfactual_attention(classifier, BEFORE, AFTER)
    for text, output, maps in (
        (BEFORE, found.output_before, found.attention_before),
        (AFTER, found.output_after, found.attention_after),
    ):
        expected = eager(classifier, text)
        np.testing.assert_allclose(output, expected[0], atol=1e-6)
        np.testing.assert_allclose(maps, expected[1], atol=1e-6)
    assert found.tokens_before[3] == "red"
    assert found.tokens_after[3] == "blue"
    assert found.swapped.tolist() == [3]
    np.testing.assert_array_equal(found.aligned, np.repeat(np.arange(10), 2).reshape(-1, 2))
    np.testing.assert_array_equal(found.difference, found.attention_after - found.attention_before)
    np.testing.assert_allclose(found.output_change, found.output_after - found.output_before)
    # What a swap adds to one entry of a row it takes from others.
    np.testing.assert_allclose(found.difference.sum(axis=3), 0.0, atol=1e-5)


def test_movers_are_the_largest_changes(classifier) -> None:
    found = counterfactual_attention(classifier, BEFORE, AFTER)
    movers = found.movers(5)
    largest = np.sort(np.abs(found.difference).ravel())[::-1][:5]
    np.testing.assert_allclose([abs(one.change) for one in movers], largest, atol=1e-6)
    first = movers[0]
    place = first.layer, first.head, first.attending, first.attended
    assert found.attention_after[place] == pytest.approx(first.after, abs=1e-6)
    assert found.by_head().shape == (2, 2)
    assert ((found.by_head() >= 0) & (found.by_head() <= 1)).all()


def test_texts_of_different_length_are_aligned(classifier) -> None:
    found = counterfactual_attention(classifier, "it is red . good", "it is so red . bad")
    # [CLS] it is red . good [SEP] and [CLS] it is so red . bad [SEP]
    expected = [[0, 0], [1, 1], [2, 2], [3, 4], [4, 5], [5, 6], [6, 7]]
    assert found.aligned.tolist() == expected
    assert found.swapped.tolist() == [5]
    assert found.difference.shape == (2, 2, 7, 7)


def test_mistakes_are_sentences(classifier, masked_model) -> None:
    with pytest.raises(DataError, match="reads both texts as the same tokens"):
        counterfactual_attention(classifier, "it is unheard", "it is unseen")
    with pytest.raises(CapabilityError, match="take a classifier"):
        counterfactual_attention(masked_model, BEFORE, AFTER)
