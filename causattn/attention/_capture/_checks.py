"""What must hold of attention weights, looked at on the first batch of every run."""

from __future__ import annotations

import torch

from causattn.attention._capture._body import Inputs
from causattn.attention._capture._layer import AttentionLayer, Probe
from causattn.base import ModelError


class CheckedProbe(Probe):
    """Asserts that rows sum to 1 and that nothing is paid to padding.

    Parameters
    ----------
    inputs
        The batch, with ``attention_mask`` where it is padded.
    tolerance
        How far a row's sum may be from 1, and a masked weight from 0.

    Raises
    ------
    ModelError
        From `visit`, naming the layer.
    """

    def __init__(self, inputs: Inputs, tolerance: float) -> None:
        mask = inputs.get("attention_mask")
        self._real = None if mask is None else mask.bool()
        self._tolerance = tolerance
        self.layers_seen = 0

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        """Check one layer's weights, [B, H, Q, K], Q all query positions."""
        self.layers_seen += 1
        batch, _, queries, keys = weights.shape
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
        off = (rows.sum(-1) - 1).abs().max().item() if rows.numel() else 0.0
        if not off <= self._tolerance:
            raise ModelError(
                f"Attention of layer {layer.name} has a row whose sum is off 1 by {off:.2g}; "
                "capture a model whose attention is a softmax over the tokens (no attention "
                "sinks, evaluation mode)."
            )
        paid = torch.where(
            blocked[:, None, None, :] & ask[:, None, :, None], weights, torch.zeros(())
        )
        most = paid.abs().max().item()
        if not most <= self._tolerance:
            raise ModelError(
                f"Attention of layer {layer.name} pays {most:.2g} to padding; the model does not "
                "honour its attention mask, so give it documents of one length (attention.batch="
                "1)."
            )
