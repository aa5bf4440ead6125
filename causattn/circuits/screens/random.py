"""Paths in a random order."""

from __future__ import annotations

import torch

from causattn.base import generator
from causattn.circuits.contract import CircuitTask, PathScreen


class RandomPaths(PathScreen):
    """A random order, which every other has to beat."""

    name = "random"

    def scores(self, task: CircuitTask) -> torch.Tensor:
        """Return random numbers, [1, R, S]."""
        possible = task.cases[0].paths.possible
        drawn = generator(task.seed, "circuits", "random paths").random(tuple(possible.shape))
        return (torch.from_numpy(drawn) * possible)[None]


PATH_SCREEN = RandomPaths()
