"""Paths by the attention of both ends."""

from __future__ import annotations

import torch

from causattn.attention import AttentionLayer, HeadPaths, Probe, editable_attention
from causattn.circuits.contract import CircuitTask, PathScreen


class AttentionPaths(PathScreen):
    """Attention alone: what both ends pay, where the answer is read, to tokens before.

    Not counted are the first token, where attention goes that is not needed, and the token itself.
    What pays no attention (embedding, feed-forward networks, output) counts as the mean head.
    """

    name = "attention"

    def scores(self, task: CircuitTask) -> torch.Tensor:
        """Return the products of both ends' attention, [B, R, S]."""
        found = []
        for case in task.cases:
            probe = _Looks()
            inputs = {"input_ids": case.paths.input_ids}
            with editable_attention(task.model.network, inputs) as capture:
                capture.run(inputs, probe)
            paid = torch.stack(probe.paid, dim=1)  # [B, L, H]
            own = _of_parts(case.paths, paid)
            found.append(
                own[1][:, :, None] * own[0][:, None, :] * case.paths.possible.to(paid)[None]
            )
        return torch.cat(found)


class _Looks(Probe):
    """Keeps what the last token pays to those between the first and itself, layer by layer."""

    def __init__(self) -> None:
        self.paid: list[torch.Tensor] = []

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        self.paid.append(weights[:, :, -1, 1:-1].sum(-1).float())


def _of_parts(paths: HeadPaths, paid: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the attention of senders [B, S] and receivers [B, R]."""
    mean = paid.flatten(1).mean(1)
    sides = []
    for names in (paths.senders, paths.receivers):
        columns = []
        for name in names:
            layer, _, rest = name.partition(".")
            head = rest.partition(".")[0]
            own = paid[:, int(layer), int(head)] if head.isdigit() else mean
            columns.append(own)
        sides.append(torch.stack(columns, dim=1))
    return sides[0], sides[1]


PATH_SCREEN = AttentionPaths()
