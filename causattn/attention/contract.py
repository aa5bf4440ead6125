"""What a measure is: attention made into one number per document and pair of features.

A measure sees a batch layer by layer, from below, and adds one matrix of numbers a document to the
sums of the corpus; it keeps nothing that outlives the batch. `Measure` is what a contribution
implements, in one file with ``MEASURE = Mine``; `LayerView` is what it sees.

What a measure says of itself is read where nothing is captured, so that this module loads neither
torch nor numba.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from causattn.base import ModelError

if TYPE_CHECKING:
    import torch

    from causattn.attention.capture.layer import AttentionLayer
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
    sinks
        bool [B, T], tokens to which attention goes that is not needed; None where nobody asks.
    """

    queries: CarriedFeatures
    keys: CarriedFeatures
    multiplicity: np.ndarray
    sinks: torch.Tensor | None = None


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
        The (layer, head) pairs that a measure with `takes_heads` takes; None for all.
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
        For a measure with `values`: the value vectors, [B, H, T, d], and what the layer makes of
        each head's output, [H, d, width]. Else None.
    gradient
        For a measure with `gradients`: the derivative of what the model says by `weights`,
        [B, H, T, T]. Else None.
    """

    layer: AttentionLayer
    weights: torch.Tensor
    rows: torch.Tensor | None
    batch: BatchCarriers
    heads: torch.Tensor | None
    chosen: bool
    values: tuple[torch.Tensor, torch.Tensor] | None = None
    gradient: torch.Tensor | None = None

    def between_features(self, weights: torch.Tensor) -> torch.Tensor:
        """Return weights [B, H, R, T] from feature (row) to feature (column), [B, h, Fq, Fk].

        It is the mean over the tokens of the one of the sum over the tokens of the other; h counts
        the heads chosen.
        """
        from causattn.attention.measures.between import between_features

        queries, keys = self.batch.queries, self.batch.keys
        return between_features(weights, queries, keys, self.heads, self.rows is not None)

    @cached_property
    def local(self) -> torch.Tensor:
        """The attention itself between features, float32 [B, h, Fq, Fk]."""
        return self.between_features(self.weights)


class Measure(ABC):
    """One way of turning attention into a number per document and pair of features.

    A measure has a `name` and a `visit` that calls `add` with what it makes of a layer; what it
    needs and what it is good for are the attributes below.

    Parameters
    ----------
    shape
        The run.
    """

    name: str
    """What ``attention.measures`` and ``candidates.aggregate`` call it."""
    paper: str = ""
    """Where it was first described."""
    unit: str = "attention"
    """What a number of it is measured in."""
    per_head: bool = False
    """Whether it keeps every chosen layer and head apart, one `add` a layer (else one a batch)."""
    by_head: str = ""
    """The measure that has its numbers layer by layer and head by head, from which candidates can
    choose; empty where it runs through all layers and heads, or keeps them apart itself."""
    takes_heads: bool = False
    """Whether it is over the heads that ``attention.entropy`` chooses."""
    proposes: bool = True
    """Whether it can be the score of pairs (``candidates.aggregate``)."""
    masked: bool = True
    """Whether it is defined where a hidden feature alone attends."""
    within_stack: bool = False
    """Whether rows and columns have to be tokens of one text, so that it is none of attention from
    a decoder to its encoder."""
    every_layer: bool = False
    """Whether it sees the layers below the last chosen one too, all their query rows included."""
    all_rows: bool = False
    """Whether it needs all query rows of the chosen layers."""
    values: bool = False
    """Whether it needs the value vectors."""
    gradients: bool = False
    """Whether it needs the gradients of what the model says; it then sees all rows and layers."""

    def __init__(self, shape: MeasureShape) -> None:
        from causattn.attention.measures.accumulate import Accumulator

        layers = len(shape.layers) if self.per_head else 1
        heads = len(shape.heads) if self.per_head else 1
        self.shape = shape
        self._sums = Accumulator(layers, heads, shape.features, shape.pairs, shape.limit_gb)
        self._columns = layers * heads

    def begin(self, batch: BatchCarriers) -> None:
        """Start a batch."""
        self.batch = batch
        self._parts: list[torch.Tensor] = []
        self._summed = self._held = 0
        self._sums.count(batch.queries, batch.keys, batch.multiplicity)

    @abstractmethod
    def visit(self, view: LayerView) -> None:
        """See one layer; layers come from below."""

    def end(self) -> None:
        """Finish a batch; what is only known when all layers were seen is added before this."""
        self._flush()

    def moments(self) -> AttentionMoments:
        """Return the sums so far."""
        return self._sums.moments()

    def add(self, values: torch.Tensor) -> None:
        """Add one observation a document, [B, heads, Fq, Fk] with one head where none is kept.

        Layers are added together, in one walk through the sums, as long as they take little memory.

        Raises
        ------
        ModelError
            Where a measure adds more than it keeps apart.
        """
        if sum(part.nbytes for part in self._parts) + values.nbytes > _HELD_BYTES:
            self._flush()
        self._parts.append(values)
        self._held += values.shape[1]
        if self._held > self._columns:
            raise ModelError(
                f"The measure {self.name} adds {self._held} matrices a document and keeps "
                f"{self._columns}; set per_head=True to keep layers and heads apart, or add once a "
                "batch."
            )

    def _flush(self) -> None:
        """Add to the sums what waits."""
        import torch

        if self._parts:
            batch = self.batch
            # Heads last, as the sums are kept and as the parts lie in memory.
            parts = [part.permute(0, 2, 3, 1) for part in self._parts]
            values = parts[0] if len(parts) == 1 else torch.cat(parts, dim=3)
            self._sums.add(values, batch.queries, batch.keys, batch.multiplicity, self._summed)
            self._summed += values.shape[3]
        self._parts = []
