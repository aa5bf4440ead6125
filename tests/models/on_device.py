"""Predictions, training and files of models on a device that is not the processor."""

import numpy as np
import pytest
import torch
from transformers import BertForSequenceClassification

from causattn.corpora import Corpus, load_corpus
from causattn.models import (
    LanguageModel,
    encode_texts,
    predict_labels,
    read_model,
    untrained_copy,
    write_model,
)
from causattn.models.causal_attention import attention_in_training
from causattn.models.causal_classifier import CausalClassifierSettings, causal_term
from causattn.models.causal_term import CausalTerm
from causattn.models.classifier import train_classifier
from causattn.models.tiny_classifier import fresh_classifier
from tests.models.conftest import TEXTS, bert

SIZE = {"width": 16, "feed_forward": 32, "heads": 2, "epochs": 1, "batch": 16}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus({"kind": "shortcut", "documents": 60}, 0)


def test_labels(both, classifier):
    there, here = both(classifier, lambda m: predict_labels(m, encode_texts(m, TEXTS), 2))
    np.testing.assert_allclose(there, here, atol=1e-5)


def test_a_copy_without_training(device):
    model = bert(BertForSequenceClassification, num_labels=2)
    here = untrained_copy(model, 3)
    model.network.to(device)
    there = untrained_copy(model, 3)
    assert there.device == device
    for found, expected in zip(there.network.parameters(), here.network.parameters(), strict=True):
        torch.testing.assert_close(found.detach().cpu(), expected.detach())


def test_it_is_written_and_read(device, tmp_path):
    model = bert()
    before = {name: weight.clone() for name, weight in model.network.state_dict().items()}
    model.network.to(device)
    write_model(model, tmp_path / "model")
    found = read_model(tmp_path / "model").network.state_dict()
    for name, weight in before.items():
        torch.testing.assert_close(found[name], weight)


def weights(model: LanguageModel) -> torch.Tensor:
    return torch.cat([w.detach().flatten().cpu() for w in model.network.parameters()])


@pytest.mark.parametrize("kind", [None, "graph", "interventions", "output"])
def test_training(kind, device, corpus):
    weight = 0.0 if kind is None else 0.5
    settings = CausalClassifierSettings(
        **SIZE, dropout=0.0, causal_weight=weight, causal_kind=kind or "graph"
    )
    found = []
    for place in (torch.device("cpu"), device):
        model = fresh_classifier(settings, corpus, 3)
        model.network.to(place)
        if kind is None:
            train_classifier(model, corpus, settings, 3)
        else:
            labelled = np.flatnonzero(~np.isnan(corpus.outcome))
            with attention_in_training(model.network, model.name) as forward:
                term = CausalTerm(settings, model, forward, corpus, labelled, 3)
                train_classifier(model, corpus, settings, 3, term)
            assert np.isfinite(causal_term(settings, model, corpus, 0))
        assert model.device == place
        found.append(weights(model))
    torch.testing.assert_close(found[1], found[0], atol=1e-3, rtol=1e-3)
