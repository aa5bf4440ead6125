"""Paths by how high a threshold they outlast in pruning."""

from __future__ import annotations

import torch

from causattn.attention import prune_paths
from causattn.circuits.contract import CircuitTask, PathScreen

THRESHOLDS = (0.0001, 0.001, 0.01, 0.1, 0.5)
"""Shares of what patching all paths does; each prunes what the one before has left."""


class AcdcPaths(PathScreen):
    """How many thresholds, each higher, a path outlasts in pruning: all paths are candidates."""

    name = "acdc"
    paper = "Conmy et al. (2023), Towards automated circuit discovery for interpretability"

    def scores(self, task: CircuitTask) -> torch.Tensor:
        """Return the numbers of thresholds, [1, R, S]."""
        kept = task.cases[0].paths.possible
        found = torch.zeros(kept.shape)
        for threshold in THRESHOLDS:
            kept = prune_paths(task.cases, kept, threshold)
            found += kept
        return found[None]


PATH_SCREEN = AcdcPaths()
