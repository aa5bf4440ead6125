"""Training as the authors do it, and trained networks kept for another time.

Adam with amsgrad (Reddi et al. 2018) at 1e-3, weight decay 1e-5 on all but the attention, the loss
summed over a batch of 32 with positive labels weighed to balance the classes, batches of like
length; 8 epochs, of which the one with the best area under the ROC curve on the development set is
kept, from the second on. These are the settings of the authors' published code.
"""

from __future__ import annotations

import copy
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from sklearn.metrics import roc_auc_score

from causattn.base import generator, integer_seed, read_json, track, write_json
from causattn.results import Artefact, Store

from .network import AttentiveClassifier, Encoder
from .sentences import Sentences, Vocabulary, batches, padded
from .vectors import Vectors, first_vectors

_SCHEMA = 1


@dataclass(frozen=True)
class TrainingSettings:
    """How to train.

    Parameters
    ----------
    hidden, embedding
        Width of the states, and of random first embeddings.
    scale
        What random first embeddings are multiplied by.
    epochs, batch, learning_rate, weight_decay
        Of training.
    """

    hidden: int = 128
    embedding: int = 300
    scale: float = 1.0
    epochs: int = 8
    batch: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 1e-5


@dataclass(frozen=True)
class Trained:
    """A trained network.

    Parameters
    ----------
    network
        As it was after its best epoch.
    vocabulary
        Its words.
    history
        One row an epoch: epoch, loss, development AUC.
    seconds
        What training took.
    """

    network: AttentiveClassifier
    vocabulary: Vocabulary
    history: list[dict[str, float]]
    seconds: float

    @property
    def best(self) -> dict[str, float]:
        """The row of the epoch that was kept."""
        return max(self.history[1:] or self.history, key=lambda row: row["development AUC"])


def train(
    splits: dict[str, Sentences],
    encoder: Encoder,
    vectors: Vectors,
    settings: TrainingSettings,
    seed: int,
) -> Trained:
    """Train a classifier on ``splits["train"]``, choosing the epoch on ``splits["dev"]``."""
    start = time.perf_counter()
    vocabulary = Vocabulary.of(splits["train"])
    first = first_vectors(vocabulary, vectors, settings.embedding, seed, settings.scale)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(integer_seed(seed, "jain_wallace", encoder, vectors))
        network = AttentiveClassifier(first, encoder, settings.hidden)
    attention = list(network.attention.parameters())
    rest = [
        value for name, value in network.named_parameters() if not name.startswith("attention.")
    ]
    groups: list[dict[str, Any]] = [
        {"params": rest, "weight_decay": settings.weight_decay},
        {"params": attention},
    ]
    optimiser = torch.optim.Adam(
        groups,
        lr=settings.learning_rate,
        amsgrad=True,
    )
    numbered = vocabulary.numbered(splits["train"].words)
    labels = torch.as_tensor(splits["train"].labels, dtype=torch.float32)
    loss_of = torch.nn.BCEWithLogitsLoss(reduction="sum", pos_weight=len(labels) / labels.sum() - 1)
    rng = generator(seed, "jain_wallace", "batches")
    history: list[dict[str, float]] = []
    kept = copy.deepcopy(network.state_dict())
    for epoch in track(range(1, settings.epochs + 1), f"training {encoder}", unit="epochs"):
        total = 0.0
        for rows in _training_batches(splits["train"].lengths, settings.batch, rng):
            batch = padded(numbered, rows)
            loss = loss_of(network.read(batch.ids, batch.is_word).logit, labels[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += float(loss.detach())
        found = roc_auc_score(
            splits["dev"].labels, log_odds(network, vocabulary, splits["dev"].words)
        )
        row = {"epoch": epoch, "loss": total / len(labels), "development AUC": float(found)}
        earlier = [past["development AUC"] for past in history[1:]]
        history.append(row)
        # The first epoch counts only where there is no other.
        if epoch == 1 or not earlier or found > max(earlier):
            kept = copy.deepcopy(network.state_dict())
    network.load_state_dict(kept)
    return Trained(network, vocabulary, history, time.perf_counter() - start)


@torch.inference_mode()
def log_odds(
    network: AttentiveClassifier, vocabulary: Vocabulary, sentences: tuple[tuple[str, ...], ...]
) -> np.ndarray:
    """Return the logit of label 1 for each sentence, float64 [n]."""
    numbered = vocabulary.numbered(sentences)
    found = np.empty(len(numbered))
    for batch in batches(numbered, 256):
        found[batch.rows] = network.read(batch.ids, batch.is_word).logit.double().numpy()
    return found


def trained(
    splits: dict[str, Sentences],
    encoder: Encoder,
    vectors: Vectors,
    settings: TrainingSettings,
    seed: int,
    *,
    store: Store,
    source: str,
) -> Artefact[Trained]:
    """Return a network from the store, trained first where it is not there.

    Parameters
    ----------
    splits, encoder, vectors, settings, seed
        As for `train`.
    store
        Where trained networks lie.
    source
        What distinguishes these sentences from others, such as a checksum.
    """
    parts = {
        "sentences": source,
        "counts": {name: len(part) for name, part in splits.items()},
        "encoder": encoder,
        "vectors": vectors,
        "training": asdict(settings),
        "seed": seed,
    }
    return store.fetch(
        "jain_wallace",
        parts,
        _SCHEMA,
        lambda: train(splits, encoder, vectors, settings, seed),
        _write,
        lambda folder: _read(folder, encoder, settings.hidden),
    )


def _training_batches(lengths: np.ndarray, size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Return all sentences in batches of nearly like length (within a tenth), shuffled."""
    order = np.argsort(lengths * rng.uniform(0.9, 1.1, len(lengths)), kind="stable")
    cut = [order[first : first + size] for first in range(0, len(order), size)]
    return [cut[k] for k in rng.permutation(len(cut))]


def _write(value: Trained, folder: Path) -> None:
    save_file(value.network.state_dict(), folder / "network.safetensors")
    write_json(
        folder / "trained.json",
        {
            "words": list(value.vocabulary.words),
            "history": value.history,
            "seconds": value.seconds,
        },
    )


def _read(folder: Path, encoder: Encoder, hidden: int) -> Trained:
    known = read_json(folder / "trained.json")
    weights = load_file(folder / "network.safetensors")
    network = AttentiveClassifier(weights["embedding.weight"], encoder, hidden)
    network.load_state_dict(weights)
    return Trained(network, Vocabulary(tuple(known["words"])), known["history"], known["seconds"])
