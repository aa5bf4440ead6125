"""Attention weighted by the norm of what it carries.

Kobayashi, Kuribayashi, Yokoi and Inui (2020), "Attention is not only a weight: analyzing
transformers with vector norms", section 3. With f(x) = (x W_V + b_V) W_O the vector that a head
takes from a token, token i receives alpha[i, j] f(x_j) from token j, and the measure is its norm

    || alpha[i, j] f(x_j) || = alpha[i, j] || f(x_j) ||.

A token that is attended to by everybody because it has nothing to say gets a small weight.
"""

from __future__ import annotations

import torch

from causattn.attention.contract import LayerView, Measure


def carried_norms(values: torch.Tensor, projection: torch.Tensor) -> torch.Tensor:
    """Return || f(x_j) || of every head and token, float32 [B, H, T].

    Parameters
    ----------
    values
        x W_V + b_V, [B, H, T, d].
    projection
        Each head's rows of W_O, [H, d, width].
    """
    # v W W' v', so that the vectors of full width are never made.
    gram = projection.float() @ projection.float().transpose(1, 2)
    values = values.float()
    return ((values @ gram) * values).sum(-1).clamp(min=0).sqrt()


class NormMeasure(Measure):
    """Norms of the vectors that attention carries, per layer and head, in hidden-state units."""

    name = "norm"
    paper = "Kobayashi, Kuribayashi, Yokoi and Inui (2020), Attention is not only a weight"
    unit = "norm of the hidden state"
    values = True
    per_head = True

    def visit(self, view: LayerView) -> None:
        """Add a chosen layer's norms."""
        if view.chosen and view.values is not None:
            norms = carried_norms(*view.values)
            self.add(view.between_features(view.weights * norms[:, :, None, :]))


MEASURE = NormMeasure
