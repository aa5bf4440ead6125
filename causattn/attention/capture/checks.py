"""What must hold of attention weights, looked at before the first batch of every run."""

from __future__ import annotations

import torch

from causattn.attention.capture.body import Inputs, not_tokens
from causattn.attention.capture.layer import AttentionLayer, Probe
from causattn.attention.capture.reach import Reach
from causattn.base import ModelError

_NOTHING = 1e-6
"""What a masked weight may be: it is 0 in every number format, while an even share of a long
document's attention is small, too."""


class CheckedProbe(Probe):
    """Asserts that rows sum to 1, and that nothing is paid to padding nor to what is out of reach.

    Parameters
    ----------
    inputs
        The batch, with ``attention_mask`` where it is padded.
    tolerance
        How far a row's sum may be from 1.
    reach
        What the model says its queries may see.

    Raises
    ------
    ModelError
        From `visit`, naming the layer.
    """

    def __init__(self, inputs: Inputs, tolerance: float, reach: Reach) -> None:
        mask = inputs.get("attention_mask")
        self._real = None if mask is None else mask.bool()
        self._tolerance = tolerance
        self._reach = reach
        self._documents, self._length = inputs["input_ids"].shape
        self.layers_seen = 0
        self.sinks: dict[int, float] = {}

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        """Check one layer's weights, [B, H, Q, K], Q all query positions."""
        self.layers_seen += 1
        batch, _, queries, keys = weights.shape
        if batch != self._documents or not queries == keys == self._length:
            raise not_tokens(layer.name, queries, keys, self._length)
        weights = weights.float()
        # A padded query's row is nobody's attention and may hold anything.
        ask = torch.ones((batch, queries), dtype=torch.bool, device=weights.device)
        blocked = torch.zeros((batch, keys), dtype=torch.bool, device=weights.device)
        if self._real is not None:
            if layer.stack in ("self", "encoder"):
                ask = self._real
            if layer.stack != "decoder":
                blocked = ~self._real
        rows = weights.movedim(1, 2)[ask]
        if not torch.isfinite(rows).all():
            raise ModelError(
                f"Attention of layer {layer.name} is not a number somewhere; load the model in "
                "float32, or from weights that are whole."
            )
        sums = rows.sum(-1)
        left = (1 - sums).clamp(min=0)
        if layer.sink:
            self.sinks[layer.index] = float(left.mean())
        off = (sums - 1 + (left if layer.sink else 0)).abs().max().item() if rows.numel() else 0.0
        if not off <= self._tolerance:
            raise ModelError(
                f"Attention of layer {layer.name} has a row whose sum is off 1 by {off:.2g}; "
                "capture a model whose attention is a softmax over the tokens."
            )
        padding = blocked[:, None, None, :] & ask[:, None, :, None]
        most = _most(weights, padding)
        if not most <= _NOTHING:
            raise ModelError(
                f"Attention of layer {layer.name} pays {most:.2g} to padding; the model does not "
                "honour its attention mask, so run its documents one by one "
                "(attention.batch_tokens=1)."
            )
        beyond = self._reach.blocked(layer, weights)
        if beyond is None:
            return
        most = _most(weights, beyond & ask[:, None, :, None])
        if not most <= _NOTHING:
            raise ModelError(
                f"Attention of layer {layer.name} pays {most:.2g} to later tokens, or to some "
                "before its sliding window, where the model says that it sees none of them; set "
                "is_causal to false in the model's configuration if it reads both ways."
            )


def _most(weights: torch.Tensor, where: torch.Tensor) -> float:
    """Return the largest weight [B, H, Q, K] at some places."""
    return torch.where(where, weights, torch.zeros(())).abs().max().item()
