"""What a layer's attention is the softmax of, as a registered attention function is given it."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from causattn.attention.capture.layer import Vectors, take_rows


@dataclass(frozen=True)
class LayerScores:
    """One layer's scores: ``cap(query key' * scaling) + bias``, and a sink's beside them.

    Parameters
    ----------
    query, key
        [B, H, Q, d] and [B, H, K, d]; heads that share a key each have it.
    scaling
        What the products are multiplied by.
    bias
        Additive, [B or 1, H or 1, Q or 1, K]: the mask and positions; None for none.
    softcap
        ``cap`` is ``tanh(. / softcap) * softcap``; None for none.
    sink
        [H] or [B, H, Q, 1], the scores of a further column, which takes its part of the softmax and
        is dropped; None for none.
    """

    query: torch.Tensor
    key: torch.Tensor
    scaling: float
    bias: torch.Tensor | None = None
    softcap: float | None = None
    sink: torch.Tensor | None = None

    @property
    def plain(self) -> bool:
        """Whether `torch.nn.functional.scaled_dot_product_attention` computes the same."""
        return self.softcap is None and self.sink is None

    def of(self, rows: torch.Tensor | None) -> torch.Tensor:
        """Return the scores of query rows (int64 [B, R]; None for all), [B, H, R, K]."""
        scores = take_rows(self.query, rows) @ self.key.transpose(2, 3) * self.scaling
        if self.softcap is not None:
            scores = torch.tanh(scores / self.softcap) * self.softcap
        if self.bias is not None:
            scores = scores + (self.bias if self.bias.shape[2] == 1 else take_rows(self.bias, rows))
        return scores

    def softmax(self, scores: torch.Tensor, rows: torch.Tensor | None) -> torch.Tensor:
        """Return the weights that such scores [B, H, R, K] of these rows become, float32."""
        if self.sink is None:
            return scores.softmax(dim=-1, dtype=torch.float32)
        if self.sink.dim() == 4:
            column = take_rows(self.sink.to(scores), rows)
        else:
            column = self.sink.to(scores).reshape(1, -1, 1, 1).expand(*scores.shape[:3], 1)
        weights = torch.cat([scores, column], dim=-1).softmax(dim=-1, dtype=torch.float32)
        return weights[..., :-1]

    def vectors(self) -> Vectors:
        """Return query, key and what else is in the scores; a soft cap's loss is part of it."""
        if self.softcap is not None:
            product = self.query @ self.key.transpose(2, 3) * self.scaling
            rest = self.of(None) - product
        else:
            rest = self.query.new_zeros((1, 1, 1, 1)) if self.bias is None else self.bias
        return Vectors(self.query, self.key, self.scaling, rest.float())


def chosen_alone(
    indices: torch.Tensor, bias: torch.Tensor | None, query: torch.Tensor, key: torch.Tensor
) -> torch.Tensor:
    """Return the bias that hides all keys but those of `indices` [B, Q, k], [B, H or 1, Q, K]."""
    shape = (*indices.shape[:2], key.shape[2])
    hidden = torch.ones(shape, dtype=torch.bool, device=query.device)
    hidden = hidden.scatter(-1, indices.long(), False).unsqueeze(1)
    if bias is None:
        bias = query.new_zeros(()).expand_as(hidden)
    return bias.masked_fill(hidden, torch.finfo(query.dtype).min)
