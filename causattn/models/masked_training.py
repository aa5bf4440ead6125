"""Training a masked language model on an encoded corpus.

A hidden token is predicted from the rest of its document (Devlin, Chang, Lee, Toutanova 2019,
"BERT", section 3.1), but every chosen token is hidden: none is kept or exchanged, since attention
is read from hidden slots later. The vocabulary head, the widest layer, runs on hidden positions
only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from transformers import BertForMaskedLM

from causattn.base import ModelError, track
from causattn.models.encoding import Encoding, take
from causattn.models.masking import Masking
from causattn.models.shuffling import shuffled_batches, split_documents


@dataclass(frozen=True)
class MaskedTraining:
    """How to train.

    Parameters
    ----------
    steps, batch
        Batches to learn from, and documents in each.
    learning_rate, weight_decay
        Of AdamW; the rate rises over the first 30% of the steps and then falls to zero (the
        one-cycle schedule of Smith and Topin 2018).
    mask_probability
        How often a unit is hidden.
    held_out
        Share of the documents that is kept from training, for the loss that is reported.
    """

    steps: int
    batch: int
    learning_rate: float
    weight_decay: float
    mask_probability: float
    held_out: float


def train_masked(
    network: BertForMaskedLM,
    encoding: Encoding,
    masking: Masking,
    how: MaskedTraining,
    rng: np.random.Generator,
    what: str,
) -> dict[str, Any]:
    """Train the network in place and return its losses in nats per hidden token.

    Parameters
    ----------
    network
        In any mode; left in evaluation mode.
    encoding, masking
        The documents and what may be hidden in them.
    how
        The settings.
    rng
        Draws the documents held out, the batches and what is hidden.
    what
        What the progress bar says.

    Returns
    -------
    dict
        ``loss_train`` (mean over the last tenth of the steps), ``loss_held_out``, ``loss_marginal``
        (held out, for someone who knows only how often each token is hidden), ``held_out``
        (number of documents).

    Raises
    ------
    ModelError
        Where the loss is no longer a number.
    """
    training, held_out = split_documents(len(encoding), how.held_out, rng)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=how.learning_rate, weight_decay=how.weight_decay, fused=True
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, how.learning_rate, total_steps=max(how.steps, 2)
    )
    losses = np.empty(how.steps)
    drawn = shuffled_batches(training, encoding.lengths, how.batch, rng)
    network.train()
    for step in track(range(how.steps), what, unit="steps"):
        documents = next(drawn)
        hidden, hiding = masking.draw(encoding, documents, how.mask_probability, rng)
        loss = _loss(network, encoding, documents, hidden, hiding)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        losses[step] = loss.item()
        if not math.isfinite(losses[step]):
            raise ModelError(
                f"The loss is no longer a number after {step + 1} steps; lower "
                f"model.learning_rate={how.learning_rate}."
            )
    network.eval()
    return {
        "loss_train": float(losses[-max(1, how.steps // 10) :].mean()) if how.steps else None,
        **_held_out_losses(network, encoding, masking, how, training, held_out, rng),
        "held_out": len(held_out),
    }


def _loss(
    network: BertForMaskedLM,
    encoding: Encoding,
    documents: np.ndarray,
    hidden: np.ndarray,
    hiding: np.ndarray,
) -> torch.Tensor:
    """Return the mean loss over the hidden positions of some documents."""
    batch = take(encoding, documents)
    where = torch.from_numpy(hidden)
    inputs = torch.where(where, torch.from_numpy(hiding), batch.input_ids)
    # Without padding no mask is needed, and attention is cheaper.
    mask = None if bool(batch.attention_mask.all()) else batch.attention_mask
    states = network.bert(input_ids=inputs, attention_mask=mask).last_hidden_state
    return cross_entropy(network.cls(states[where]), batch.input_ids[where])


def _held_out_losses(
    network: BertForMaskedLM,
    encoding: Encoding,
    masking: Masking,
    how: MaskedTraining,
    training: np.ndarray,
    held_out: np.ndarray,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Return the loss on documents that were not trained on, and that of the bare frequencies."""
    total, bare, count = 0.0, 0.0, 0
    surprise = _surprise(encoding, masking, training)
    with torch.inference_mode():
        for start in range(0, len(held_out), how.batch):
            documents = held_out[start : start + how.batch]
            hidden, hiding = masking.draw(encoding, documents, how.mask_probability, rng)
            number = int(hidden.sum())
            total += float(_loss(network, encoding, documents, hidden, hiding)) * number
            row, position = np.nonzero(hidden)
            bare += float(surprise[encoding.bounds[documents[row]] + position].sum())
            count += number
    return {"loss_held_out": total / count, "loss_marginal": bare / count}


def _surprise(encoding: Encoding, masking: Masking, training: np.ndarray) -> np.ndarray:
    """Return each token's surprise, float64 [t], for one who knows only how often it is hidden.

    That is minus the logarithm of its share among the training documents' tokens that are hidden
    in the same way (of the same variable), one added to every count.
    """
    _, kind = np.unique(np.stack([masking.hiding, encoding.ids]), axis=1, return_inverse=True)
    _, slot = np.unique(masking.hiding, return_inverse=True)
    trained = np.isin(np.repeat(np.arange(len(encoding)), encoding.lengths), training)
    of_kind = np.bincount(kind[trained], minlength=kind.max() + 1) + 1
    in_slot = np.zeros(slot.max() + 1)
    pairs = np.unique(np.stack([slot, kind]), axis=1)
    np.add.at(in_slot, pairs[0], of_kind[pairs[1]])
    return -np.log(of_kind[kind] / in_slot[slot])
