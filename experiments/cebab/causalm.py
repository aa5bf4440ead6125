"""CausaLM: a classifier whose state has been taught not to tell a concept.

Feder, Oved, Shalit and Reichart (2021), "CausaLM: Causal Model Explanation Through Counterfactual
Language Models", Computational Linguistics 47(2), 333-386. The counterfactual representation of a
treated concept is learned with an adversary: a head that predicts the treated concept, whose
gradient is reversed (times a weight) where it enters the body, beside a head that predicts a
control concept and must go on doing so. The effect of the concept on a text is what the classifier
on the counterfactual representation says, less what one says that was trained alike but for the
adversary. It is the same whichever way an edit goes. Abraham et al. (2022) treat one aspect at a
time, with food for control, and service for food.

The original trains a language model with the adversary, then a task head on it. The pretrained
encoder here has no language model's head, so that the task's own loss takes its place, in one go:
the explained classifier is trained on for some rounds, on the documents it was trained on, with

    loss of the task + loss of the control head + loss of the treatment head,

the last one reaching the body with its sign turned and times the weight. Both heads start as fitted
to the states of the classifier as it is: an adversary that knows nothing yet removes nothing. The
classifier to compare with is trained on in the same way, with the loss of the task alone.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from causattn.base import ConfigError
from causattn.corpora import Corpus
from causattn.models import Batch, ClassifierSettings, LanguageModel, train_classifier

QUICKER = 10.0
"""By how much the heads' inputs are stretched, so that they learn so much faster than the body.

Adam moves every weight by about the learning rate: a head that is no quicker than what it runs
after is left behind, and its reversed gradient says little.
"""
_ADVERSARY = "causalm_adversary"


@dataclass(frozen=True)
class CausalmSettings:
    """How a counterfactual representation is learned.

    Parameters
    ----------
    epochs, batch, learning_rate
        Of the further training.
    weight
        By how much the treatment head's reversed gradient is multiplied.
    """

    epochs: int = 1
    batch: int = 32
    learning_rate: float = 2e-4
    weight: float = 0.1

    def __post_init__(self) -> None:
        if self.weight <= 0:
            raise ConfigError(f"causalm_weight={self.weight} must be above 0.")


class Adversary(torch.nn.Module):
    """The treatment head, behind a reversed gradient, and the control head.

    Parameters
    ----------
    treatment, control
        Linear layers from a state to the labels of their concept.
    weight
        The gradient that enters the body is that of the treatment head times -weight.
    """

    def __init__(self, treatment: torch.nn.Linear, control: torch.nn.Linear, weight: float) -> None:
        super().__init__()
        self.treatment, self.control, self.weight = treatment, control, weight

    def forward(
        self, states: torch.Tensor, treatment: torch.Tensor, control: torch.Tensor
    ) -> torch.Tensor:
        """Return the loss of both heads.

        Parameters
        ----------
        states
            [B, width].
        treatment, control
            int64 [B], the concepts' labels.
        """
        states = QUICKER * states
        turned = self.treatment(reversed_gradient(states, self.weight))
        loss: torch.Tensor = cross_entropy(turned, treatment)
        return loss + cross_entropy(self.control(states), control)


class Against(NamedTuple):
    """An adversary, and the labels of the treated and the control concept, int64 [documents]."""

    adversary: Adversary
    treatment: np.ndarray
    control: np.ndarray


def reversed_gradient(states: torch.Tensor, weight: float) -> torch.Tensor:
    """Return the states as they are; the gradient that comes back through them is times -weight."""
    return (1 + weight) * states.detach() - weight * states


def fitted_head(states: np.ndarray, codes: np.ndarray, labels: int) -> torch.nn.Linear:
    """Return a linear layer that tells labels from states, by logistic regression.

    Parameters
    ----------
    states
        float64 [n, width].
    codes
        int64 [n], below `labels`; what no text has keeps weight 0 and a low bias.
    labels
        How many there are.
    """
    from sklearn.linear_model import LogisticRegression

    learner = LogisticRegression(solver="newton-cholesky").fit(states, codes)
    weights, biases = learner.coef_ / QUICKER, learner.intercept_
    if len(learner.classes_) == 2:
        weights, biases = np.vstack([-weights, weights]) / 2, np.append(-biases, biases) / 2
    head: torch.nn.Linear = torch.nn.utils.skip_init(torch.nn.Linear, states.shape[1], labels)
    with torch.no_grad():
        head.weight.zero_()
        head.bias.fill_(float(biases.min()) - 10)
        rows = torch.from_numpy(learner.classes_)
        head.weight[rows] = torch.from_numpy(weights).float()
        head.bias[rows] = torch.from_numpy(biases).float()
    return head


def trained_on(
    model: LanguageModel,
    corpus: Corpus,
    settings: CausalmSettings,
    seed: int,
    held_out: float,
    against: Against | None = None,
) -> LanguageModel:
    """Return the classifier trained on; the one given stays as it is.

    Parameters
    ----------
    model
        A BERT classifier.
    corpus
        What it was trained on.
    settings, seed
        How; the documents held out are those that training with this seed holds out.
    held_out
        Share of the documents that is kept from training.
    against
        The adversary, which learns too; None for the task alone.
    """
    network = copy.deepcopy(model.network)
    training = ClassifierSettings(
        epochs=settings.epochs,
        batch=settings.batch,
        learning_rate=settings.learning_rate,
        held_out=held_out,
    )
    trained = replace(model, network=network)
    if against is None:
        return replace(trained, about=train_classifier(trained, corpus, training, seed))
    assert corpus.outcome is not None
    labelled = np.flatnonzero(~np.isnan(corpus.outcome))
    codes = [
        torch.from_numpy(one[labelled]).to(model.device)
        for one in (against.treatment, against.control)
    ]
    adversary = against.adversary.to(model.device)
    # As a part of the network, its weights are among those that learn.
    network.add_module(_ADVERSARY, adversary)
    dropout, last = network.get_submodule("dropout"), network.get_submodule("classifier")

    def both_losses(batch: Batch) -> tuple[torch.Tensor, torch.Tensor | None]:
        states = dropout(network.base_model(**batch.inputs).pooler_output)
        return last(states), adversary(states, *(one[batch.documents] for one in codes))

    about = train_classifier(trained, corpus, training, seed, both_losses)
    delattr(network, _ADVERSARY)
    return replace(trained, about=about)


def probe_accuracy(
    states: np.ndarray, codes: np.ndarray, train: np.ndarray, test: np.ndarray
) -> float:
    """Return the balanced accuracy of a fresh logistic regression on states held out.

    Whoever always says the same, or guesses, has 1 over the number of labels.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import balanced_accuracy_score

    learner = LogisticRegression(solver="newton-cholesky", class_weight="balanced")
    told = learner.fit(states[train], codes[train]).predict(states[test])
    return float(balanced_accuracy_score(codes[test], told))


def control_of(aspect: str, aspects: Sequence[str]) -> str:
    """Return the aspect that is held while `aspect` is treated: the first other one."""
    return next(other for other in aspects if other != aspect)
