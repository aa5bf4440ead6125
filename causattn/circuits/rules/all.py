"""All candidates stay."""

from __future__ import annotations

import torch

from causattn.circuits.contract import CircuitTask, PathRule


class AllPathsRule(PathRule):
    """All candidates stay: the screen decides alone."""

    name = "all"

    def keep(self, task: CircuitTask, tried: torch.Tensor) -> torch.Tensor:
        """Return the candidates."""
        return tried.clone()


PATH_RULE = AllPathsRule()
