"""A model that does not mask what it should is refused before anything is summed."""

from itertools import permutations

import numpy as np
import pytest
import torch
import transformers.models.bart.modeling_bart as bart
import transformers.models.bert.modeling_bert as bert
import transformers.models.gpt2.modeling_gpt2 as gpt2

from causattn.attention import summarise_attention
from causattn.base import ModelError
from causattn.corpora import Corpus

LONG = [" ".join(words) for words in permutations(("slow", "great", "food"))][:5]
SHORT = [" ".join(words) for words in permutations(("slow", "great", "food"), 2)][:5]


@pytest.fixture
def two_lengths(table):
    """Five documents of one length and five shorter ones, each with a feature per word."""
    texts = [*LONG, *SHORT]
    rows = []
    for document, text in enumerate(texts):
        for feature, word in enumerate(("slow", "great", "food")):
            if word in text:
                rows.append((document, feature, text.index(word), text.index(word) + len(word)))
    return Corpus("two lengths", texts), table(np.array(rows), len(texts), 3)


def seeing_everything(config, inputs_embeds, attention_mask=None, **rest):
    return None


def test_padding_that_is_attended_to_is_found_though_the_first_batch_has_none(
    monkeypatch, language_model, two_lengths
):
    model = language_model("bert")
    longest = max(len(ids) for ids in model.tokenizer(two_lengths[0].texts)["input_ids"])
    settings = {"batch_tokens": 5 * longest}
    right = summarise_attention(settings, model, *two_lengths, 0)
    monkeypatch.setattr(bert, "create_bidirectional_mask", seeing_everything)
    with pytest.raises(ModelError, match="to padding"):
        summarise_attention(settings, model, *two_lengths, 0)
    alone = summarise_attention({"batch_tokens": 1}, model, *two_lengths, 0)
    np.testing.assert_allclose(
        alone.measures["raw"].sum, right.measures["raw"].sum, rtol=1e-5, atol=1e-6
    )


def test_a_mask_that_mixed_precision_loses_is_found(monkeypatch, language_model, two_lengths):
    own = bert.create_bidirectional_mask

    def lost(**arguments):
        return None if torch.is_autocast_enabled("cpu") else own(**arguments)

    monkeypatch.setattr(bert, "create_bidirectional_mask", lost)
    model = language_model("bert")
    summarise_attention({}, model, *two_lengths, 0)
    with pytest.raises(ModelError, match="to padding"):
        summarise_attention({"mixed_precision": "bfloat16"}, model, *two_lengths, 0)


@pytest.mark.parametrize(
    ("family", "module", "stack"), [("gpt2", gpt2, None), ("bart", bart, "decoder")]
)
def test_a_causal_model_that_attends_to_the_future_is_refused(
    family, module, stack, monkeypatch, language_model, two_lengths
):
    monkeypatch.setattr(module, "create_causal_mask", seeing_everything)
    settings = {"stack": stack, "batch_tokens": 1}
    start = {"decoder_start_token_id": 2} if stack else {}
    with pytest.raises(ModelError, match="to later tokens"):
        summarise_attention(settings, language_model(family, **start), *two_lengths, 0)


def test_a_model_that_is_told_to_read_both_ways_is_taken(language_model, two_lengths):
    model = language_model("gpt2", is_causal=False)
    found = summarise_attention({"measures": ["raw"]}, model, *two_lengths, 0)
    first = summarise_attention({"measures": ["raw"]}, language_model("gpt2"), *two_lengths, 0)
    assert np.abs(found.measures["raw"].sum - first.measures["raw"].sum).max() > 0.01
