"""Paths by how much their sender changes."""

from __future__ import annotations

import torch

from causattn.circuits.contract import CircuitTask, PathScreen


class ActivationPaths(PathScreen):
    """How far what the sender writes lies from what stands in its place, whoever reads it."""

    name = "activation_difference"

    def scores(self, task: CircuitTask) -> torch.Tensor:
        """Return the distances, [B, R, S]."""
        found = []
        for case in task.cases:
            apart = case.other.senders - case.paths.written().senders
            own = apart.pow(2).sum((2, 3)).sqrt().T
            found.append(own[:, None] * case.paths.possible.to(own))
        return torch.cat(found)


PATH_SCREEN = ActivationPaths()
