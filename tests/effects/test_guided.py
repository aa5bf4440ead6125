"""Guided changes: the tokens attended to most, near the concept's words, and what that does."""

import numpy as np
import pytest
import torch

from causattn.effects import GuidedEffects, pooled_attention
from causattn.models import encode_texts, predict_labels

TEXTS = ["it is red . it is big .", "so good it is blue", "it is green . bad"]


def test_pooled_attention_is_the_first_row_of_the_models_maps(classifier) -> None:
    encoding = encode_texts(classifier, TEXTS)
    found = pooled_attention(classifier, encoding, 2)
    eager = (
        type(classifier.network)
        ._from_config(classifier.network.config, attn_implementation="eager")
        .eval()
    )
    eager.load_state_dict(classifier.network.state_dict())
    for document, text in enumerate(TEXTS):
        inputs = classifier.tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            maps = torch.stack(eager(**inputs, output_attentions=True).attentions)
        rows = slice(encoding.bounds[document], encoding.bounds[document + 1])
        np.testing.assert_allclose(found[rows], maps[:, 0, :, 0].mean(dim=(0, 1)), atol=1e-6)
        assert found[rows].sum() == pytest.approx(1.0)


def test_tokens_near_the_concepts_words_are_replaced_by_the_donors(classifier) -> None:
    guided = GuidedEffects(
        classifier, ["it is blue"], np.array(["blue"]), ["red", "blue"], tokens=1, window=0
    )
    found = guided.replaced([TEXTS[0]], np.array(["blue"]), np.random.default_rng(0))
    before, after = (
        predict_labels(classifier, encode_texts(classifier, [text]))
        for text in (TEXTS[0], TEXTS[0].replace("red", "blue"))
    )
    np.testing.assert_allclose(found, after - before, atol=1e-9)
    nobody = guided.replaced([TEXTS[0]], np.array(["pink"]), np.random.default_rng(0))
    np.testing.assert_array_equal(nobody, 0.0)


def test_masking_takes_the_most_attended_tokens(classifier) -> None:
    guided = GuidedEffects(classifier, [], np.array([]), ["red"], tokens=2, window=1)
    found = guided.masked(TEXTS[:1], np.random.default_rng(0))
    paid = pooled_attention(classifier, encode_texts(classifier, TEXTS[:1]))
    near = np.array([2, 3, 4])  # is red .
    chosen = near[np.argsort(-paid[near])][:2]
    words = ["[CLS]", *TEXTS[0].split(), "[SEP]"]
    for place in chosen:
        words[place] = "[MASK]"
    masked = " ".join(words[1:-1])
    before, after = (
        predict_labels(classifier, encode_texts(classifier, [text])) for text in (TEXTS[0], masked)
    )
    np.testing.assert_allclose(found, after - before, atol=1e-9)


def test_the_control_takes_tokens_of_the_same_place_at_random(classifier) -> None:
    guided = GuidedEffects(
        classifier, TEXTS, np.array(list("aba")), ["red", "blue"], tokens=1, guide="random"
    )
    one, again, other = (
        guided.replaced(TEXTS, np.array(["b", "a", "b"]), np.random.default_rng(seed))
        for seed in (0, 0, 5)
    )
    np.testing.assert_array_equal(one, again)
    assert not np.allclose(one, other)
