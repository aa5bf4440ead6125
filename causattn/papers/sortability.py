"""Sorting by variance beats discovery on raw simulated data, and loses once it is standardised.

Reisach, Seiler and Weichwald (2021), "Beware of the simulated DAG! Causal discovery benchmarks may
be easy to game", NeurIPS, section 4; Reisach, Tami, Seiler, Chambaz and Weichwald (2023), "A
scale-invariant sorting criterion to find a causal order in additive noise models", NeurIPS. Random
graphs (Erdos-Renyi), edge weights uniform on plus and minus [0.5, 2], Gaussian noise with standard
deviation uniform on [0.5, 2]. Judged as there: SHD between DAGs is unfair to algorithms that find a
class, so CPDAGs are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd

from causattn.base import generator
from causattn.discovery import discover
from causattn.graphs import CausalGraph, compare_graphs, r2_sortability, var_sortability
from causattn.papers.paper import Figure, Findings, Paper, Work

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


@dataclass(frozen=True)
class SortabilitySettings:
    """The simulation.

    Parameters
    ----------
    graphs
        How many are drawn.
    nodes, degree
        Variables, and expected number of neighbours of each.
    rows
        Samples of each.
    """

    graphs: int = 30
    nodes: int = 20
    degree: float = 4.0
    rows: int = 1000


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


def reproduce(settings: SortabilitySettings, work: Work) -> Findings:
    """Draw graphs, run sorting and discovery on raw and standardised data."""
    rows = []
    for number in range(settings.graphs):
        rng = generator(work.seed, "sortability", number)
        data, truth = random_linear_model(settings.nodes, settings.degree, settings.rows, rng)
        standardised = (data - data.mean(0)) / data.std(0)
        for scale, values in {"raw": data, "standardised": standardised}.items():
            frame = pd.DataFrame(values, columns=list(truth.names))
            common = {
                "graph": number,
                "data": scale,
                "variance-sortability": var_sortability(values, truth),
                "R2-sortability": r2_sortability(values, truth),
            }
            for name, chosen in ALGORITHMS.items():
                found = compare_graphs(discover(chosen, frame, seed=work.seed), truth)
                rows.append(common | {"algorithm": name, "SHD": found["shd"]})
    table = pd.DataFrame(rows)
    means = table.groupby(["data", "algorithm"], sort=False)["SHD"]
    shown = means.agg(["mean", "sem"]).reset_index()
    findings = Findings(tables={"SHD between CPDAGs, mean over graphs": shown})
    mean = means.mean()
    best_learned = {scale: mean[scale][list(_LEARNING)].min() for scale in ("raw", "standardised")}
    by_variance = {scale: mean[scale]["sort by variance"] for scale in ("raw", "standardised")}
    sortability = table.groupby("data")[["variance-sortability", "R2-sortability"]].mean()
    findings.figures = [
        Figure(
            "raw data: SHD of sorting by variance less that of the best learner",
            "below 0",
            float(by_variance["raw"] - best_learned["raw"]),
            (None, 0.0),
            "recompute",
            "sorting wins",
        ),
        Figure(
            "standardised data: the same difference",
            "above 0",
            float(by_variance["standardised"] - best_learned["standardised"]),
            (0.0, None),
            "recompute",
            "sorting loses",
        ),
        Figure(
            "variance-sortability of raw data",
            "near 1",
            float(sortability.at["raw", "variance-sortability"]),
            (0.8, 1.0),
            "recompute",
        ),
        Figure(
            "R2-sortability, standardised less raw",
            0.0,
            float(
                sortability.at["standardised", "R2-sortability"]
                - sortability.at["raw", "R2-sortability"]
            ),
            (-1e-6, 1e-6),
            "recompute",
            "standardising takes it from nobody",
        ),
        Figure(
            "R2-sortability of standardised data",
            "above one half",
            float(sortability.at["standardised", "R2-sortability"]),
            (0.55, 1.0),
            "recompute",
        ),
    ]
    findings.pictures["SHD by algorithm on raw and standardised data"] = draw(table, work)
    return findings


def draw(table: pd.DataFrame, work: Work) -> Path:
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
    path = work.folder / "distances.png"
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
    return path


PAPER = Paper(
    name="sortability",
    citation="Reisach, Seiler, Weichwald 2021, Beware of the simulated DAG! (NeurIPS); Reisach et "
    "al. 2023, A scale-invariant sorting criterion (NeurIPS)",
    claim="On raw simulated data sorting by variance wins, on standardised data it does not, and "
    "R2-sortability stays.",
    labels=("recompute",),
    settings=SortabilitySettings,
    reproduce=reproduce,
)
