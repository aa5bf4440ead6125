"""Sachs et al. 2005: protein signalling, the real data set that discovery is compared on most.

Sachs, Perez, Pe'er, Lauffenburger and Nolan (2005), "Causal protein-signaling networks derived
from multiparameter single-cell data", Science 308. Two truths are in use: one of 17 edges (the
consensus network, shipped by benchpress with 902 observational cells, logarithms, standardised) and
one of 20 edges (shipped by causal-learn's authors with all 7,466 cells). Every figure says which.

SHD is between CPDAGs, a differing pair counting once. Penalties are in units of log n a parameter:
0.5 is the BIC, 2 is causal-learn's default for BOSS and GRaSP.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import DataError
from causattn.discovery import discover
from causattn.graphs import CausalGraph, compare_graphs, r2_sortability, var_sortability
from causattn.reproduction import Context, Findings

_NAMES = {"plc": "Plcg", "pip2": "PIP2", "pip3": "PIP3", "pka": "PKA", "pkc": "PKC"}
_ALGORITHMS: dict[str, dict[str, Any]] = {
    "PC, alpha .05": {"kind": "pc", "test": "fisher_z", "alpha": 0.05},
    "PC, alpha .01": {"kind": "pc", "test": "fisher_z", "alpha": 0.01},
    "GES, penalty .5": {"kind": "ges", "penalty": 0.5},
    "BOSS, penalty .5": {"kind": "boss", "penalty": 0.5},
    "BOSS, penalty 2": {"kind": "boss", "penalty": 2.0},
    "GRaSP, penalty 2": {"kind": "grasp", "penalty": 2.0},
}


def read_twenty(text: str, names: tuple[str, ...]) -> CausalGraph:
    """Return the truth of 20 edges, which is written as lines ``1. erk --> akt``."""
    place = {name.lower(): k for k, name in enumerate(names)}
    adjacency = np.zeros((len(names), len(names)), dtype=int)
    for cause, effect in re.findall(r"(\w+) --> (\w+)", text):
        ends = [place.get(_NAMES.get(end, end).lower()) for end in (cause, effect)]
        if None in ends:
            raise DataError(
                f"The truth of 20 edges speaks of {cause} --> {effect}, which the cells do not "
                f"measure; use the file published by cmu-phil/example-causal-datasets."
            )
        adjacency[ends[0], ends[1]] = 1
    return CausalGraph.from_adjacency(adjacency, names, direction="from row to column")


def measure(settings: Any, context: Context) -> Findings:
    """Run the algorithms against both truths."""
    cells = pd.read_csv(context.data("cells"))
    names = tuple(cells.columns)
    consensus = CausalGraph.from_adjacency(
        pd.read_csv(context.data("consensus")).to_numpy(), names, direction="from row to column"
    )
    twenty = read_twenty(context.data("twenty").read_text(encoding="utf-8"), names)
    samples = {"902 cells": cells}
    if settings.all_cells:
        every = pd.read_csv(context.data("all_cells"), sep="\t")
        every.columns = [_NAMES.get(name, name.capitalize()) for name in every.columns]
        logged = np.log(every[list(names)])
        samples["7,466 cells, logarithms"] = (logged - logged.mean()) / logged.std()
    findings, rows = Findings(), []
    for title, chosen in _ALGORITHMS.items():
        for sample, data in samples.items():
            graph = discover(chosen, data, seed=context.seed)
            against = {
                "17 edges": compare_graphs(graph, consensus),
                "20 edges": compare_graphs(graph, twenty),
            }
            if sample == "902 cells":
                findings.figures += [
                    context.figure(f"{title}: edges found", graph.edge_count),
                    context.figure(
                        f"{title}: SHD to the truth of 17 edges", _distance(against["17 edges"])
                    ),
                ]
            for truth, figures in against.items():
                shown = ("edges", "shd", "adjacency_f1", "arrowhead_f1", "parent_aid")
                rows.append(
                    {"algorithm": title, "data": sample, "truth": truth}
                    | {key: figures[key] for key in shown}
                )
    findings.tables["Both truths"] = pd.DataFrame(rows)
    values = cells.to_numpy()
    findings.remarks += [
        f"The two truths differ: SHD between their CPDAGs "
        f"{compare_graphs(consensus, twenty)['shd']}.",
        f"R2-sortability of the 902 cells under the truth of 17 edges "
        f"{r2_sortability(values, consensus):.2f}; variances are standardised "
        f"(variance-sortability {var_sortability(values, consensus):.2f} is rounding).",
    ]
    return findings


def _distance(figures: dict[str, Any]) -> int:
    """Return the SHD, which is there: the algorithms give CPDAGs and the truths are DAGs."""
    distance = figures["shd"]
    assert isinstance(distance, int), distance
    return distance
