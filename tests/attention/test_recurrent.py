"""Attention of recurrent models: captured, summed, cut and differentiated as any transformer's."""

import numpy as np
import pytest
import torch

from causattn.attention import (
    KnockOut,
    Probe,
    attention_weights,
    capture_attention,
    document_attention,
    editable_attention,
    head_statistics,
    summarise_attention,
)
from causattn.base import ConfigError, ModelError
from causattn.models import LanguageModel
from causattn.models.recurrent import (
    SCORES,
    LSTMForCausalLM,
    LSTMForConditionalGeneration,
    LSTMLanguageModelConfig,
    LSTMSeq2SeqConfig,
)

QUERIES = ["current", "previous"]


@pytest.fixture
def lstm_lm(tokenizer):
    def make(**settings: object) -> LanguageModel:
        torch.manual_seed(0)
        config = LSTMLanguageModelConfig(
            vocab_size=len(tokenizer), hidden_size=8, initializer_range=0.5, **settings
        )
        return LanguageModel("lstm_lm", LSTMForCausalLM(config).eval(), tokenizer, "causal")

    return make


@pytest.fixture
def lstm_seq2seq(tokenizer):
    def make(**settings: object) -> LanguageModel:
        torch.manual_seed(0)
        config = LSTMSeq2SeqConfig(
            vocab_size=len(tokenizer), hidden_size=8, initializer_range=0.5, **settings
        )
        network = LSTMForConditionalGeneration(config).eval()
        return LanguageModel("lstm_seq2seq", network, tokenizer, "seq2seq")

    return make


class Keep(Probe):
    def __init__(self, rows: torch.Tensor | None = None) -> None:
        self.wanted, self.seen = rows, []

    def rows(self, layer):
        return self.wanted

    def visit(self, layer, weights):
        self.seen.append((layer, weights.clone()))


def inputs(rows: int = 3, length: int = 6) -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    ids = torch.randint(5, 40, (rows, length))
    mask = torch.ones_like(ids)
    mask[1, 4:] = mask[2, 2:] = 0
    return {"input_ids": ids * mask, "attention_mask": mask}


def shifted(ids: torch.Tensor) -> torch.Tensor:
    return torch.cat([torch.zeros_like(ids[:, :1]), ids[:, :-1]], dim=1)


@pytest.mark.parametrize("kind", SCORES)
def test_a_language_model_is_captured_as_a_transformer_is(kind, lstm_lm) -> None:
    network, batch = lstm_lm(attention=kind).network, inputs()
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
@pytest.mark.parametrize("kind", SCORES)
def test_an_encoder_decoder_is_captured_where_it_attends(kind, query, lstm_seq2seq) -> None:
    network, batch = lstm_seq2seq(attention=kind, query=query).network, inputs()
    decoder = {"decoder_input_ids": shifted(batch["input_ids"])}
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


@pytest.mark.parametrize("kind", SCORES)
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
        output = model.network(ids, None, shifted(ids), output_attentions=True)
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


@pytest.mark.parametrize("kind", SCORES)
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


def test_an_edge_cut_is_a_key_that_is_not_there(lstm_lm) -> None:
    """With one key cut before the softmax, the last output is that of attention without it."""
    model = lstm_lm(attention="additive").network.double()
    batch = {"input_ids": inputs()["input_ids"][:1]}
    edges = torch.zeros(1, 6, 6, dtype=torch.bool)
    edges[0, 5, 2] = True
    with editable_attention(model, batch) as capture:
        cut = capture.edited(batch, KnockOut("renormalise", edges=edges)).logits[0, 5]
        left = capture.edited(batch, KnockOut("zero", edges=edges)).logits[0, 5]
        whole = capture.edited(batch, None).logits[0, 5]
    body = model.model
    with torch.no_grad():
        states = body.lstm(body.embedding(batch["input_ids"]))[0][0]
        paid = model(**batch, output_attentions=True).attentions[0][0, 0, 5].clone()

        def output(weights):
            return model.head(states[5] + body.context_projection(weights @ states))

        torch.testing.assert_close(whole, output(paid), rtol=1e-6, atol=1e-6)
        paid[2] = 0
        torch.testing.assert_close(left, output(paid), rtol=1e-6, atol=1e-6)
        torch.testing.assert_close(cut, output(paid / paid.sum()), rtol=1e-6, atol=1e-6)
    assert not torch.allclose(whole, cut)


@pytest.mark.parametrize("kind", ["renormalise", "zero", "mean", "resample"])
def test_cuts_of_a_step_are_those_of_weighing_it_by_hand(kind, lstm_seq2seq) -> None:
    network, batch = lstm_seq2seq(query="previous").network, inputs()
    decoder = {"decoder_input_ids": shifted(batch["input_ids"])}
    edges = torch.zeros(3, 6, 6, dtype=torch.bool)
    edges[0, 2, 1] = edges[0, 4, 3] = edges[1, 2, 0] = True
    edges[2, 1, :2] = True  # everything that this row sees
    with editable_attention(network, batch) as capture:
        stand_in = None
        if kind in ("mean", "resample"):
            stand_in = attention_weights(capture, batch, stack="cross", mean=kind == "mean")
            if kind == "resample":
                stand_in = {0: stand_in[0].flip(0)}
        edit = KnockOut(kind, edges=edges, replacement=stand_in, stack="cross")
        found = capture.edited(batch, edit).logits

    def by_hand(scores, step, steps):
        weights = scores.softmax(-1)
        gone = edges[:, step][:, None, None]
        if kind in ("mean", "resample"):
            other = stand_in[0][:, :, step : step + 1].expand_as(weights)
            return torch.where(gone, other, weights)
        left = weights.masked_fill(gone, 0.0)
        if kind == "zero":
            return left
        total = left.sum(-1, keepdim=True)
        return torch.where(total > 0, left / total.clamp(min=1e-30), weights)

    expected = network(**batch, **decoder, stepwise=by_hand).logits
    torch.testing.assert_close(found, expected.detach())
    assert edit.rows_kept == (kind == "renormalise")
    plain = network(**batch, **decoder).logits
    # What came before the cut stays, what comes after follows from another state.
    torch.testing.assert_close(found[0, :2], plain[0, :2].detach())
    assert not torch.allclose(found[0, 3], plain[0, 3])


def test_a_cut_elsewhere_changes_nothing(lstm_seq2seq) -> None:
    network, batch = lstm_seq2seq().network, inputs()
    with editable_attention(network, batch) as capture:
        cut = capture.edited(batch, KnockOut("zero", stack="encoder")).logits
        assert torch.equal(cut, capture.edited(batch, None).logits)


@pytest.mark.parametrize("family", ["lm", "current", "previous"])
def test_gradients_are_those_of_small_changes(family, lstm_lm, lstm_seq2seq) -> None:
    model = lstm_lm() if family == "lm" else lstm_seq2seq(query=family)
    network, batch = model.network.double(), {"input_ids": inputs()["input_ids"][:1]}

    def target(output):
        return output.logits[:, 4, 7].sum()

    class Nudge:
        def __init__(self, query, key, size):
            self.place = query, key, size

        def touches(self, layer):
            return True

        def scores(self, layer, scores):
            return scores

        def weights(self, layer, weights):
            query, key, size = self.place
            changed = weights.clone()
            changed[:, :, query, key] += size
            return changed

    with editable_attention(network, batch) as capture:
        ((_, weights, gradient),) = capture.gradients(batch, target)
        assert gradient.shape == weights.shape == (1, 1, 6, 6)
        for query, key in [(4, 0), (4, 3), (2, 1), (5, 2)]:
            more, less = (
                float(target(capture.edited(batch, Nudge(query, key, size))))
                for size in (1e-3, -1e-3)
            )
            expected = (more - less) / 2e-3
            assert float(gradient[0, 0, query, key]) == pytest.approx(expected, abs=1e-5)
    # An earlier step's weights matter to a later output only where they lead to another state.
    assert (gradient[0, 0, 2].abs().max() > 0) == (family == "previous")
    assert (gradient[0, 0, 5] == 0).all()


def test_attention_under_another_input_can_stand_in(lstm_lm) -> None:
    model = lstm_lm()
    base, other = inputs()["input_ids"][:1], inputs()["input_ids"][:1].clone()
    other[0, 1] = 9
    with editable_attention(model.network, {"input_ids": base}) as capture:
        weights = attention_weights(capture, {"input_ids": other})
        swapped = capture.edited(
            {"input_ids": base}, KnockOut("resample", replacement=weights)
        ).logits
        again = capture.edited(
            {"input_ids": base},
            KnockOut("resample", replacement=attention_weights(capture, {"input_ids": base})),
        ).logits
        whole = capture.edited({"input_ids": base}, None).logits
    torch.testing.assert_close(again, whole)
    assert not torch.allclose(swapped, whole)


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
        ({"query": "masked"}, ConfigError, "choose attention=observed"),
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
