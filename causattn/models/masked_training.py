"""Training a masked language model on an encoded corpus.

A hidden token is predicted from the rest of its document (Devlin, Chang, Lee, Toutanova 2019,
"BERT", section 3.1), but every chosen token is hidden: none is kept or exchanged, since attention
is read from hidden slots later. Held-out documents say when nothing more is learned.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import PreTrainedModel

from causattn.base import ModelError, track
from causattn.models.encoding import Encoding
from causattn.models.hidden_loss import hidden_losses
from causattn.models.masking import Masking
from causattn.models.schedule import Plateau, Schedule
from causattn.models.shuffling import shuffled_batches

LOOK = 50
"""Steps between two looks at the held-out loss."""
_DRAWS = 3
"""How often each held-out document is looked at, each time with other tokens hidden."""


@dataclass(frozen=True)
class MaskedTraining:
    """How to train.

    Parameters
    ----------
    steps, batch
        The most batches to learn from, and documents in each.
    early_stopping
        Whether to end before, once the held-out loss has stopped falling.
    learning_rate, weight_decay
        Of AdamW; the rate rises, stays and falls to zero (`Schedule`).
    mask_probability
        How often a unit is hidden.
    """

    steps: int
    batch: int
    early_stopping: bool
    learning_rate: float
    weight_decay: float
    mask_probability: float


def train_masked(
    network: PreTrainedModel,
    encoding: Encoding,
    masking: Masking,
    how: MaskedTraining,
    split: tuple[np.ndarray, np.ndarray],
    rng: np.random.Generator,
    what: str,
) -> dict[str, Any]:
    """Train the network in place and return its losses in nats per hidden token.

    Parameters
    ----------
    network
        In any mode; left in evaluation mode, with the weights of the least held-out loss.
    encoding, masking
        The documents and what may be hidden in them.
    how
        The settings.
    split
        int64, the documents to train on, and those held out.
    rng
        Draws the batches and what is hidden.
    what
        What the progress bar says.

    Returns
    -------
    dict
        ``steps_done``, ``loss_train`` (mean over the last tenth of them), ``loss_held_out``,
        ``loss_marginal`` (held out, for someone who knows only how often each token is hidden),
        ``held_out`` (number of documents).

    Raises
    ------
    ModelError
        Where the loss is no longer a number.
    """
    training, held_out = split
    looked = np.tile(held_out, _DRAWS)
    hides = [
        (documents, *masking.draw(encoding, documents, how.mask_probability, rng))
        for documents in np.array_split(looked, math.ceil(len(looked) / how.batch))
    ]
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=how.learning_rate, weight_decay=how.weight_decay, fused=True
    )
    schedule, plateau, losses = Schedule(how.steps), Plateau(), list[float]()
    rates = torch.optim.lr_scheduler.LambdaLR(optimiser, schedule.rate)
    best: tuple[float, dict[str, torch.Tensor]] = (math.inf, {})
    drawn = shuffled_batches(training, encoding.lengths, how.batch, rng)
    network.train()
    for step in track(range(how.steps), what, unit="steps"):
        if step >= schedule.end:
            break
        documents = next(drawn)
        hidden, hiding = masking.draw(encoding, documents, how.mask_probability, rng)
        loss = hidden_losses(network, encoding, documents, hidden, hiding).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        rates.step()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            raise ModelError(
                f"The loss is no longer a number after {step + 1} steps; lower "
                f"model.learning_rate={how.learning_rate}."
            )
        last = step + 1 == schedule.end
        if how.early_stopping and (last or (step + 1) % LOOK == 0):
            found = _held_out_loss(network, encoding, hides)
            if found < best[0]:
                best = found, {name: w.clone() for name, w in network.state_dict().items()}
            if plateau.reached(found):
                schedule.settle(step + 1)
    if best[1]:
        network.load_state_dict(best[1])
    network.eval()
    surprise = _surprise(encoding, masking, training)
    bare = [
        surprise[(encoding.bounds[documents][:, None] + np.arange(hidden.shape[1]))[hidden]]
        for documents, hidden, _ in hides
    ]
    return {
        "steps_done": len(losses),
        "loss_train": float(np.mean(losses[-max(1, len(losses) // 10) :])),
        "loss_held_out": _held_out_loss(network, encoding, hides),
        "loss_marginal": float(np.concatenate(bare).mean()),
        "held_out": len(held_out),
    }


def _held_out_loss(
    network: PreTrainedModel,
    encoding: Encoding,
    hides: list[tuple[np.ndarray, np.ndarray, np.ndarray]],
) -> float:
    """Return the mean loss over what is hidden in some documents; training goes on after it."""
    training = network.training
    network.eval()
    with torch.inference_mode():
        losses = [hidden_losses(network, encoding, *hide) for hide in hides]
    network.train(training)
    return float(torch.cat(losses).mean())


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
