"""Paths by their weights alone."""

from __future__ import annotations

import torch

from causattn.attention import HeadPaths, reading_maps, writing_maps
from causattn.circuits.contract import CircuitTask, PathScreen


class CompositionPaths(PathScreen):
    """How much of what the sender can write the receiver can read: their weights, no documents.

    The norm of the product of both maps, as a share of the product of their norms.
    """

    name = "composition"
    paper = "Elhage et al. (2021), A mathematical framework for transformer circuits"

    def scores(self, task: CircuitTask) -> torch.Tensor:
        """Return the shares, [1, R, S]."""
        paths: HeadPaths = task.cases[0].paths
        network = task.model.network
        writes = torch.stack([w.T @ w for w in writing_maps(network, paths.wiring)]).flatten(1)
        size = writes.unflatten(1, (paths.start.shape[-1], -1)).diagonal(dim1=1, dim2=2).sum(1)
        rows = []
        for reads in reading_maps(paths.wiring):
            gram = reads.T @ reads
            both = (writes @ gram.flatten()).clamp(min=0)
            rows.append((both / (size * gram.trace()).clamp(min=1e-30)).sqrt())
        return (torch.stack(rows) * paths.possible.to(writes))[None]


PATH_SCREEN = CompositionPaths()
