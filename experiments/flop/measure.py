"""Searches by score on dense random graphs, the figure of FLOP's paper.

Wienöbst, Henckel and Weichwald (2025), "Embracing discrete search: a reasonable approach to causal
structure learning", arXiv 2510.04970, figure 1.
"""

from __future__ import annotations

import time
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import generator
from causattn.discovery import discover
from causattn.graphs import CausalGraph, compare_graphs
from causattn.reproduction import Context

PENALTY = 1.0
CONTESTANTS: dict[str, dict[str, Any]] = {
    "GES": {"kind": "ges"},
    "BOSS, 1 start": {"kind": "boss", "starts": 1},
    "ILS, no restart": {"kind": "ils", "restarts": 0},
    "ILS, 20 restarts": {"kind": "ils", "restarts": 20},
    "ILS, 100 restarts": {"kind": "ils", "restarts": 100},
}
if find_spec("flopsearch"):
    CONTESTANTS |= {
        f"FLOP, {'no' if restarts == 0 else restarts} restart{'s' * (restarts > 0)}": {
            "kind": "flop",
            "restarts": restarts,
        }
        for restarts in (0, 20, 100)
    }


def jobs(settings: Any) -> list[dict[str, Any]]:
    """Return one job a random graph."""
    drawn = {key: getattr(settings, key) for key in ("nodes", "degree", "rows")}
    return [{"graph": number, **drawn} for number in range(settings.graphs)]


def measure(job: dict[str, Any], context: Context) -> list[dict[str, Any]]:
    """Run every contestant on one graph."""
    rng = generator(context.seed, "flop", job["graph"])
    nodes = job["nodes"]
    order = rng.permutation(nodes)
    pairs = np.argwhere(np.triu(np.ones((nodes, nodes)), 1))
    edges = order[rng.permutation(pairs)[: nodes * job["degree"] // 2]]
    weights = np.zeros((nodes, nodes))
    weights[edges[:, 0], edges[:, 1]] = rng.uniform(0.5, 2, len(edges)) * rng.choice(
        [-1, 1], len(edges)
    )
    noise = rng.normal(size=(job["rows"], nodes))
    return contest(weights, order, noise, context.seed)


def contest(
    weights: np.ndarray, order: np.ndarray, noise: np.ndarray, seed: int
) -> list[dict[str, Any]]:
    """Run every contestant on standardised data of a linear model.

    Parameters
    ----------
    weights
        float [p, p], from row to column.
    order
        int [p], causes first.
    noise
        float [n, p], from which the data are made.
    """
    data = noise.copy()
    for node in order:
        data[:, node] += data @ weights[:, node]
    names = tuple(f"v{k}" for k in range(len(weights)))
    truth = CausalGraph.from_adjacency(weights, names, direction="from row to column")
    frame = pd.DataFrame((data - data.mean(0)) / data.std(0), columns=list(names))
    found = []
    for name, algorithm in CONTESTANTS.items():
        chosen = {**algorithm, "penalty": PENALTY}
        discover(chosen, frame.iloc[:100, :5], seed=seed)  # compiles and imports
        began = time.process_time()
        graph = discover(chosen, frame, seed=seed)
        seconds = time.process_time() - began
        figures = compare_graphs(graph, truth)
        found.append(
            {
                "algorithm": name,
                "SHD": figures["shd"],
                "ancestor AID": figures.get("ancestor_aid"),
                "exact": figures["shd"] == 0,
                "processor seconds": seconds,
            }
        )
    return found
