"""Gradients against their closed form for a linear head, and against a step of descent."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch

from causattn.base import CapabilityError, DataError
from causattn.corpora import Corpus
from causattn.exemplars import hidden_losses, label_losses, training_influence
from causattn.exemplars.influence import parameters_of
from causattn.models import LanguageModel, encode_texts

Make = Callable[..., LanguageModel]


def test_of_a_linear_head_it_is_a_product_of_states_and_errors(
    classifier: Make, corpus: Corpus
) -> None:
    model, texts, labels = classifier(3), corpus.texts[:6], np.arange(6) % 3
    found = training_influence(label_losses(model, texts, labels), [2, 5])
    given = model.tokenizer(list(texts), return_tensors="pt", padding=True)
    given.pop("token_type_ids", None)
    with torch.no_grad():
        pooled = model.network.base_model(**given)[1].double()
        errors = model.network.classifier(pooled.float()).double().softmax(-1)
    errors = errors - torch.eye(3, dtype=torch.double)[labels]
    expected = (pooled @ pooled.T + 1) * (errors @ errors.T)
    np.testing.assert_allclose(found, expected[[2, 5]].numpy(), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("kind", ["labels", "number", "hidden"])
def test_a_step_on_a_document_lowers_the_loss_by_it(
    classifier: Make, masked: LanguageModel, corpus: Corpus, kind: str
) -> None:
    texts = corpus.texts[:4]
    if kind == "hidden":
        encoding = encode_texts(masked, texts)
        hiding = masked.tokenizer.mask_token_id
        losses = hidden_losses(masked, encoding, np.full(4, 3), hiding)
    else:
        labels = [0, 1, 0, 1] if kind == "labels" else [0.5, -1.0, 2.0, 0.0]
        losses = label_losses(classifier(2 if kind == "labels" else 1), texts, labels)
    losses = replace(losses, model=replace(losses.model, network=deepcopy(losses.model.network)))
    losses.model.network.double()
    found = training_influence(losses, [0], part="all")[0]
    parameters = parameters_of(losses.model, "all")
    rate, before = 1e-8, losses.of(0).item()
    for k in range(4):
        gradient = torch.autograd.grad(losses.of(k), parameters, allow_unused=True)
        with torch.no_grad():
            for p, g in zip(parameters, gradient, strict=True):
                if g is not None:
                    p -= rate * g
        lower = before - losses.of(0).item()
        with torch.no_grad():
            for p, g in zip(parameters, gradient, strict=True):
                if g is not None:
                    p += rate * g
        assert lower / rate == pytest.approx(found[k], rel=1e-3, abs=1e-6)
    assert found[0] > 0


def test_a_frozen_model_is_left_frozen(classifier: Make, corpus: Corpus) -> None:
    model = classifier(2)
    model.network.requires_grad_(False)
    losses = label_losses(model, corpus.texts[:3], [0, 1, 0])
    found = training_influence(losses, [1])
    assert (found != 0).all()
    assert not any(parameter.requires_grad for parameter in model.network.parameters())
    assert all(parameter.grad is None for parameter in model.network.parameters())


def test_what_has_no_such_loss_is_a_sentence(
    classifier: Make, masked: LanguageModel, corpus: Corpus
) -> None:
    with pytest.raises(CapabilityError, match="gives no label"):
        label_losses(masked, corpus.texts[:2], [0, 1])
    with pytest.raises(DataError, match="give one a text"):
        label_losses(classifier(2), corpus.texts[:2], [0])
    with pytest.raises(CapabilityError, match="fills in no hidden"):
        hidden_losses(classifier(2), encode_texts(masked, corpus.texts[:2]), np.array([1, 1]), 4)
