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

from typing import TYPE_CHECKING

from causattn.attention.contract import BatchCarriers, LayerView, Measure

if TYPE_CHECKING:
    import torch


class RolloutMeasure(Measure):
    """Rollout from the first layer to the last chosen one, over all heads."""

    name = "rollout"
    paper = "Abnar and Zuidema (2020), Quantifying attention flow in transformers"
    within_stack = True
    every_layer = True

    def begin(self, batch: BatchCarriers) -> None:
        """Start at the tokens."""
        super().begin(batch)
        self._carried: torch.Tensor | None = None

    def visit(self, view: LayerView) -> None:
        """Go up one layer."""
        if self._carried is None:
            self._carried = self.batch.keys.indicator(view.weights.shape[3])
        carried = self._carried
        attended = view.weights.mean(1) @ carried
        if view.rows is not None:
            carried = carried.gather(1, view.rows[:, :, None].expand(-1, -1, carried.shape[2]))
        self._carried = (attended + carried) / 2
        if view.layer.index == self.shape.layers[-1]:
            product = self._carried[:, None]
            if view.rows is None:
                index = self.batch.queries.tokens[:, None, :, None]
                product = product.gather(2, index.expand(-1, 1, -1, product.shape[3]))
            self.add(self.batch.queries.token_mean(product))
            self._carried = None


MEASURE = RolloutMeasure
