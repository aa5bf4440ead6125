"""Paths by the first-order effect of patching them."""

from __future__ import annotations

import torch

from causattn.attention import path_attribution
from causattn.circuits.contract import CircuitTask, PathScreen


class AttributionPaths(PathScreen):
    """What a path carries, times the slope there (edge attribution patching)."""

    name = "attribution"
    paper = "Syed, Rager and Conmy (2023), Attribution patching outperforms circuit discovery"

    def scores(self, task: CircuitTask) -> torch.Tensor:
        """Return the effects, [B, R, S]."""
        steps = task.settings.steps
        return torch.cat(
            [path_attribution(case.paths, case.other, case.metric, steps) for case in task.cases]
        )


PATH_SCREEN = AttributionPaths()
