"""What is summed of attention: how a measure is told of a batch, and the measures raw and mean.

A measure turns attention into one number per document and pair of features, and adds it to an
`Accumulator`. It sees a batch layer by layer, from below, and keeps nothing that outlives it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from causattn.attention.capture.layer import AttentionLayer, take_rows
from causattn.attention.measures.accumulate import Accumulator
from causattn.attention.measures.between import between_features, walked
from causattn.attention.measures.carried import CarriedFeatures
from causattn.attention.measures.moments import AttentionMoments

_HELD_BYTES = 24 * 2**20
"""Most memory of the layers of a batch that wait to be added; they are copied once."""


@dataclass(frozen=True)
class BatchCarriers:
    """What a measure needs to know of a batch.

    Parameters
    ----------
    queries, keys
        The features that attend, and those attended to.
    multiplicity
        int64 [B], how many documents each row stands for.
    """

    queries: CarriedFeatures
    keys: CarriedFeatures
    multiplicity: np.ndarray


@dataclass(frozen=True)
class MeasureShape:
    """What a measure needs to know of the run.

    Parameters
    ----------
    layers
        The layers chosen, as indices of the stack.
    heads
        The heads chosen.
    features
        f, number of features.
    pairs
        int64 [p], the pairs of features that can occur (`occurring_pairs`), where sums are kept
        for these alone; None for all.
    fits
        Whether the sums of all pairs fit into the memory allowed, so that the corpus's are kept
        for all, although a shard's may be kept for the few that occur in it.
    chosen_heads
        The (layer, head) pairs that `MeanMeasure` takes; None for all.
    limit_gb
        Most memory of one full matrix that is made of sums kept by pairs, in 10^9 bytes.
    """

    layers: tuple[int, ...]
    heads: tuple[int, ...]
    features: int
    pairs: np.ndarray | None = None
    fits: bool = True
    limit_gb: float = 4.0
    chosen_heads: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True)
class LayerView:
    """One layer of a batch, as measures see it.

    Parameters
    ----------
    layer
        Which attention this is.
    weights
        float32 [B, H, R, T], attention paid from token (row) to token (column).
    rows
        int64 [B, R], the query positions of `weights`, which are those of ``batch.queries``; None
        where all positions came.
    batch
        The batch's features.
    heads
        int64 [h], the heads chosen; None for all.
    chosen
        Whether this layer is among those chosen; others come to measures of every layer alone.
    values
        Where a measure asked for them: the value vectors, [B, H, T, d], and what the layer makes
        of each head's output, [H, d, width]. Else None.
    """

    layer: AttentionLayer
    weights: torch.Tensor
    rows: torch.Tensor | None
    batch: BatchCarriers
    heads: torch.Tensor | None
    chosen: bool
    values: tuple[torch.Tensor, torch.Tensor] | None = None

    def between_features(self, weights: torch.Tensor) -> torch.Tensor:
        """Return weights [B, H, R, T] from feature (row) to feature (column), [B, h, Fq, Fk]."""
        if walked(weights):
            return between_features(
                weights, self.batch.queries, self.batch.keys, self.heads, self.rows is not None
            )
        if self.rows is None:
            weights = take_rows(weights, self.batch.queries.tokens)
        if self.heads is not None:
            weights = weights.index_select(1, self.heads)
        return self.batch.queries.token_mean(self.batch.keys.token_sum(weights))

    @cached_property
    def local(self) -> torch.Tensor:
        """The attention itself between features, float32 [B, h, Fq, Fk]."""
        return self.between_features(self.weights)


class Measure:
    """One way of turning attention into a number per document and pair of features.

    Parameters
    ----------
    shape
        The run.
    """

    every_layer = False
    """Whether it sees the layers below the last chosen one too, all their query rows included."""
    all_rows = False
    """Whether it needs all query rows of the chosen layers."""
    values = False
    """Whether it needs the value vectors."""
    gradients = False
    """Whether it is given weights and gradients of a batch at once (`see_gradients`)."""
    masked = True
    """Whether it is defined where a hidden feature alone attends."""
    per_head = False
    """Whether it keeps every chosen layer and head apart (else it sums one matrix)."""

    def __init__(self, shape: MeasureShape) -> None:
        layers = len(shape.layers) if self.per_head else 1
        heads = len(shape.heads) if self.per_head else 1
        self.shape = shape
        self._sums = Accumulator(layers, heads, shape.features, shape.pairs, shape.limit_gb)

    def begin(self, batch: BatchCarriers) -> None:
        """Start a batch."""
        self.batch = batch
        self._parts: list[torch.Tensor] = []
        self._summed = 0
        self._sums.count(batch.queries, batch.keys, batch.multiplicity)

    def visit(self, view: LayerView) -> None:
        """See one layer."""
        raise NotImplementedError

    def end(self) -> None:
        """Finish a batch: add its observations to the sums."""
        if self._parts:
            batch = self.batch
            # Heads last, as the sums are kept and as the parts lie in memory.
            parts = [part.permute(0, 2, 3, 1) for part in self._parts]
            values = parts[0] if len(parts) == 1 else torch.cat(parts, dim=3)
            self._sums.add(values, batch.queries, batch.keys, batch.multiplicity, self._summed)
            self._summed += values.shape[3]
        self._parts = []

    def moments(self) -> AttentionMoments:
        """Return the sums so far."""
        return self._sums.moments()

    def _add(self, values: torch.Tensor) -> None:
        """Note one observation a document, [B, heads, Fq, Fk]; layers come in order.

        Layers are added together, in one walk through the sums, as long as they take little memory.
        """
        held = sum(part.nbytes for part in self._parts)
        if held + values.nbytes > _HELD_BYTES:
            Measure.end(self)
        self._parts.append(values)


class RawMeasure(Measure):
    """The attention weights as they are, per layer and head."""

    per_head = True

    def visit(self, view: LayerView) -> None:
        """Add a chosen layer's weights."""
        if view.chosen:
            self._add(view.local)


class MeanMeasure(Measure):
    """The mean over the chosen layers and heads, taken document by document.

    Its mean over documents follows from `RawMeasure`; its standard error does not, for heads of
    one document are not independent.
    """

    def begin(self, batch: BatchCarriers) -> None:
        """Start a sum over layers and heads."""
        super().begin(batch)
        self._total: torch.Tensor | None = None

    def visit(self, view: LayerView) -> None:
        """Add a chosen layer's heads."""
        local = view.local if view.chosen else None
        if local is not None and self.shape.chosen_heads is not None:
            places = self._places(view.layer.index)
            local = local[:, places] if places else None
        if local is not None:
            heads = local.sum(1, keepdim=True)
            self._total = heads if self._total is None else self._total + heads

    def end(self) -> None:
        """Add one observation a document."""
        if self._total is not None:
            chosen = self.shape.chosen_heads
            grid = len(self.shape.layers) * len(self.shape.heads)
            self._add(self._total / (grid if chosen is None else len(chosen)))
            self._total = None
        super().end()

    def _places(self, layer: int) -> list[int]:
        """Return where the chosen heads of a layer stand among those that are summed."""
        chosen = self.shape.chosen_heads or ()
        return [place for place, head in enumerate(self.shape.heads) if (layer, head) in chosen]
