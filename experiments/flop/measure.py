"""Searches by score on dense random graphs, the figure of FLOP's paper.

Wienöbst, Weichwald and Henckel (2025), "Embracing discrete search: a reasonable approach to causal
structure learning", arXiv 2510.04970, figure 1.
"""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd

from causattn.base import generator
from causattn.discovery import discover
from causattn.graphs import CausalGraph, compare_graphs
from causattn.reproduction import Context, Findings

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


def table_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return means with standard errors, one row an algorithm."""
    table = pd.DataFrame(rows)
    by = table.groupby("algorithm", sort=False)
    return pd.DataFrame(
        {
            "mean SHD": by["SHD"].mean(),
            "standard error": by["SHD"].sem(),
            "mean ancestor AID": by["ancestor AID"].mean(),
            "exact": by["exact"].mean(),
            "median processor seconds": by["processor seconds"].median(),
        }
    ).reset_index()


def page(rows: list[dict[str, Any]], context: Context) -> Findings:
    """Show how often and how fast each finds the true class."""
    shown = table_of(rows)
    by = shown.set_index("algorithm")
    findings = Findings(tables={"CPDAGs against the true one, mean over graphs": shown})
    ours = {
        "share of graphs that ILS finds exactly, 20 restarts": by.at["ILS, 20 restarts", "exact"],
        "share of graphs that ILS finds exactly, no restart": by.at["ILS, no restart", "exact"],
        "processor seconds of ILS a graph, 20 restarts": by.at[
            "ILS, 20 restarts", "median processor seconds"
        ],
    }
    findings.figures = [context.figure(name, float(value)) for name, value in ours.items()]
    findings.pictures["SHD against processor time, mean over graphs"] = draw(shown, context)
    return findings


def draw(shown: pd.DataFrame, context: Context) -> Path:
    """Draw distance against time, and return the picture's path."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(6, 3.5), layout="constrained")
    seconds, distance = shown["median processor seconds"], shown["mean SHD"]
    axis.errorbar(seconds, distance, shown["standard error"], fmt="o", color="tab:blue")
    for x, y, name in zip(seconds, distance, shown["algorithm"], strict=True):
        axis.annotate(name, (x, y), xytext=(6, 4), textcoords="offset points", fontsize=8)
    axis.set_xscale("log")
    axis.set_yscale("symlog", linthresh=1)
    axis.set_xlabel("processor seconds a graph")
    axis.set_ylabel("SHD between CPDAGs")
    axis.margins(x=0.2)
    axis.spines[["top", "right"]].set_visible(False)
    path = context.folder / "shd.png"
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
    return path
