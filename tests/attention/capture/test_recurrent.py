"""Attention of recurrent models: captured, summed and shown as any transformer's."""

import numpy as np
import pytest
import torch
from torch.nn.functional import pad

from causattn.attention import (
    Probe,
    capture_attention,
    document_attention,
    head_statistics,
    summarise_attention,
)
from causattn.base import ConfigError, ModelError
from causattn.models import RECURRENT_SCORES

QUERIES = ["current", "previous"]


class Keep(Probe):
    def __init__(self, rows: torch.Tensor | None = None) -> None:
        self.wanted, self.seen = rows, []

    def rows(self, layer):
        return self.wanted

    def visit(self, layer, weights):
        self.seen.append((layer, weights.clone()))


@pytest.mark.parametrize("kind", RECURRENT_SCORES)
def test_a_language_model_is_captured_as_a_transformer_is(kind, lstm_lm, padded) -> None:
    network, batch = lstm_lm(attention=kind).network, padded
    expected = network(**batch, output_attentions=True).attentions[0]
    probe, some = Keep(), Keep(torch.tensor([[0, 3], [1, 2], [1, 0]]))
    with capture_attention(network, batch) as capture:
        assert capture.method == "registered attention function"
        assert capture.editable
        capture.run(batch, probe)
        capture.run(batch, some)
    ((layer, weights),) = probe.seen
    assert (layer.stack, layer.index, capture.heads) == ("self", 0, 1)
    torch.testing.assert_close(weights, expected)
    rows = some.wanted[:, None, :, None].expand(-1, 1, -1, 6)
    torch.testing.assert_close(some.seen[0][1], expected.gather(2, rows))


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("kind", RECURRENT_SCORES)
def test_an_encoder_decoder_is_captured_where_it_attends(kind, query, lstm_seq2seq, padded) -> None:
    network, batch = lstm_seq2seq(attention=kind, query=query).network, padded
    decoder = {"decoder_input_ids": pad(batch["input_ids"][:, :-1], (1, 0))}
    expected = network(**batch, **decoder, output_attentions=True).cross_attentions[0]
    probe = Keep()
    network.train()
    with capture_attention(network, batch) as capture:
        assert (
            capture.method
            == {
                "current": "registered attention function",
                "previous": "step by step",
            }[query]
        )
        capture.run(batch, probe)
    assert network.training
    network.eval()
    ((layer, weights),) = probe.seen
    assert layer.stack == "cross"
    torch.testing.assert_close(weights, expected)


@pytest.mark.parametrize("kind", RECURRENT_SCORES)
def test_sums_of_a_language_model_are_those_of_its_own_weights(
    kind, lstm_lm, corpus, features, naive_tokens
) -> None:
    model = lstm_lm(attention=kind)
    settings = {"measures": ["raw", "mean", "rollout", "norm"]}
    summary = summarise_attention(settings, model, corpus, features, 0)
    weight = model.network.model.context_projection.weight.detach()
    expected = {name: np.zeros((6, 6)) for name in ("raw", "rollout", "norm")}
    found_in = naive_tokens(model, corpus.texts, features)
    for text, of in zip(corpus.texts, found_in, strict=True):
        ids = torch.tensor([model.tokenizer(text)["input_ids"]])
        paid = model.network(ids, output_attentions=True).attentions[0][0, 0].detach()
        states, _ = model.network.model.lstm(model.network.model.embedding(ids))
        norms = (states[0].detach() @ weight.T).norm(dim=-1)
        for i in of:
            for j in of:
                pick = np.ix_(of[i], of[j])
                rolled = (paid + torch.eye(len(paid))) / 2
                expected["raw"][i, j] += float(paid[pick].sum(1).mean())
                expected["rollout"][i, j] += float(rolled[pick].sum(1).mean())
                expected["norm"][i, j] += float((paid * norms)[pick].sum(1).mean())
    for name, sums in expected.items():
        np.testing.assert_allclose(summary.measures[name].sum[0, 0], sums, atol=2e-5)
        assert sums.any()
    np.testing.assert_allclose(summary.measures["mean"].sum[0, 0], expected["raw"], atol=2e-5)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("stack", [None, "cross"])
def test_sums_of_an_encoder_decoder_are_those_of_its_own_weights(
    query, stack, lstm_seq2seq, corpus, features, naive_tokens
) -> None:
    model = lstm_seq2seq(query=query)
    summary = summarise_attention({"stack": stack}, model, corpus, features, 0)
    assert summary.about["stack"] == "cross"
    expected = np.zeros((6, 6))
    found_in = naive_tokens(model, corpus.texts, features)
    for text, of in zip(corpus.texts, found_in, strict=True):
        ids = torch.tensor([model.tokenizer(text)["input_ids"]])
        output = model.network(ids, None, pad(ids[:, :-1], (1, 0)), output_attentions=True)
        paid = output.cross_attentions[0][0, 0].detach()
        for i in of:
            for j in of:
                # The decoder reads token p at position p + 1.
                pick = np.ix_(np.array(of[i]) + 1, of[j])
                expected[i, j] += float(paid[pick].sum(1).mean())
    np.testing.assert_allclose(summary.measures["raw"].sum[0, 0], expected, atol=2e-5)


def test_what_foretells_a_word_stands_before_it(lstm_lm, corpus, features, naive_tokens) -> None:
    model = lstm_lm()
    summary = summarise_attention({"query": "next"}, model, corpus, features, 0)
    expected, count = np.zeros((6, 6)), np.zeros((6, 6))
    found_in = naive_tokens(model, corpus.texts, features)
    for text, of in zip(corpus.texts, found_in, strict=True):
        ids = torch.tensor([model.tokenizer(text)["input_ids"]])
        paid = model.network(ids, output_attentions=True).attentions[0][0, 0].detach()
        for i in of:
            before = np.array([place - 1 for place in of[i] if place > 0])
            for j in of if len(before) else ():
                expected[i, j] += float(paid[np.ix_(before, of[j])].sum(1).mean())
                count[i, j] += 1
    np.testing.assert_allclose(summary.measures["raw"].sum[0, 0], expected, atol=2e-5)
    np.testing.assert_array_equal(summary.measures["raw"].count, count)
    assert summary.query == "next"


def test_only_a_model_that_reads_from_left_to_right_foretells(
    lstm_seq2seq, corpus, features
) -> None:
    with pytest.raises(ConfigError, match="lstm_seq2seq is a seq2seq model; choose"):
        summarise_attention({"query": "next"}, lstm_seq2seq(), corpus, features, 0)


def test_sums_do_not_depend_on_the_batch_nor_the_shards(lstm_seq2seq, corpus, features) -> None:
    model = lstm_seq2seq()
    whole = summarise_attention({}, model, corpus, features, 0)
    parts = summarise_attention(
        {"batch_tokens": 20, "shard_documents": 3}, model, corpus, features, 0
    )
    np.testing.assert_allclose(parts.measures["raw"].sum, whole.measures["raw"].sum, atol=1e-6)


@pytest.mark.parametrize("kind", RECURRENT_SCORES)
@pytest.mark.parametrize("family", ["lm", "current", "previous"])
def test_half_precision_is_near(family, kind, lstm_lm, lstm_seq2seq, corpus, features) -> None:
    model = lstm_lm(attention=kind) if family == "lm" else lstm_seq2seq(query=family)
    settings = {"measures": ["raw"]}
    whole = summarise_attention(settings, model, corpus, features, 0).measures["raw"].sum
    half = summarise_attention(
        {**settings, "mixed_precision": "bfloat16"}, model, corpus, features, 0
    )
    np.testing.assert_allclose(half.measures["raw"].sum, whole, atol=0.05, rtol=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("family", ["lm", "seq2seq"])
def test_workers_read_the_model_from_its_folder(
    family, lstm_lm, lstm_seq2seq, corpus, features
) -> None:
    model = lstm_lm() if family == "lm" else lstm_seq2seq()
    settings = {"shard_documents": 4, "measures": ["raw"]}
    here = summarise_attention(settings, model, corpus, features, 0)
    there = summarise_attention({**settings, "workers": 2}, model, corpus, features, 0)
    np.testing.assert_array_equal(there.measures["raw"].sum, here.measures["raw"].sum)


@pytest.mark.parametrize("query", QUERIES)
def test_a_document_can_be_looked_at(query, lstm_seq2seq) -> None:
    model = lstm_seq2seq(query=query)
    shown = document_attention(model, "great food, slow service", vectors=True)
    assert shown.stack == "cross"
    assert shown.tokens[1] == "great"
    assert shown.attending[2] == "great"
    scores = shown.scaling[0] * shown.query[0, 0] @ shown.key[0, 0].T + shown.rest[0, 0]
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    np.testing.assert_allclose(
        weights / weights.sum(-1, keepdims=True), shown.weights[0, 0], atol=1e-5
    )


def test_heads_have_statistics(lstm_lm, corpus) -> None:
    found = head_statistics(lstm_lm(), corpus)
    assert np.isfinite(found.entropy).all()


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        ({"query": "masked"}, ConfigError, "from left to right; choose attention=next"),
        ({"stack": "cross"}, ConfigError, "is no encoder-decoder; leave it null"),
        ({"measures": ["gradient"]}, ModelError, "leave gradient out of attention.measures"),
    ],
)
def test_what_a_language_model_cannot_show_is_said(
    settings, error, said, lstm_lm, corpus, features
) -> None:
    with pytest.raises(error, match=said):
        summarise_attention(settings, lstm_lm(), corpus, features, 0)


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        ({"query": "masked"}, ConfigError, "needs a masked language model"),
        ({"stack": "encoder"}, ConfigError, r"set attention\.stack=cross, or null"),
        ({"stack": "decoder"}, ConfigError, "the decoder of model lstm_seq2seq is recurrent"),
        ({"measures": ["norm"]}, ModelError, "leave norm out of attention.measures"),
    ],
)
def test_what_an_encoder_decoder_cannot_show_is_said(
    settings, error, said, lstm_seq2seq, corpus, features
) -> None:
    with pytest.raises(error, match=said):
        summarise_attention(settings, lstm_seq2seq(), corpus, features, 0)


def test_a_network_without_attention_is_said(lstm_lm, corpus, features) -> None:
    with pytest.raises(ModelError, match="was made without attention"):
        summarise_attention({}, lstm_lm(attention=None), corpus, features, 0)
