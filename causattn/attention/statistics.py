"""What the heads of a model do over a corpus: how sharp, how far, on what, how alike.

Per layer and head, over the text's tokens as queries (neither special nor padding):

* ``entropy`` of a token's attention in nats, and ``concentration``, its largest weight;
* ``sink``, the share that goes to special tokens (Clark et al. 2019, "What does BERT look at?",
  section 3.2: heads with nothing to say attend to separators);
* ``distance``, the share by distance |query - key| in tokens (their figure 2), and its mean.

And between heads ``similarity``: 1 - the Jensen-Shannon divergence of their attention, as a share
of log 2, averaged over tokens (their section 6 clusters heads by it); a head is 1 to itself.

Everything is a sum over tokens, so that statistics of shards merge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from causattn.attention.capture.layer import AttentionLayer, Probe, Stack
from causattn.attention.capture.stream import capture_attention
from causattn.attention.settings import default_stack
from causattn.base import DataError, track
from causattn.corpora import Corpus
from causattn.models import Batch, LanguageModel, batches, encode_texts

DISTANCES = 32
"""Distances kept apart; the last one also holds all that are longer."""


@dataclass(frozen=True)
class HeadStatistics:
    """Sums over tokens, per layer and head.

    Parameters
    ----------
    tokens
        How many tokens attended.
    entropy, concentration, sink, distance_sum
        float64 [layers, heads], sums over tokens.
    distance
        float64 [layers, heads, DISTANCES], sums over tokens.
    similarity
        float64 [layers * heads, layers * heads], sums over tokens.
    """

    tokens: int
    entropy: np.ndarray
    concentration: np.ndarray
    sink: np.ndarray
    distance_sum: np.ndarray
    distance: np.ndarray
    similarity: np.ndarray

    def merge(self, other: HeadStatistics) -> HeadStatistics:
        """Return the statistics of both sets of documents together."""
        if self.distance.shape != other.distance.shape:
            raise DataError(
                f"Statistics of {self.entropy.shape} and {other.entropy.shape} layers and heads "
                "cannot be merged; take both of the same model."
            )
        names = ("entropy", "concentration", "sink", "distance_sum", "distance", "similarity")
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        return HeadStatistics(self.tokens + other.tokens, **sums)

    def means(self) -> dict[str, np.ndarray]:
        """Return every figure as a mean over tokens, and ``mean_distance`` in tokens."""
        tokens = max(self.tokens, 1)
        return {
            "entropy": self.entropy / tokens,
            "concentration": self.concentration / tokens,
            "sink": self.sink / tokens,
            "mean_distance": self.distance_sum / tokens,
            "distance": self.distance / tokens,
            "similarity": self.similarity / tokens,
        }

    def sharpest(self, count: int) -> list[tuple[int, int]]:
        """Return the (layer, head) pairs of least entropy, sharpest first, ties by position."""
        order = np.argsort(self.entropy, axis=None, kind="stable")[:count]
        places = np.stack(np.unravel_index(order, self.entropy.shape), axis=1)
        return [(int(layer), int(head)) for layer, head in places]


def head_statistics(
    model: LanguageModel,
    corpus: Corpus,
    *,
    stack: Stack | None = None,
    batch_size: int = 16,
) -> HeadStatistics:
    """Return what the heads of a model do over a corpus.

    Parameters
    ----------
    model, corpus
        Whose heads, over which documents.
    stack
        Which attention of an encoder-decoder (``"encoder"`` or ``"decoder"``); None takes its
        encoder.
    batch_size
        Documents run at once; all layers of so many are alive together.

    Raises
    ------
    ModelError
        Where the model gives no attention weights.
    """
    own = default_stack(stack, model.network.config, model.name)
    encoding = encode_texts(model, corpus.texts)
    work = list(batches(encoding, batch_size))
    total: HeadStatistics | None = None
    with capture_attention(
        model.network, _inputs(work[0], model), stack="encoder" if own == "encoder" else None
    ) as capture:
        for batch in track(work, "Head statistics", unit="batches"):
            probe = _StatisticsProbe(batch, own, model.device)
            capture.run(_inputs(batch, model), probe)
            part = probe.statistics()
            total = part if total is None else total.merge(part)
    if total is None:
        raise DataError(f"Corpus {corpus.name} has no documents; add some.")
    return total


def _inputs(batch: Batch, model: LanguageModel) -> dict[str, torch.Tensor]:
    """Return a batch's inputs on the model's device."""
    return {name: tensor.to(model.device) for name, tensor in batch.inputs.items()}


class _StatisticsProbe(Probe):
    """Sums one batch."""

    def __init__(self, batch: Batch, stack: Stack, device: torch.device) -> None:
        self._content = batch.content.to(device)
        self._real = batch.attention_mask.bool().to(device)
        self._stack = stack
        self._rows: list[torch.Tensor] = []
        self._sums: list[dict[str, Any]] = []

    def wants(self, layer: AttentionLayer) -> bool:
        """Return whether this is a layer of the stack."""
        return layer.stack == self._stack

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        """Sum one layer."""
        rows = weights.movedim(1, 2)[self._content]  # [tokens, H, T]
        length = weights.shape[3]
        special = (self._real & ~self._content)[:, None].expand(-1, length, -1)[self._content]
        places = torch.arange(length, device=weights.device)
        apart = (places[:, None] - places[None]).abs().expand(len(weights), -1, -1)[self._content]
        binned = torch.nn.functional.one_hot(apart.clamp(max=DISTANCES - 1), DISTANCES).float()
        self._sums.append(
            {
                "entropy": torch.special.entr(rows).sum(-1).sum(0),
                "concentration": rows.amax(-1).sum(0),
                "sink": (rows * special[:, None]).sum((0, 2)),
                "distance_sum": (rows * apart[:, None]).sum((0, 2)),
                "distance": torch.einsum("nhk,nkd->hd", rows, binned),
            }
        )
        self._rows.append(rows)

    def statistics(self) -> HeadStatistics:
        """Return the batch's sums."""
        names = ("entropy", "concentration", "sink", "distance_sum", "distance")
        sums = {
            name: torch.stack([part[name] for part in self._sums]).cpu().double().numpy()
            for name in names
        }
        rows = torch.cat(self._rows, dim=1)  # [tokens, layers * heads, T]
        return HeadStatistics(
            tokens=len(rows), similarity=_similarity(rows).cpu().double().numpy(), **sums
        )


def _similarity(rows: torch.Tensor) -> torch.Tensor:
    """Return the sum over tokens of 1 - JSD / log 2 between heads, [n, heads, T] to [., .]."""
    entropy = torch.special.entr(rows).sum(-1)
    similar = torch.zeros((rows.shape[1],) * 2, device=rows.device)
    for head in range(rows.shape[1]):
        mixed = torch.special.entr((rows + rows[:, head : head + 1]) / 2).sum(-1)
        divergence = mixed - (entropy + entropy[:, head : head + 1]) / 2
        similar[head] = (1 - divergence.clamp(min=0) / np.log(2)).sum(0)
    return similar
