"""Attention rollout, document by document.

Abnar and Zuidema (2020), "Quantifying attention flow in transformers", section 3 and equation 1.
With A_l the attention of layer l averaged over its heads, and half of it replaced by the identity
for the residual connection,

    rollout = (A_L + I)/2 ... (A_2 + I)/2 (A_1 + I)/2.

Rows of A sum to 1, so that halving is the paper's normalisation of rows. The product runs over all
tokens, special ones included; only its ends are read off at features. Nothing of size T x T is
kept: what travels up the layers is the product times the features' indicator, [B, T, F].
"""

from __future__ import annotations

import torch

from causattn.attention._accumulate import Accumulator
from causattn.attention._layer import AttentionLayer
from causattn.attention._measures import BatchCarriers, Measure, MeasureShape
from causattn.attention._summary import AttentionMoments


class RolloutMeasure(Measure):
    """Rollout from the first layer to the last chosen one, over all heads."""

    every_layer = True

    def __init__(self, shape: MeasureShape) -> None:
        self._sums = Accumulator(1, 1, shape.features)
        self._carried: torch.Tensor | None = None

    def begin(self, batch: BatchCarriers) -> None:
        """Start at the tokens."""
        self._batch = batch
        self._carried = None

    def visit(
        self,
        layer: AttentionLayer,
        weights: torch.Tensor,
        rows: torch.Tensor | None,
        local: torch.Tensor | None,
    ) -> None:
        """Go up one layer."""
        if self._carried is None:
            self._carried = self._batch.keys.indicator(weights.shape[3])
        carried = self._carried
        attended = weights.mean(1) @ carried
        if rows is not None:
            carried = carried.gather(1, rows[:, :, None].expand(-1, -1, carried.shape[2]))
        self._carried = (attended + carried) / 2

    def end(self) -> None:
        """Read the product off at the features."""
        if self._carried is None:
            return
        batch = self._batch
        values = batch.queries.token_mean(self._carried[:, None])
        self._sums.count(batch.queries, batch.keys, batch.multiplicity)
        self._sums.add(0, values, batch.queries, batch.keys, batch.multiplicity)
        self._carried = None

    def moments(self) -> AttentionMoments:
        """Return the moments, [1, 1, f, f]."""
        return self._sums.moments()
