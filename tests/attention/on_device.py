"""All of attention on a device that is not the processor; see `tests.both_devices`."""

from functools import partial

import numpy as np
import pytest
import torch
import transformers as hf

from causattn.attention import (
    MEASURES,
    AttentionSummary,
    KnockOut,
    attention_weights,
    document_attention,
    edge_effects,
    editable_attention,
    head_statistics,
    natural_effects,
    summarise_attention,
)
from causattn.attention.corpus_sum.runner import Runner
from causattn.attention.measures.carried import CarriedFeatures
from causattn.attention.measures.raw import RawMeasure
from causattn.base import ModelError
from causattn.models import LanguageModel

ALL = sorted(set(MEASURES) - {"gradient", "flow"})
REGISTERED = ("bert", "gpt2", "llama", "t5", "bart", "gemma2", "modernbert")
HOOKED = ("xlnet", "deberta_v2", "deberta", "bloom", "gptj", "falcon_alibi")
FIRST = {"bert", "gpt2", "llama", "t5", "xlnet", "deberta_v2"}
FAMILIES = [
    pytest.param(family, marks=() if family in FIRST else pytest.mark.slow)
    for family in REGISTERED + HOOKED
]


@pytest.mark.parametrize("planted", ["inputs", "carriers", "sums"])
def test_what_was_not_moved_is_found(
    planted, device, monkeypatch, language_model, corpus, features
):
    """Three moves are forgotten in turn, to see that the tests below would find them."""
    if planted == "inputs":
        moved = Runner.inputs
        monkeypatch.setattr(
            Runner,
            "inputs",
            lambda self, rows: {k: t.cpu() for k, t in moved(self, rows).items()},
        )
    elif planted == "carriers":
        made = CarriedFeatures.of
        monkeypatch.setattr(
            CarriedFeatures, "of", lambda *where: made(*where[:-1], torch.device("cpu"))
        )
    else:
        monkeypatch.setattr(
            RawMeasure, "visit", lambda self, view: self.add(view.local * np.float32([1]))
        )
    model = language_model("bert")
    settings = {"measures": ["raw"]}
    summarise_attention(settings, model, corpus, features, 0)  # a processor minds none of them
    model.network.to(device)
    with pytest.raises((RuntimeError, TypeError, ModelError)) as raised:
        summarise_attention(settings, model, corpus, features, 0)
    # Where every way of capture fails, the sentence names their errors.
    assert not isinstance(raised.value, ModelError) or "RuntimeError" in str(raised.value)


def assert_same(there: AttentionSummary, here: AttentionSummary, near: float = 2e-4) -> None:
    assert there.measures.keys() == here.measures.keys()
    for name, moments in here.measures.items():
        found = there.measures[name]
        np.testing.assert_array_equal(found.count, moments.count)
        for part in ("sum", "sum_of_squares", "maximum"):
            np.testing.assert_allclose(
                getattr(found, part), getattr(moments, part), rtol=near, atol=near, err_msg=name
            )


def with_head(language_model, kind: type, family: str, task: str) -> LanguageModel:
    base = language_model(family)
    torch.manual_seed(1)
    network = kind(type(base.network.config).from_dict(base.network.config.to_dict())).eval()
    network.base_model.load_state_dict(base.network.state_dict(), strict=False)
    return LanguageModel(family, network, base.tokenizer, task)


@pytest.mark.parametrize("family", FAMILIES)
def test_sums(family, both, language_model, corpus, features):
    measures = [name for name in ALL if family in REGISTERED or name != "norm"]
    settings = {"measures": measures, "documents": 5}
    assert_same(
        *both(
            language_model(family),
            lambda model: summarise_attention(settings, model, corpus, features, 0),
        )
    )


@pytest.mark.parametrize(
    ("family", "query", "task", "heads"),
    [
        ("bert", "masked", "masked", None),
        ("bert", "masked", "masked", [3, 1]),
        ("llama", "next", "causal", [3, 1]),
        pytest.param("gpt2", "next", "causal", None, marks=pytest.mark.slow),
    ],
)
def test_queries(family, query, task, heads, both, language_model, corpus, features):
    measures = [name for name in ALL if name != "covariance"]
    settings = {"query": query, "measures": measures, "heads": heads, "entropy": "lowest"}
    model = language_model(family, task=task)
    assert_same(*both(model, lambda m: summarise_attention(settings, m, corpus, features, 0)))


@pytest.mark.parametrize("stack", ["decoder", "cross"])
@pytest.mark.parametrize("family", ["t5", pytest.param("bart", marks=pytest.mark.slow)])
def test_stacks(family, stack, both, language_model, corpus, features):
    measures = ["raw", "mean", "norm"]
    settings = {"stack": stack, "measures": measures, "shard_documents": 3}
    model = language_model(family)
    assert_same(*both(model, lambda m: summarise_attention(settings, m, corpus, features, 0)))


def test_the_processor_where_it_is_asked_for(device, language_model, corpus, features):
    model = language_model("bert")
    here = summarise_attention({"device": "cpu"}, model, corpus, features, 0)
    assert here.about["device"] == "cpu"
    model.network.to(device)
    there = summarise_attention({"device": "cpu"}, model, corpus, features, 0)
    assert there.about["device"] == "cpu"
    assert model.device == device  # as it was
    assert_same(there, here, 0.0)


def test_flow(both, language_model, corpus, features):
    chosen = partial(summarise_attention, {"measures": ["flow"], "batch_tokens": 60})
    model = language_model("bert")
    assert_same(*both(model, lambda m: chosen(m, corpus, features, 0)))


@pytest.mark.parametrize(
    ("family", "query"),
    [("bert", "observed"), ("bert", "masked"), ("llama", "observed"), ("xlnet", "observed")],
)
def test_mixed_precision(family, query, device, language_model, corpus, features):
    task = "masked" if query == "masked" else "encoder"
    model = language_model(family, task=task)
    settings = {"query": query, "measures": ["raw", "mean", "rollout"]}
    whole = summarise_attention(settings, model, corpus, features, 0)
    model.network.to(device)
    lower = {**settings, "mixed_precision": "bfloat16"}
    half = summarise_attention(lower, model, corpus, features, 0)
    assert half.about["device"] == device.type
    for name, moments in whole.measures.items():
        off = np.abs(half.measures[name].mean() - moments.mean()).max()
        assert 1e-6 < off < 0.02, name
    # The sums themselves stay in full precision: float32 writes more digits than bfloat16 has.
    means = half.measures["mean"].maximum
    assert (torch.from_numpy(means).bfloat16().double().numpy() != means).any()


def test_gradients_by_hidden_words(both, language_model, corpus, features):
    settings = {"query": "masked", "measures": ["gradient", "mean"]}
    model = with_head(language_model, hf.BertForMaskedLM, "bert", "masked")
    assert_same(*both(model, lambda m: summarise_attention(settings, m, corpus, features, 0)))


def test_gradients_by_a_class(both, language_model, corpus, features):
    settings = {"measures": ["gradient"]}
    model = with_head(language_model, hf.BertForSequenceClassification, "bert", "classifier")
    assert_same(*both(model, lambda m: summarise_attention(settings, m, corpus, features, 0)))


@pytest.mark.parametrize("query", ["observed", "next"])
def test_a_recurrent_language_model(query, both, lstm_lm, corpus, features):
    settings = {"query": query, "measures": ["raw", "mean"]}
    model = lstm_lm()
    assert_same(*both(model, lambda m: summarise_attention(settings, m, corpus, features, 0)))


def test_a_recurrent_encoder_decoder(both, lstm_seq2seq, corpus, features):
    settings = {"measures": ["raw", "mean"], "documents": 5}
    model = lstm_seq2seq()
    assert_same(*both(model, lambda m: summarise_attention(settings, m, corpus, features, 0)))


@pytest.mark.parametrize("family", ["bert", "t5"])
def test_statistics(family, both, language_model, corpus):
    there, here = both(language_model(family), lambda m: head_statistics(m, corpus).means())
    for name, value in here.items():
        np.testing.assert_allclose(there[name], value, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_document(family, both, language_model, corpus):
    there, here = both(
        language_model(family), lambda m: document_attention(m, corpus.texts[0], vectors=True)
    )
    for part in ("weights", "query", "key", "scaling", "rest"):
        np.testing.assert_allclose(
            getattr(there, part), getattr(here, part), atol=1e-4, rtol=1e-4, err_msg=part
        )


def test_edge_effects(both, language_model, corpus, features):
    model = with_head(language_model, hf.BertForMaskedLM, "bert", "masked")
    there, here = both(model, lambda m: edge_effects(m, corpus, features, 0, documents=4))
    np.testing.assert_allclose(there.effect, here.effect, atol=1e-5)


def inputs_of(model: LanguageModel, seed: int = 1) -> dict[str, torch.Tensor]:
    ids = torch.randint(5, 40, (3, 9), generator=torch.manual_seed(seed))
    mask = torch.ones_like(ids)
    return {"input_ids": ids.to(model.device), "attention_mask": mask.to(model.device)}


@pytest.mark.parametrize("kind", ["renormalise", "zero", "mean", "resample"])
@pytest.mark.parametrize("family", ["bert", "llama"])
def test_knock_outs(family, kind, both, language_model):
    edges = torch.rand((3, 9, 9), generator=torch.manual_seed(2)) < 0.3

    def cut(model: LanguageModel) -> np.ndarray:
        inputs = inputs_of(model)
        with editable_attention(model.network, inputs) as capture:
            instead = None
            if kind in ("mean", "resample"):
                instead = attention_weights(capture, inputs, mean=kind == "mean")
                instead = {layer: weights.cpu().flip(-2) for layer, weights in instead.items()}
            edit = KnockOut(kind, edges=edges, heads={0: (1, 2), 1: None}, replacement=instead)
            return capture.edited(inputs, edit)[0].cpu().numpy()

    there, here = both(language_model(family), cut)
    np.testing.assert_allclose(there, here, atol=1e-4)


def test_natural_effects(both, language_model):
    model = with_head(language_model, hf.GPT2LMHeadModel, "gpt2", "causal")

    def effects(model: LanguageModel) -> list[np.ndarray]:
        found = natural_effects(
            model.network,
            inputs_of(model, 1),
            inputs_of(model, 2),
            lambda output: output.logits[:, -1].softmax(-1)[:, 7],
            [{0: (1,)}, {1: None}],
        )
        parts = (found.total_effect, found.direct_effect, found.indirect_effect)
        return [part.cpu().numpy() for part in parts]

    for there, here in zip(*both(model, effects), strict=True):
        np.testing.assert_allclose(there, here, atol=1e-4)
