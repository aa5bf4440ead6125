"""Searches by score on sparse random graphs, by the protocol of XGES.

Nazaret and Blei (2024), "Extremely greedy equivalence search", UAI, figure 5.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.base import generator
from causattn.reproduction import Context
from experiments.flop.measure import contest


def jobs(settings: Any) -> list[dict[str, Any]]:
    """Return one job a random graph."""
    drawn = {key: getattr(settings, key) for key in ("nodes", "density", "rows")}
    return [{"graph": number, **drawn} for number in range(settings.graphs)]


def measure(job: dict[str, Any], context: Context) -> list[dict[str, Any]]:
    """Run every contestant on one graph."""
    rng = generator(context.seed, "xges", job["graph"])
    nodes = job["nodes"]
    order = rng.permutation(nodes)
    present = np.triu(rng.random((nodes, nodes)) < job["density"], 1)
    drawn = present * rng.uniform(1, 3, (nodes, nodes)) * rng.choice([-1, 1], (nodes, nodes))
    drawn /= np.maximum(np.abs(drawn).sum(axis=0), 1e-12)
    weights = np.zeros((nodes, nodes))
    weights[np.ix_(order, order)] = drawn
    noise = rng.normal(size=(job["rows"], nodes)) * np.sqrt(rng.uniform(0, 0.5, nodes))
    return contest(weights, order, noise, context.seed)
