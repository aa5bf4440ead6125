"""Attention that is cut: edges, heads or layers, before the softmax or after it.

============== =============== ======================================================
kind           where           what happens to the weights that are cut
============== =============== ======================================================
renormalise    before softmax  they become 0 and what is left of their row sums to 1
zero           after it        they become 0 and the row sums to less than 1
mean           after it        they become what they are on average over documents
resample       after it        they become what they are in another document
============== =============== ======================================================

Which kind was used is part of a result: a cut that renormalises sends the attention elsewhere,
one that does not takes it away. Replacing a head's whole attention by that under another input is
`resample` without `edges`, the intervention of Vig et al. (2020), "Investigating gender bias in
language models using causal mediation analysis", section 3.2.

A row is never left empty: where a cut before the softmax would take every token that a row can
see, the row keeps all of them (the softmax of nothing is uniform over everything, hidden tokens
included), and `KnockOut.rows_kept` counts it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

import torch
from transformers import PreTrainedModel

from causattn.attention.capture.body import Inputs
from causattn.attention.capture.layer import AttentionLayer, Probe, Stack
from causattn.attention.capture.stream import METHODS, Capture, capture_attention
from causattn.base import ConfigError

Kind = Literal["renormalise", "zero", "mean", "resample"]
EDITABLE = tuple(METHODS)[:2]
"""The ways of capturing by which attention can be changed, too."""


class KnockOut:
    """What is cut and how; an `Edit` of the attention.

    Parameters
    ----------
    kind
        Which of the four kinds.
    edges
        bool [B, Q, K] (or [1, Q, K]), the weights that are cut, **from query (row) to key
        (column)**; None cuts whole heads.
    heads
        The heads of each layer that are cut, by the layer's index in its stack; None, or a
        layer's None, means all.
    replacement
        For ``mean`` and ``resample``: what stands in for the weights, by layer, [B or 1, H, Q, K]
        (`attention_weights` gives it).
    stack
        Which stack of an encoder-decoder; ``"self"`` in other models.

    Attributes
    ----------
    rows_kept
        How many rows (of a head, of a document) were left whole so far because the cut would have
        emptied them.

    Raises
    ------
    ConfigError
        For a whole head cut before the softmax, or a replacement that is missing or not used.
    """

    def __init__(
        self,
        kind: Kind,
        *,
        edges: torch.Tensor | None = None,
        heads: Mapping[int, tuple[int, ...] | None] | None = None,
        replacement: Mapping[int, torch.Tensor] | None = None,
        stack: Stack = "self",
    ) -> None:
        if kind == "renormalise" and edges is None:
            raise ConfigError(
                "A whole head cannot be cut before the softmax, which would leave its rows empty; "
                "name edges, or choose zero, mean or resample."
            )
        if (kind in ("mean", "resample")) != (replacement is not None):
            raise ConfigError(
                f"A cut of kind {kind} {'needs' if replacement is None else 'takes no'} "
                "replacement weights; mean and resample have them, renormalise and zero do not."
            )
        self.kind = kind
        self.rows_kept = 0
        self._edges = edges
        self._heads = heads
        self._replacement = replacement or {}
        self._stack = stack

    def touches(self, layer: AttentionLayer) -> bool:
        """Return whether anything of this layer is cut."""
        return layer.stack == self._stack and (self._heads is None or layer.index in self._heads)

    def scores(self, layer: AttentionLayer, scores: torch.Tensor) -> torch.Tensor:
        """Cut before the softmax, where that is the kind."""
        if self.kind != "renormalise":
            return scores
        lowest = torch.finfo(scores.dtype).min
        # A mask adds the lowest float to a score, so that what is hidden lies around it.
        visible = scores > lowest / 2
        cut = self._cut(layer, scores) & visible
        empty = visible.any(-1) & ~(visible & ~cut).any(-1)
        self.rows_kept += int(empty.sum())
        return scores.masked_fill(cut & ~empty[..., None], lowest)

    def weights(self, layer: AttentionLayer, weights: torch.Tensor) -> torch.Tensor:
        """Cut after the softmax, where that is the kind."""
        if self.kind == "renormalise":
            return weights
        cut = self._cut(layer, weights)
        if self.kind == "zero":
            return weights.masked_fill(cut, 0.0)
        if layer.index not in self._replacement:
            raise ConfigError(
                f"There are no replacement weights for layer {layer.index} ({layer.name}); capture "
                "them for every layer that is cut."
            )
        return torch.where(cut, self._replacement[layer.index].to(weights), weights)

    def _cut(self, layer: AttentionLayer, like: torch.Tensor) -> torch.Tensor:
        """Return which entries are cut, bool [B, H, Q, K]."""
        heads = torch.ones(like.shape[1], dtype=torch.bool, device=like.device)
        chosen = None if self._heads is None else self._heads[layer.index]
        if chosen is not None:
            heads[:] = False
            heads[list(chosen)] = True
        cut = heads[None, :, None, None].expand(like.shape)
        return cut if self._edges is None else cut & self._edges.to(like.device)[:, None]


@contextmanager
def editable_attention(network: PreTrainedModel, example: Inputs) -> Iterator[Capture]:
    """Have a network whose attention can be changed inside the block (`Capture.edited`).

    Raises
    ------
    ModelError
        Where the model neither takes a registered attention function nor attends step by step.
    """
    with capture_attention(network, example, methods=EDITABLE) as capture:
        yield capture


def attention_weights(
    capture: Capture, inputs: Inputs, *, stack: Stack = "self", mean: bool = False
) -> dict[int, torch.Tensor]:
    """Return all weights of one batch by layer, [B, H, Q, K], to stand in for others.

    Parameters
    ----------
    capture
        The network.
    inputs
        The batch; for a mean, documents of one length without padding.
    stack
        Which stack.
    mean
        The mean over the batch instead, [1, H, Q, K].
    """
    kept: dict[int, torch.Tensor] = {}

    class Keep(Probe):
        def wants(self, layer: AttentionLayer) -> bool:
            return layer.stack == stack

        def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
            kept[layer.index] = weights.mean(0, keepdim=True) if mean else weights.clone()

    capture.run(inputs, Keep())
    return kept
