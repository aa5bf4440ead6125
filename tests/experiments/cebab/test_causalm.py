"""A concept that is told no more, and a task that is; the reversed gradient, exactly."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from causattn.base import ConfigError
from causattn.models import (
    ClassifierSettings,
    LanguageModel,
    encode_texts,
    predict_labels,
    train_classifier,
)
from experiments.cebab.causalm import (
    QUICKER,
    Adversary,
    Against,
    CausalmSettings,
    control_of,
    fitted_head,
    probe_accuracy,
    reversed_gradient,
    trained_on,
)
from experiments.cebab.head import read_states


def test_gradient_is_reversed_for_the_body_and_not_for_the_head():
    torch.manual_seed(0)
    states = torch.randn(4, 6, requires_grad=True)
    treatment, control = torch.nn.Linear(6, 3), torch.nn.Linear(6, 2)
    wanted, held = torch.tensor([0, 1, 2, 0]), torch.tensor([0, 1, 1, 0])
    plain = cross_entropy(treatment(QUICKER * states), wanted)
    (of_body,) = torch.autograd.grad(plain, states, retain_graph=True)
    of_head = torch.autograd.grad(plain, treatment.weight)[0]
    (of_control,) = torch.autograd.grad(cross_entropy(control(QUICKER * states), held), states)
    loss = Adversary(treatment, control, 0.3)(states, wanted, held)
    loss.backward()
    torch.testing.assert_close(states.grad, of_control - 0.3 * of_body)
    torch.testing.assert_close(treatment.weight.grad, of_head)
    torch.testing.assert_close(reversed_gradient(states, 0.3), states)


@pytest.mark.parametrize("codes", [[0, 1, 2], [0, 2], [1, 2]])
def test_fitted_head_says_what_the_regression_says(codes):
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    wanted = rng.choice(codes, 300)
    states = rng.normal(size=(300, 5)) + wanted[:, None]
    head = fitted_head(states, wanted, 3)
    with torch.no_grad():
        told = head(QUICKER * torch.from_numpy(states).float()).softmax(-1).numpy()
    expected = LogisticRegression(max_iter=1000, tol=1e-6).fit(states, wanted).predict_proba(states)
    np.testing.assert_allclose(told[:, codes], expected, atol=2e-3)
    assert told[:, [k for k in range(3) if k not in codes]].sum() < 0.2


@pytest.fixture
def factual(planted, model, small_bert):
    """Return a classifier of the first word, whose state tells the second word too."""
    network = small_bert(len(model.tokenizer), 4)
    found = LanguageModel("tiny", network, model.tokenizer, "classifier")
    light, noise = planted.values.T
    both = replace(planted, outcome=2 * light + noise, outcome_classes=("a", "b", "c", "d"))
    train_classifier(found, both, ClassifierSettings(epochs=6, learning_rate=3e-3), 0)
    network.classifier = torch.nn.Linear(16, 2)
    settings = ClassifierSettings(train="head", epochs=12, learning_rate=3e-3)
    train_classifier(found, planted, settings, 0)
    return found


def test_concept_is_forgotten_and_the_task_kept(planted, factual):
    light, noise = planted.values.T.astype(np.int64)
    train, test = np.arange(300), np.arange(300, 400)
    states = read_states(factual, planted.texts).pooled
    before = probe_accuracy(states, noise, train, test)
    assert before > 0.9
    adversary = Adversary(fitted_head(states, noise, 2), fitted_head(states, light, 2), 1.0)
    kept = copy.deepcopy(factual.network.state_dict())
    settings = CausalmSettings(epochs=12, learning_rate=3e-3)
    against = Against(adversary, noise, light)
    changed = trained_on(factual, planted, settings, 0, 0.1, against)
    import sys

    print("ACC", before, changed.about, file=sys.stderr)
    after = probe_accuracy(read_states(changed, planted.texts).pooled, noise, train, test)
    print("AFTER", after, file=sys.stderr)
    assert after < 0.65
    assert changed.about["accuracy_held_out"] > 0.95
    # What the classifier says no longer hangs on the noise, and never did on much else.
    texts = ["the room was bright and loud", "the room was bright and quiet"]
    told = predict_labels(changed, encode_texts(changed, texts))
    np.testing.assert_allclose(told[0], told[1], atol=0.05)
    for name, weight in factual.network.state_dict().items():
        torch.testing.assert_close(weight, kept[name])
    assert set(changed.network.state_dict()) == set(kept)


def test_training_on_without_an_adversary_keeps_the_concept(planted, factual):
    noise = planted.values[:, 1].astype(np.int64)
    settings = CausalmSettings(epochs=2, learning_rate=1e-4)
    kept = trained_on(factual, planted, settings, 0, 0.1)
    states = read_states(kept, planted.texts).pooled
    assert probe_accuracy(states, noise, np.arange(300), np.arange(300, 400)) > 0.9
    assert kept.about["accuracy_held_out"] > 0.8


def test_control_is_another_aspect_and_weight_is_positive():
    assert control_of("food", ("food", "service", "noise")) == "service"
    assert control_of("noise", ("food", "service", "noise")) == "food"
    with pytest.raises(ConfigError, match=r"causalm_weight=0"):
        CausalmSettings(weight=0)
