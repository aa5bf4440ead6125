"""Training a classifier on a corpus's labels, and what it is worth on documents held out.

Labels with classes are learned with cross-entropy, numbers with the squared error of the
standardised label; the scale is folded into the last layer afterwards, so that the network itself
gives the label's own units.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch.nn.functional import cross_entropy, mse_loss
from transformers import PreTrainedModel

from causattn.base import (
    Bounds,
    CapabilityError,
    DataError,
    ModelError,
    generator,
    integer_seed,
    track,
)
from causattn.corpora import Corpus
from causattn.models.encoding import Batch, encode_texts, take
from causattn.models.model import LanguageModel
from causattn.models.predict import predict_labels
from causattn.models.seeded import seeded_torch
from causattn.models.shuffling import shuffled_batches, split_documents

_WARM_UP = 0.1

Term = Callable[[Batch], tuple[torch.Tensor, torch.Tensor | None]]
"""From a batch to its logits [B, c] and what is added to the loss of its prediction."""


@dataclass(frozen=True)
class ClassifierSettings:
    """How to train a classifier on the corpus's labels.

    Parameters
    ----------
    train
        Which weights learn: ``"all"``, or only the ``"head"`` (and the pooler) on a body that stays
        as it is.
    epochs, batch
        Rounds over the documents, and documents in a step.
    learning_rate
        Of AdamW; the rate rises over the first tenth of the steps and falls to zero. None is 2e-4
        for all weights and 1e-3 for the head.
    weight_decay
        Of AdamW.
    held_out
        Share of the documents kept from training, for the figures that are reported.
    threads
        Threads to train with, None for those of the run. The weights depend on it by rounding.
    """

    train: Literal["all", "head"] = "all"
    epochs: Annotated[int, Bounds(least=1)] = 3
    batch: Annotated[int, Bounds(least=1)] = 32
    learning_rate: Annotated[float, Bounds(above=0)] | None = None
    weight_decay: Annotated[float, Bounds(least=0)] = 0.01
    held_out: Annotated[float, Bounds(above=0, below=1)] = 0.1
    threads: Annotated[int, Bounds(least=1)] | None = None


def label_settings(corpus: Corpus, model_name: str) -> dict[str, Any]:
    """Return the settings of a network that predicts the corpus's labels.

    Raises
    ------
    DataError
        Where the corpus has no labels, or they are all the same.
    """
    if corpus.outcome is None:
        raise DataError(
            f"Corpus {corpus.name} has no labels to train model {model_name} on; name their column "
            "(corpus.label=...), or set model.train_classifier=false."
        )
    if len(np.unique(corpus.outcome[~np.isnan(corpus.outcome)])) < 2:
        raise DataError(
            f"The labels ({corpus.outcome_name}) of corpus {corpus.name} do not differ, so no "
            "classifier can be trained on them; choose another column, or set "
            "model.train_classifier=false."
        )
    if corpus.outcome_classes is None:
        return {"num_labels": 1, "problem_type": "regression"}
    names = dict(enumerate(map(str, corpus.outcome_classes)))
    return {
        "num_labels": len(names),
        "problem_type": "single_label_classification",
        "id2label": names,
        "label2id": {name: k for k, name in names.items()},
    }


def train_classifier(
    model: LanguageModel,
    corpus: Corpus,
    settings: ClassifierSettings,
    seed: int,
    term: Term | None = None,
) -> dict[str, Any]:
    """Train a classifier in place on the documents that have a label.

    Parameters
    ----------
    model
        A classifier made with `label_settings`; left in evaluation mode.
    corpus
        Documents and their outcome.
    settings
        How.
    seed
        The run's seed.
    term
        Gives a batch's logits and what is added to its loss (``batch.documents`` counts the
        documents with a label); None for the prediction's loss alone.

    Returns
    -------
    dict
        ``documents`` with a label, ``held_out`` of them, ``documents_truncated``, ``loss_train``;
        for classes ``accuracy_held_out`` and ``accuracy_majority`` (of always saying the most
        frequent class), for numbers ``r2_held_out`` and ``mean_absolute_error_held_out``.

    Raises
    ------
    ModelError
        Where the loss is no longer a number.
    """
    assert corpus.outcome is not None
    labelled = np.flatnonzero(~np.isnan(corpus.outcome))
    labels = corpus.outcome[labelled]
    encoding = encode_texts(model, [corpus.texts[int(k)] for k in labelled])
    rng = generator(seed, "models", "classifier")
    training, held_out = split_documents(len(labels), settings.held_out, rng)
    network, classes = model.network, corpus.outcome_classes is not None
    centre, scale = (0.0, 1.0) if classes else (labels[training].mean(), labels[training].std())
    targets = torch.from_numpy(labels).long() if classes else _scaled(labels, centre, scale)
    if not classes:
        _last_layer(network, model.name)

    learning = _learning(network, settings)
    rate = settings.learning_rate or (2e-4 if settings.train == "all" else 1e-3)
    optimiser = torch.optim.AdamW(learning, lr=rate, weight_decay=settings.weight_decay, fused=True)
    rounds = math.ceil(len(training) / settings.batch)
    steps = rounds * settings.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min((step + 1) / (_WARM_UP * steps + 1), (steps - step) / steps),
    )
    drawn = shuffled_batches(training, encoding.lengths, settings.batch, rng)
    losses = []
    with seeded_torch(integer_seed(seed, "models", "classifier", "dropout"), settings.threads):
        network.train()
        what = f"training {model.name} on {corpus.name}"
        for step in track(range(steps), what, unit="steps"):
            documents = next(drawn)
            batch = take(encoding, documents).to(model.device)
            logits, added = (network(**batch.inputs).logits, None) if term is None else term(batch)
            logits = logits.float()
            wanted = targets[documents].to(model.device)
            loss = cross_entropy(logits, wanted) if classes else mse_loss(logits[:, 0], wanted)
            optimiser.zero_grad()
            (loss if added is None else loss + added).backward()
            torch.nn.utils.clip_grad_norm_(learning, 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
            if not math.isfinite(losses[-1]):
                raise ModelError(
                    f"The loss of {model.name} is no longer a number after {step + 1} steps; lower "
                    f"model.learning_rate={rate}."
                )
        network.eval()
        network.requires_grad_(True)
        if not classes:
            _rescale(_last_layer(network, model.name), centre, scale)
        said = predict_labels(model, encoding)[held_out]
    return {
        "documents": len(labels),
        "held_out": len(held_out),
        "documents_truncated": len(encoding.truncated),
        "learning_rate": rate,
        "loss_train": float(np.mean(losses[-rounds:])),
        **_worth(said, labels[held_out], labels[training], classes),
    }


def _learning(network: PreTrainedModel, settings: ClassifierSettings) -> list[torch.nn.Parameter]:
    """Return the weights that learn; the others are marked as needing no gradient."""
    if settings.train == "head":
        network.base_model.requires_grad_(False)
        for name, weight in network.base_model.named_parameters():
            if "pooler" in name:
                weight.requires_grad_(True)
    return [weight for weight in network.parameters() if weight.requires_grad]


def _scaled(labels: np.ndarray, centre: float, scale: float) -> torch.Tensor:
    """Return standardised labels."""
    return torch.from_numpy((labels - centre) / scale).float()


def _last_layer(network: PreTrainedModel, name: str) -> torch.nn.Linear:
    """Return the layer that gives the one number of a regression."""
    layers = [m for m in network.modules() if isinstance(m, torch.nn.Linear)]
    last = layers[-1]
    if last.out_features != 1 or last.bias is None:
        raise CapabilityError(
            f"Model {name} cannot learn a number, since its last layer has no bias; give the label "
            "as classes (corpus.label_kind=discrete) or take an encoder such as BERT."
        )
    return last


def _rescale(layer: torch.nn.Linear, centre: float, scale: float) -> None:
    """Fold the label's centre and scale into the last layer."""
    with torch.no_grad():
        layer.weight *= scale
        layer.bias.mul_(scale).add_(centre)


def _worth(
    said: np.ndarray, labels: np.ndarray, training: np.ndarray, classes: bool
) -> dict[str, float | None]:
    """Return how well the labels held out were predicted."""
    if classes:
        most_frequent = np.bincount(training.astype(np.int64)).argmax()
        return {
            "accuracy_held_out": float((said.argmax(1) == labels).mean()),
            "accuracy_majority": float((labels == most_frequent).mean()),
        }
    error = said[:, 0] - labels
    spread = ((labels - training.mean()) ** 2).mean()
    return {
        "r2_held_out": float(1 - (error**2).mean() / spread) if spread > 0 else None,
        "mean_absolute_error_held_out": float(np.abs(error).mean()),
    }
