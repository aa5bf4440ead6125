"""What is summed of attention: the measures `raw` and `mean`, and how measures are looked up.

A measure sees each layer of a batch twice over: the weights between tokens, and `local`, the same
weights from feature to feature. It adds one observation a document to its `Accumulator`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from causattn.attention._accumulate import Accumulator
from causattn.attention._carried import CarriedFeatures
from causattn.attention._layer import AttentionLayer
from causattn.attention._summary import AttentionMoments


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
    """

    layers: tuple[int, ...]
    heads: tuple[int, ...]
    features: int


class Measure:
    """One way of turning attention into a number per document and pair of features."""

    every_layer = False
    """Whether it needs the layers below the chosen ones too, with all their query rows."""

    def begin(self, batch: BatchCarriers) -> None:
        """Start a batch."""

    def visit(
        self,
        layer: AttentionLayer,
        weights: torch.Tensor,
        rows: torch.Tensor | None,
        local: torch.Tensor | None,
    ) -> None:
        """See one layer.

        Parameters
        ----------
        layer
            Which attention this is.
        weights
            float32 [B, H, R, T], attention paid from token (row) to token (column).
        rows
            int64 [B, R], the query positions of `weights`; None for all. All come where
            `every_layer` is set, but for the last layer, where the queries' tokens come alone.
        local
            float32 [B, chosen heads, Fq, Fk], attention paid from feature (row) to feature
            (column); None in a layer that is not chosen.
        """
        raise NotImplementedError

    def end(self) -> None:
        """Finish a batch."""

    def moments(self) -> AttentionMoments:
        """Return the sums so far."""
        raise NotImplementedError


class RawMeasure(Measure):
    """The attention weights as they are, per layer and head."""

    def __init__(self, shape: MeasureShape) -> None:
        self._place = {layer: k for k, layer in enumerate(shape.layers)}
        self._sums = Accumulator(len(shape.layers), len(shape.heads), shape.features)

    def begin(self, batch: BatchCarriers) -> None:
        """Count the batch's documents."""
        self._batch = batch
        self._sums.count(batch.queries, batch.keys, batch.multiplicity)

    def visit(
        self,
        layer: AttentionLayer,
        weights: torch.Tensor,
        rows: torch.Tensor | None,
        local: torch.Tensor | None,
    ) -> None:
        """Add a chosen layer's weights."""
        if local is not None:
            batch = self._batch
            place = self._place[layer.index]
            self._sums.add(place, local, batch.queries, batch.keys, batch.multiplicity)

    def moments(self) -> AttentionMoments:
        """Return the moments, [chosen layers, chosen heads, f, f]."""
        return self._sums.moments()


class MeanMeasure(Measure):
    """The mean over the chosen layers and heads, taken document by document.

    Its mean over documents follows from `RawMeasure`; its standard error does not, for heads of
    one document are not independent.
    """

    def __init__(self, shape: MeasureShape) -> None:
        self._parts = len(shape.layers)
        self._sums = Accumulator(1, 1, shape.features)
        self._total: torch.Tensor | None = None

    def begin(self, batch: BatchCarriers) -> None:
        """Start a sum over layers."""
        self._batch = batch
        self._total = None

    def visit(
        self,
        layer: AttentionLayer,
        weights: torch.Tensor,
        rows: torch.Tensor | None,
        local: torch.Tensor | None,
    ) -> None:
        """Add a chosen layer's mean over heads."""
        if local is not None:
            heads = local.mean(1, keepdim=True)
            self._total = heads if self._total is None else self._total + heads

    def end(self) -> None:
        """Add one observation a document."""
        if self._total is not None:
            batch = self._batch
            self._sums.count(batch.queries, batch.keys, batch.multiplicity)
            values = self._total / self._parts
            self._sums.add(0, values, batch.queries, batch.keys, batch.multiplicity)

    def moments(self) -> AttentionMoments:
        """Return the moments, [1, 1, f, f]."""
        return self._sums.moments()
