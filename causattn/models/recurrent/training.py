"""Training a recurrent network by epochs, with early stopping, and going on where it was stopped.

After each epoch the network is measured on the documents held out. Where it is no better than at
its best, the learning rate falls; after `Training.patience` such epochs in a row training stops,
and the best epoch's weights are kept. Every draw of an epoch is on a stream of its own, so that
what was stopped goes on bit for bit from the weights, the optimiser's state and the history alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from transformers import PreTrainedModel

from causattn.base import DataError, ModelError, generator, integer_seed, progress
from causattn.models.recurrent.checkpoint import Place, State, last_state, write_state
from causattn.models.seeded import seeded_torch
from causattn.models.shuffling import shuffled_batches, split_documents


@dataclass(frozen=True)
class Training:
    """How to train.

    Parameters
    ----------
    epochs, batch
        Rounds over the documents at most, and documents in a step.
    learning_rate, decay, weight_decay
        Of AdamW; the rate is multiplied by `decay` after each epoch that is not the best so far.
    clip
        Largest Euclidean norm of a step's gradient; a longer one is shortened to it (Pascanu,
        Mikolov and Bengio 2013, "On the difficulty of training recurrent neural networks").
    patience
        Epochs without a new best after which training stops.
    held_out
        Share of the documents that is kept from training and measured on.
    threads
        Threads to train with; None for those that torch has.
    """

    epochs: int
    batch: int
    learning_rate: float
    decay: float
    weight_decay: float
    clip: float
    patience: int
    held_out: float
    threads: int | None


@dataclass(frozen=True)
class Predictions:
    """What a network said of the tokens it was to predict.

    Parameters
    ----------
    nats
        [n], minus the logarithm of each token's probability.
    tokens
        int64 [n], the tokens.
    counted
        bool [n], those that perplexity is taken over.
    """

    nats: torch.Tensor
    tokens: torch.Tensor
    counted: torch.Tensor


class Objective(Protocol):
    """What is predicted in which documents."""

    lengths: np.ndarray
    """int64 [n], tokens of each document."""

    def predict(self, documents: np.ndarray, rng: np.random.Generator) -> Predictions:
        """Run the network over some documents, int64 [b]; `rng` draws what is random in them."""


def train_recurrent(
    network: PreTrainedModel,
    objective: Objective,
    how: Training,
    seed: int,
    kind: str,
    what: str,
    place: Place | None = None,
) -> dict[str, Any]:
    """Train a network in place; it is left in evaluation mode with the best epoch's weights.

    Parameters
    ----------
    network
        With its first weights.
    objective
        What to predict.
    how
        The settings.
    seed, kind
        The run's seed, and the name of the streams.
    what
        What the progress bar says.
    place
        Where checkpoints lie, held by the caller; None writes none.

    Returns
    -------
    dict
        ``epochs_run``, ``best_epoch`` (from 1), ``stopped_early``, ``perplexity_held_out`` of the
        best epoch (on the documents that chose it, so a little too good), ``perplexity_unigram``
        (of the held-out tokens' own frequencies: no model that ignores the context can do better),
        ``tokens_held_out``, ``documents_held_out``, and ``history``: per epoch
        ``perplexity_held_out``, ``perplexity_train`` (while learning), ``learning_rate`` and
        ``clipped`` (share of its steps).

    Raises
    ------
    DataError
        Where there is nothing to predict.
    ModelError
        Where the loss is no longer a number.
    ArtefactError
        Where `place` holds another training, or a damaged one.
    """
    count = len(objective.lengths)
    training, held_out = split_documents(
        count, how.held_out, generator(seed, "models", kind, "held out")
    )
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=how.learning_rate, weight_decay=how.weight_decay
    )
    entropy, tokens = _unigram(network, objective, how, held_out, seed, kind)
    state = None if place is None else last_state(place)
    history: list[dict[str, Any]] = []
    best = _copy(network)
    if state is not None:
        history = state.restore(network, optimiser)
        best = state.best
        what = f"{what}, gone on with after epoch {len(history)}"
    rounds = math.ceil(len(training) / how.batch)
    total = how.epochs * rounds
    with progress(what, total, "steps", min(len(history) * rounds, total)) as advance:
        while len(history) < how.epochs and _waited(history) < how.patience:
            epoch = len(history)
            rate = how.learning_rate * how.decay ** _disappointments(history)
            for group in optimiser.param_groups:
                group["lr"] = rate
            with seeded_torch(integer_seed(seed, "models", kind, "epoch", epoch), how.threads):
                rng = generator(seed, "models", kind, "epoch", epoch)
                learned = _epoch(network, objective, how, optimiser, training, rng, advance)
                nats = _measure(network, objective, how, held_out, seed, kind)
            history.append(
                {"perplexity_held_out": _perplexity(nats), **learned, "learning_rate": rate}
            )
            if _best(history) == epoch:
                best = _copy(network)
            if place is not None:
                write_state(place, State.of(network, optimiser, best, history))
    network.load_state_dict(best)
    network.eval()
    return {
        "epochs_run": len(history),
        "best_epoch": _best(history) + 1,
        "stopped_early": len(history) < how.epochs,
        "perplexity_held_out": history[_best(history)]["perplexity_held_out"],
        "perplexity_unigram": _perplexity(entropy),
        "tokens_held_out": tokens,
        "documents_held_out": len(held_out),
        "history": history,
    }


def _epoch(
    network: PreTrainedModel,
    objective: Objective,
    how: Training,
    optimiser: torch.optim.Optimizer,
    training: np.ndarray,
    rng: np.random.Generator,
    advance: Callable[[float], None],
) -> dict[str, float]:
    """Learn from every training document once."""
    drawn = shuffled_batches(training, objective.lengths, how.batch, rng)
    rounds = math.ceil(len(training) / how.batch)
    total, count, clipped = 0.0, 0, 0
    network.train()
    for _ in range(rounds):
        said = objective.predict(next(drawn), rng)
        advance(1)
        if not len(said.nats):
            continue
        loss = said.nats.mean()
        optimiser.zero_grad()
        loss.backward()
        norm = float(torch.nn.utils.clip_grad_norm_(network.parameters(), how.clip))
        if not (math.isfinite(loss.item()) and math.isfinite(norm)):
            raise ModelError(
                "The loss or its gradient is no longer a number; lower "
                f"model.learning_rate={how.learning_rate} or model.clip={how.clip}."
            )
        optimiser.step()
        clipped += norm > how.clip
        total += said.nats[said.counted].sum().item()
        count += int(said.counted.sum())
    network.eval()
    return {"perplexity_train": _perplexity(total / max(count, 1)), "clipped": clipped / rounds}


def _measure(
    network: PreTrainedModel,
    objective: Objective,
    how: Training,
    held_out: np.ndarray,
    seed: int,
    kind: str,
) -> float:
    """Return the nats a token on the documents held out."""
    total, count = 0.0, 0
    for said in _held_out(network, objective, how, held_out, seed, kind):
        total += float(said.nats[said.counted].double().sum())
        count += int(said.counted.sum())
    return total / count


def _unigram(
    network: PreTrainedModel,
    objective: Objective,
    how: Training,
    held_out: np.ndarray,
    seed: int,
    kind: str,
) -> tuple[float, int]:
    """Return the entropy in nats of the held-out tokens' frequencies, and their number."""
    said = list(_held_out(network, objective, how, held_out, seed, kind))
    tokens = np.concatenate([each.tokens[each.counted].numpy() for each in said])
    if not len(tokens):
        raise DataError(
            "The documents held out have no token that could be predicted, being of one token "
            "each; give longer documents."
        )
    shares = np.bincount(tokens) / len(tokens)
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum()), len(tokens)


def _held_out(
    network: PreTrainedModel,
    objective: Objective,
    how: Training,
    held_out: np.ndarray,
    seed: int,
    kind: str,
) -> Any:
    """Yield what the network says of the documents held out, each time of the same inputs."""
    rng = generator(seed, "models", kind, "held out", "inputs")
    network.eval()
    order = held_out[np.argsort(objective.lengths[held_out], kind="stable")]
    with torch.inference_mode():
        for start in range(0, len(order), how.batch):
            yield objective.predict(order[start : start + how.batch], rng)


def _best(history: list[dict[str, Any]]) -> int:
    """Return the first epoch with the lowest perplexity, from 0."""
    return int(np.argmin([epoch["perplexity_held_out"] for epoch in history]))


def _waited(history: list[dict[str, Any]]) -> int:
    """Return how many epochs passed since the best."""
    return len(history) - 1 - _best(history) if history else 0


def _disappointments(history: list[dict[str, Any]]) -> int:
    """Return how many epochs were not the best until then."""
    lowest = np.minimum.accumulate([math.inf, *(e["perplexity_held_out"] for e in history)])
    return int((lowest[1:] == lowest[:-1]).sum())


def _perplexity(nats: float) -> float:
    """Return the perplexity; a number that overflows is as bad as the largest float."""
    return math.exp(min(nats, 700.0))


def _copy(network: PreTrainedModel) -> dict[str, torch.Tensor]:
    """Return a copy of the weights."""
    return {name: weight.detach().clone() for name, weight in network.state_dict().items()}
