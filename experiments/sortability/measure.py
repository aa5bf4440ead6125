"""Sorting by variance beats discovery on raw simulated data, and loses once it is standardised.

Reisach, Seiler and Weichwald (2021), "Beware of the simulated DAG! Causal discovery benchmarks may
be easy to game", NeurIPS, section 4; Reisach, Tami, Seiler, Chambaz and Weichwald (2023), "A
scale-invariant sorting criterion to find a causal order in additive noise models", NeurIPS. Random
graphs (Erdos-Renyi), edge weights uniform on plus and minus [0.5, 2], Gaussian noise with standard
deviation uniform on [0.5, 2]. Judged as there: SHD between DAGs is unfair to algorithms that find a
class, so CPDAGs are compared.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd

from causattn.base import generator
from causattn.discovery import discover
from causattn.graphs import CausalGraph, compare_graphs, r2_sortability, var_sortability
from causattn.reproduction import Context, Findings

_SORTING = {
    "sort by variance": {"kind": "sort_regress", "criterion": "variance"},
    "sort by R2": {"kind": "sort_regress", "criterion": "r2"},
}
_LEARNING = {
    "PC, alpha .01": {"kind": "pc", "test": "fisher_z", "alpha": 0.01},
    "GES, BIC": {"kind": "ges", "penalty": 0.5},
}
_BASELINES = {"empty": {"kind": "empty"}}
ALGORITHMS: dict[str, dict[str, Any]] = {**_SORTING, **_LEARNING, **_BASELINES}


def jobs(settings: Any) -> list[dict[str, Any]]:
    """Return one job a random graph."""
    drawn = {"nodes": settings.nodes, "degree": settings.degree, "rows": settings.rows}
    return [{"graph": number, **drawn} for number in range(settings.graphs)]


def random_linear_model(
    nodes: int, degree: float, rows: int, rng: np.random.Generator
) -> tuple[np.ndarray, CausalGraph]:
    """Draw a graph and data of it.

    Returns
    -------
    data, truth
        float [rows, nodes], columns in a random order; the DAG.
    """
    order = rng.permutation(nodes)
    weights = np.zeros((nodes, nodes))
    earlier, later = np.triu_indices(nodes, 1)
    present = rng.random(len(earlier)) < degree / (nodes - 1)
    size = rng.uniform(0.5, 2, len(earlier)) * rng.choice([-1, 1], len(earlier))
    weights[order[earlier], order[later]] = present * size
    data = rng.normal(size=(rows, nodes)) * rng.uniform(0.5, 2, nodes)
    for node in order:
        data[:, node] += data @ weights[:, node]
    names = tuple(f"v{k}" for k in range(nodes))
    return data, CausalGraph.from_adjacency(weights, names, direction="from row to column")


def measure(job: dict[str, Any], context: Context) -> list[dict[str, Any]]:
    """Run sorting and discovery on raw and standardised data of one graph."""
    rng = generator(context.seed, "sortability", job["graph"])
    data, truth = random_linear_model(job["nodes"], job["degree"], job["rows"], rng)
    standardised = (data - data.mean(0)) / data.std(0)
    found = []
    for scale, values in {"raw": data, "standardised": standardised}.items():
        frame = pd.DataFrame(values, columns=list(truth.names))
        common = {
            "data": scale,
            "variance-sortability": var_sortability(values, truth),
            "R2-sortability": r2_sortability(values, truth),
        }
        for name, chosen in ALGORITHMS.items():
            figures = compare_graphs(discover(chosen, frame, seed=context.seed), truth)
            found.append(common | {"algorithm": name, "SHD": figures["shd"]})
    return found


def page(rows: list[dict[str, Any]], context: Context) -> Findings:
    """Compare sorting with learning, on raw and on standardised data."""
    table = pd.DataFrame(rows)
    means = table.groupby(["data", "algorithm"], sort=False)["SHD"]
    shown = means.agg(["mean", "sem"]).reset_index()
    findings = Findings(tables={"SHD between CPDAGs, mean over graphs": shown})
    mean = means.mean()
    lead = {
        scale: float(mean[scale]["sort by variance"] - mean[scale][list(_LEARNING)].min())
        for scale in ("raw", "standardised")
    }
    sortable = table.groupby("data")[["variance-sortability", "R2-sortability"]].mean()
    r2 = sortable["R2-sortability"]
    ours = {
        "raw data: SHD of sorting by variance less that of the best learner": lead["raw"],
        "standardised data: the same difference": lead["standardised"],
        "variance-sortability of raw data": float(sortable.at["raw", "variance-sortability"]),
        "R2-sortability, standardised less raw": float(r2["standardised"] - r2["raw"]),
        "R2-sortability of standardised data": float(r2["standardised"]),
    }
    findings.figures = [context.figure(name, value) for name, value in ours.items()]
    findings.pictures["SHD by algorithm on raw and standardised data"] = draw(table, context)
    return findings


def draw(table: pd.DataFrame, context: Context) -> Path:
    """Draw the distances as boxes, raw beside standardised, and return the picture's path."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(
        1, 2, figsize=(8, 3), sharey=True, sharex=True, layout="constrained"
    )
    for axis, (scale, part) in zip(axes, table.groupby("data", sort=False), strict=True):
        names = list(ALGORITHMS)
        values = [part.loc[part["algorithm"] == name, "SHD"] for name in names]
        axis.boxplot(values, orientation="horizontal", tick_labels=names, widths=0.6)
        axis.set_title(f"{scale} data", loc="left")
        axis.set_xlabel("SHD between CPDAGs")
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].invert_yaxis()
    path = context.folder / "distances.png"
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
    return path
