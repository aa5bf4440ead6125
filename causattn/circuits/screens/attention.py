"""Paths by the attention of both ends."""

from __future__ import annotations

import torch

from causattn.attention import AttentionLayer, HeadPaths, Probe, editable_attention
from causattn.circuits.contract import CircuitTask, PathScreen
from causattn.circuits.parts import head_of


class AttentionPaths(PathScreen):
    """Attention alone: what both ends pay, where the answer is read, to other tokens.

    Not counted are the first token, where attention goes that is not needed, and the token itself.
    What pays no attention (embedding, feed-forward networks, output) counts as the mean head.
    """

    name = "attention"

    def scores(self, task: CircuitTask) -> torch.Tensor:
        """Return the products of both ends' attention, [B, R, S]."""
        found = []
        for case in task.cases:
            probe = _Looks(case.paths.at[:, 0])
            inputs = {"input_ids": case.paths.input_ids}
            with editable_attention(task.model.network, inputs) as capture:
                capture.run(inputs, probe)
            paid = torch.stack(probe.paid, dim=1)  # [B, L, H]
            found.append(product_of_ends(case.paths, paid) * case.paths.possible.to(paid))
        return torch.cat(found)


class _Looks(Probe):
    """Keeps what one token pays to all but the first and itself, layer by layer."""

    def __init__(self, at: torch.Tensor) -> None:
        self._at = at
        self.paid: list[torch.Tensor] = []

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        here = torch.arange(len(weights), device=weights.device)
        own = weights[here, :, self._at].float()
        to_itself = own[here, :, self._at]
        self.paid.append(own[..., 1:].sum(-1) - to_itself * (self._at > 0).to(own)[:, None])


def product_of_ends(paths: HeadPaths, paid: torch.Tensor) -> torch.Tensor:
    """Return what receiver and sender pay, multiplied, [B, R, S], of what heads pay, [B, L, H]."""
    mean = paid.flatten(1).mean(1)
    receivers, senders = (
        torch.stack([mean if (at := head_of(name)) is None else paid[:, *at] for name in names], 1)
        for names in (paths.receivers, paths.senders)
    )
    return receivers[:, :, None] * senders[:, None, :]


PATH_SCREEN = AttentionPaths()
