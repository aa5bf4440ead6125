"""Attention weights in memory that is used again: the softmax in the place of the scores.

A layer's scores are the largest thing of a forward pass. Fresh memory for them has to be cleared
by the system page by page, layer after layer, which takes longer than to compute them.
"""

from __future__ import annotations

import torch

from causattn.attention.capture.layer import take_rows


class Scratch:
    """Memory for the weights of one layer of one batch, valid until the next layer."""

    def __init__(self) -> None:
        self._memory = torch.empty(0)

    @staticmethod
    def takes(query: torch.Tensor) -> bool:
        """Return whether `softmax` gives what the model itself computes from such queries."""
        return query.dtype == torch.float32 and not torch.is_autocast_enabled(query.device.type)

    def softmax(
        self,
        query: torch.Tensor,
        key: torch.Tensor,
        bias: torch.Tensor | None,
        scaling: float,
        rows: torch.Tensor | None,
    ) -> torch.Tensor:
        """Return softmax(query key' scaling + bias) of the query rows, float32 [B, H, R, K].

        Parameters
        ----------
        query, key
            float32 [B, H, Q, d] and [B, H, K, d].
        bias
            Additive, [B or 1, H or 1, Q or 1, K]; None for none.
        scaling
            Factor of the scores.
        rows
            int64 [B, R], the query positions; None for all.
        """
        asked = query_rows(query, rows) * scaling
        batch, heads, queries, width = asked.shape
        keys = key.shape[2]  # -1 would be ambiguous where no row is asked for
        scores = self._take(batch * heads, queries, keys, asked)
        torch.bmm(
            asked.reshape(batch * heads, queries, width),
            key.reshape(batch * heads, keys, width).transpose(1, 2),
            out=scores,
        )
        scores = scores.view(batch, heads, queries, keys)
        if bias is not None:
            scores += bias if bias.shape[2] == 1 else take_rows(bias, rows)
        return torch.softmax(scores, dim=-1, out=scores)

    def _take(self, batch: int, queries: int, keys: int, like: torch.Tensor) -> torch.Tensor:
        """Return memory [batch, queries, keys] with anything in it."""
        size = batch * queries * keys
        if self._memory.numel() < size or self._memory.device != like.device:
            self._memory = torch.empty(0)
            self._memory = like.new_empty(size)
        return self._memory[:size].view(batch, queries, keys)


def query_rows(query: torch.Tensor, rows: torch.Tensor | None) -> torch.Tensor:
    """Return the query rows (int64 [B, R]) of [B, H, Q, d]; None gives all.

    Where the heads of a token lie side by side, as a projection leaves them, they are copied as
    one piece.
    """
    batch, heads, length, width = query.shape
    beside = query.transpose(1, 2)
    if rows is None or not beside.is_contiguous():
        return take_rows(query, rows)
    first = torch.arange(batch, device=rows.device)[:, None] * length
    flat = beside.view(batch * length, heads * width)
    picked = flat.index_select(0, (rows + first).flatten())
    return picked.view(batch, -1, heads, width).transpose(1, 2)
