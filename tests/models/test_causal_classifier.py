"""Training with a causal term: weight 0 is plain training, and the gradient is the loss's own."""

import dataclasses

import numpy as np
import pytest
import torch

from causattn.base import ConfigError, DataError, settings_from
from causattn.corpora import Corpus, load_corpus
from causattn.models import (
    LanguageModel,
    encode_texts,
    load_model,
    model_checksums,
    read_model,
    take,
    write_model,
)
from causattn.models.causal_attention import attention_in_training
from causattn.models.causal_classifier import CausalClassifierSettings, causal_term
from causattn.models.causal_term import CausalSettings, CausalTerm
from causattn.models.classifier import train_classifier
from causattn.models.tiny_classifier import fresh_classifier
from tests.models.conftest import bert, gpt2

SIZE = {"width": 16, "feed_forward": 32, "heads": 2, "epochs": 1, "batch": 16}
SIZE |= {"vocabulary": 2000, "learning_rate": 3e-3}
QUICK = {"kind": "causal_classifier", **SIZE}
KINDS = ("graph", "interventions", "output")


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus({"kind": "shortcut", "documents": 120}, 0)


def weights(model: LanguageModel) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in model.network.parameters()])


@pytest.mark.parametrize("dropout", [0.0, 0.2])
def test_weight_0_is_plain_training_to_the_last_bit(corpus, dropout):
    plain = load_model({"kind": "tiny_classifier", **SIZE, "dropout": dropout}, corpus, 3)
    for kind in KINDS:
        ours = load_model(
            {**QUICK, "dropout": dropout, "causal_weight": 0.0, "causal_kind": kind}, corpus, 3
        )
        assert torch.equal(weights(ours), weights(plain))
        assert ours.about["accuracy_held_out"] == plain.about["accuracy_held_out"]


def test_so_is_a_term_that_is_computed_and_multiplied_by_0(corpus):
    """The pass that keeps the weights changes nothing: what differs with a weight is the term."""
    settings = CausalClassifierSettings(**SIZE, dropout=0.2)
    plain = fresh_classifier(settings, corpus, 3)
    plain.network.set_attn_implementation("eager")
    train_classifier(plain, corpus, settings, 3)
    ours = fresh_classifier(settings, corpus, 3)
    with attention_in_training(ours.network, ours.name) as forward:
        none = dataclasses.replace(settings, causal_weight=0.0)
        term = CausalTerm(none, ours, forward, corpus, np.arange(len(corpus)), 3)
        train_classifier(ours, corpus, settings, 3, term)
    assert torch.equal(weights(ours), weights(plain))
    assert min(term.values) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_is_that_of_finite_differences(corpus, kind):
    settings = CausalClassifierSettings(**SIZE, causal_kind=kind, layers=2)
    model = fresh_classifier(settings, corpus, 1)
    with torch.no_grad():
        for weight in model.network.parameters():
            # The weights that a network starts from attend to everything alike.
            weight.mul_(8.0 if weight.ndim > 1 else 1.0)
    model.network.double().eval()
    batch = take(encode_texts(model, corpus.texts), np.array([4, 0, 9]))
    chosen = model.network.bert.encoder.layer[0].attention.self.key.weight
    # float64 throughout, or differences drown in rounding.
    with attention_in_training(model.network, model.name) as forward:

        def value() -> torch.Tensor:
            term = CausalTerm(settings, model, forward, corpus, np.arange(len(corpus)), 5)
            return term.bare(batch)[1]

        found = value()
        assert found > 0
        (gradient,) = torch.autograd.grad(found, chosen)
        rng = torch.Generator().manual_seed(0)
        for _ in range(3):
            direction = torch.randn(chosen.shape, generator=rng, dtype=torch.float64)
            step = 1e-5 * direction
            with torch.no_grad():
                chosen += step
                above = value()
                chosen -= 2 * step
                below = value()
                chosen += step
            expected = float(above - below) / 2e-5
            assert float((gradient * direction).sum()) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_heavy_term_is_brought_down(corpus, kind):
    settings = {**QUICK, "epochs": 12, "learning_rate": 3e-3, "causal_kind": kind}
    plain = load_model({**settings, "causal_weight": 0.0}, corpus, 0)
    heavy = load_model({**settings, "causal_weight": 300.0}, corpus, 0)
    wanted = CausalSettings(causal_kind=kind, causal_attention="each")
    assert causal_term(wanted, heavy, corpus, 0) < 0.5 * causal_term(wanted, plain, corpus, 0)


def test_what_it_was_trained_with_is_told(corpus):
    model = load_model({**QUICK, "causal_kind": "interventions"}, corpus, 0)
    about = model.about
    assert about["causal_features"] == [*corpus.variables, "label"]
    assert set(about["causal_resampled"]) == set(corpus.variables) - {"cause"}
    assert 0 <= about["accuracy_out_of_distribution"] <= 1
    assert np.isfinite(about["causal_term_train"])
    assert model.network.config._attn_implementation == "sdpa"


def test_equal_seeds_give_equal_weights(corpus):
    settings = {**QUICK, "causal_kind": "interventions", "causal_graph": "shuffled"}
    first, again = (load_model(settings, corpus, 7) for _ in range(2))
    torch.rand(3)
    assert torch.equal(weights(first), weights(again))
    assert not torch.equal(weights(first), weights(load_model(settings, corpus, 8)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_checkpoint_goes_on_from_its_weights(corpus, kind, tmp_path):
    plain = load_model({**QUICK, "causal_weight": 0.0}, corpus, 0)
    write_model(plain, tmp_path / "model")
    settings = {**QUICK, "path": str(tmp_path / "model"), "learning_rate": 1e-8}
    model = load_model({**settings, "causal_kind": kind}, corpus, 0)
    assert torch.allclose(weights(model), weights(plain), atol=1e-5)
    assert not torch.equal(weights(model), weights(plain))
    write_model(model, tmp_path / "again")
    assert torch.equal(weights(read_model(tmp_path / "again")), weights(model))
    assert "model.safetensors" in model_checksums(settings)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("make", [bert, gpt2])
def test_any_checkpoint_gets_a_new_classifier_and_its_term(corpus, make, kind, tmp_path):
    """GPT-2 reads its label from the last token; this BERT sees no document to its end."""
    body = make()
    body.network.save_pretrained(tmp_path)
    body.tokenizer.save_pretrained(tmp_path)
    settings = {**QUICK, "path": str(tmp_path), "causal_kind": kind, "causal_attention": "each"}
    settings |= {"long_text": "truncate"}
    model = load_model(settings, corpus, 0)
    assert model.task == "classifier"
    assert np.isfinite(model.about["causal_term_train"])
    assert model.about["causal_term_train"] > 0


def test_a_graph_that_changes_changes_the_checksum(corpus, tmp_path):
    path = tmp_path / "graph.json"
    corpus.truth.write(path)
    settings = {**QUICK, "causal_graph": str(path)}
    before = model_checksums(settings)
    assert list(before) == ["graph.json"]
    path.write_text(path.read_text().replace("as drawn", "drawn"))
    assert model_checksums(settings) != before
    assert model_checksums(QUICK) == {}


def test_settings_that_cannot_be_are_named():
    for wrong, named in [
        ({"causal_weight": -1.0}, r"model.causal_weight=-1.0 must be 0 or more"),
        ({"causal_weight": float("nan")}, r"model.causal_weight=nan should be a finite number"),
        ({"causal_copies": 0}, r"model.causal_copies=0"),
        ({"causal_kind": "attention"}, r"model.causal_kind='attention' is not possible"),
        ({"train": "head"}, r"model.train=head leaves the attention as it is"),
        ({"width": 10, "heads": 4}, r"model.width=10"),
        ({"epochs": 0}, r"model.epochs"),
    ]:
        with pytest.raises(ConfigError, match=named):
            settings_from(CausalClassifierSettings, wrong, "model")


def test_a_corpus_without_features_or_labels_is_refused():
    texts = ["good soup", "bad soup", "good table", "bad table"] * 10
    plain = Corpus(
        "plain", texts, outcome=np.array([1.0, 0, 1, 0] * 10), outcome_classes=("n", "y")
    )
    with pytest.raises(DataError, match="does not say which words carry which feature"):
        load_model(QUICK, plain, 0)
    assert load_model({**QUICK, "causal_weight": 0.0}, plain, 0).task == "classifier"
    with pytest.raises(DataError, match="no labels to train"):
        load_model(QUICK, dataclasses.replace(plain, outcome=None), 0)
