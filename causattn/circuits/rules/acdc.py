"""Paths that stay where taking them out changes what is read."""

from __future__ import annotations

import torch

from causattn.attention import prune_paths
from causattn.circuits.contract import CircuitTask, PathRule


class AcdcRule(PathRule):
    """Interventions from the output back: each removal judged beside what is removed already."""

    name = "acdc"
    paper = "Conmy et al. (2023), Towards automated circuit discovery for interpretability"

    def keep(self, task: CircuitTask, tried: torch.Tensor) -> torch.Tensor:
        """Return what pruning leaves."""
        return prune_paths(task.cases, tried, task.settings.threshold)


PATH_RULE = AcdcRule()
