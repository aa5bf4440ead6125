"""Paths by the exact effect of patching each alone."""

from __future__ import annotations

import torch

from causattn.attention import path_effects
from causattn.circuits.contract import CircuitTask, PathScreen


class PatchedPaths(PathScreen):
    """The exact effect of patching each path alone: a pass a path."""

    name = "patching"
    paper = "Goldowsky-Dill et al. (2023), Localizing model behavior with path patching"

    def scores(self, task: CircuitTask) -> torch.Tensor:
        """Return the effects, [B, R, S]."""
        found = []
        for case in task.cases:
            edges = case.paths.possible.nonzero()
            effects = path_effects(case.paths, case.other, case.metric, edges)
            own = effects.new_zeros((effects.shape[1], *case.paths.possible.shape))
            own[:, edges[:, 0], edges[:, 1]] = effects.T
            found.append(own)
        return torch.cat(found)


PATH_SCREEN = PatchedPaths()
