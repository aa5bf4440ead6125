"""Attention kept in training: before dropout, a node of the graph, and the output as it was."""

import copy

import numpy as np
import pytest
import torch
from transformers import (
    BertForSequenceClassification,
    DebertaV2Config,
    DebertaV2ForSequenceClassification,
    GPT2ForSequenceClassification,
)

from causattn.base import CapabilityError
from causattn.models import LanguageModel, encode_texts, take
from causattn.models.causal_attention import NAME, attention_in_training
from tests.models.conftest import TEXTS, bert, gpt2

DROPPING = {"hidden_dropout_prob": 0.3, "attention_probs_dropout_prob": 0.4}


def _models():
    yield bert(BertForSequenceClassification, num_labels=3, **DROPPING)
    yield gpt2(GPT2ForSequenceClassification, num_labels=3, pad_token_id=0, attn_pdrop=0.4)


def _batch(model, rows=(0, 1, 4)):

    return take(encode_texts(model, TEXTS), np.array(rows))


@pytest.mark.parametrize("index", [0, 1])
def test_in_training_the_output_is_that_of_eager_to_the_last_bit(index):
    model = list(_models())[index]
    batch = _batch(model)
    own = copy.deepcopy(model.network).train()
    own.set_attn_implementation("eager")
    torch.manual_seed(3)
    expected = own(**batch.inputs).logits
    expected.square().sum().backward()
    with attention_in_training(model.network, model.name) as forward:
        model.network.train()
        torch.manual_seed(3)
        logits, layers = forward(batch)
        logits.square().sum().backward()
    assert torch.equal(logits, expected)
    for ours, theirs in zip(model.network.parameters(), own.parameters(), strict=True):
        assert (ours.grad is None) == (theirs.grad is None)
        assert ours.grad is None or torch.equal(ours.grad, theirs.grad)
    assert len(layers) == 2


@pytest.mark.parametrize("index", [0, 1])
def test_rows_sum_to_one_although_weights_are_dropped(index):
    model = list(_models())[index]
    batch = _batch(model)
    model.network.train()
    with attention_in_training(model.network, model.name) as forward:
        _, layers = forward(batch)
    padding = ~batch.attention_mask.bool()
    for weights in layers:
        assert weights.requires_grad
        rows = weights.sum(-1).transpose(1, 2)[batch.attention_mask.bool()]
        assert torch.allclose(rows, torch.ones_like(rows), atol=1e-5)
        assert weights.permute(0, 3, 1, 2)[padding].max() < 1e-6


def test_they_are_the_weights_that_eager_returns_without_dropout():
    model = bert(BertForSequenceClassification, num_labels=3)
    batch = _batch(model)
    with attention_in_training(model.network, model.name) as forward:
        _, layers = forward(batch)
    model.network.set_attn_implementation("eager")
    own = model.network(**batch.inputs, output_attentions=True).attentions
    assert all(torch.equal(a, b) for a, b in zip(layers, own, strict=True))


def test_the_implementation_is_put_back_whatever_happens():
    model = bert(BertForSequenceClassification, num_labels=3)
    before = model.network.config._attn_implementation
    with (
        pytest.raises(RuntimeError),
        attention_in_training(model.network, model.name) as forward,
    ):
        assert model.network.config._attn_implementation == NAME
        # What predicts on the way keeps nothing and works.
        model.network(**_batch(model).inputs)
        forward(_batch(model))
        raise RuntimeError
    assert model.network.config._attn_implementation == before


def _deberta(dropout):
    tokenizer = bert().tokenizer
    torch.manual_seed(0)
    config = DebertaV2Config(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        num_labels=2,
        attention_probs_dropout_prob=dropout,
    )
    network = DebertaV2ForSequenceClassification(config).train()
    return LanguageModel("deberta", network, tokenizer, "classifier")


def test_an_architecture_without_the_interface_returns_its_attention():
    model = _deberta(0.0)
    with attention_in_training(model.network, model.name) as forward:
        _, layers = forward(_batch(model))
    assert len(layers) == 2
    layers[0].square().sum().backward()
    assert any(weight.grad is not None for weight in model.network.parameters())


def test_and_is_refused_where_it_shows_only_what_dropout_left():
    model = _deberta(0.4)
    with (
        attention_in_training(model.network, model.name) as forward,
        pytest.raises(CapabilityError, match="only after dropout; set the attention dropout"),
    ):
        forward(_batch(model))
