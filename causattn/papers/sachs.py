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
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import DataError
from causattn.discovery import discover
from causattn.graphs import CausalGraph, compare_graphs, r2_sortability, var_sortability
from causattn.papers.paper import DataFile, Findings, Paper, Work, within

_BENCHPRESS = "felixleopoldo/benchpress, resources"
_EXAMPLES = "cmu-phil/example-causal-datasets, CC0"
CELLS = DataFile(
    "sachs/cd3cd28icam2_log_std.csv",
    "ba6b79285f22a97f90245d2352c79ce6d7b05083742061665e587d9ca97b5c0a",
    _BENCHPRESS,
)
CONSENSUS = DataFile(
    "sachs/consensus_17_edges.csv",
    "ed9b5d5fb2b7310620d5d24dbc7dbe33ff1ffa52cf36a0808ef29a18cf53785c",
    _BENCHPRESS,
)
ALL_CELLS = DataFile(
    "sachs/sachs.2005.continuous.txt",
    "a488589b0f021b2a261ff2c696a908c6823051b0d98693e0fa0e78bb12097063",
    _EXAMPLES,
)
TWENTY = DataFile(
    "sachs/sachs.2005.ground.truth.graph.txt",
    "2406ec0f9cd34bcbcd33fb74282386232330a630dba68c0f2d01a0d985a652b9",
    _EXAMPLES,
)
_NAMES = {"plc": "Plcg", "pip2": "PIP2", "pip3": "PIP3", "pka": "PKA", "pkc": "PKC"}
_PUBLISHED: tuple[tuple[str, dict[str, Any], int, int], ...] = (
    ("PC, alpha .05", {"kind": "pc", "test": "fisher_z", "alpha": 0.05}, 11, 12),
    ("PC, alpha .01", {"kind": "pc", "test": "fisher_z", "alpha": 0.01}, 10, 9),
    ("GES, penalty .5", {"kind": "ges", "penalty": 0.5}, 10, 9),
    ("BOSS, penalty .5", {"kind": "boss", "penalty": 0.5}, 10, 9),
    ("BOSS, penalty 2", {"kind": "boss", "penalty": 2.0}, 7, 10),
    ("GRaSP, penalty 2", {"kind": "grasp", "penalty": 2.0}, 7, 10),
)


@dataclass(frozen=True)
class SachsSettings:
    """What is shown beyond the published figures.

    Parameters
    ----------
    all_cells
        Also run on all 7,466 cells, whose cells were partly intervened upon.
    """

    all_cells: bool = True


def read_twenty(text: str, names: tuple[str, ...]) -> CausalGraph:
    """Return the truth of 20 edges, which is written as lines ``1. erk --> akt``."""
    place = {name.lower(): k for k, name in enumerate(names)}
    adjacency = np.zeros((len(names), len(names)), dtype=int)
    for cause, effect in re.findall(r"(\w+) --> (\w+)", text):
        ends = [place.get(_NAMES.get(end, end).lower()) for end in (cause, effect)]
        if None in ends:
            raise DataError(
                f"The truth of 20 edges speaks of {cause} --> {effect}, which the cells do not "
                f"measure; use the file published by {_EXAMPLES}."
            )
        adjacency[ends[0], ends[1]] = 1
    return CausalGraph.from_adjacency(adjacency, names, direction="from row to column")


def recompute(settings: SachsSettings, work: Work) -> Findings:
    """Run the algorithms against both truths."""
    cells = pd.read_csv(work.fetch(CELLS))
    names = tuple(cells.columns)
    consensus = CausalGraph.from_adjacency(
        pd.read_csv(work.fetch(CONSENSUS)).to_numpy(), names, direction="from row to column"
    )
    twenty = read_twenty(work.fetch(TWENTY).read_text(encoding="utf-8"), names)
    samples = {"902 cells": cells}
    if settings.all_cells:
        every = pd.read_csv(work.fetch(ALL_CELLS), sep="\t")
        every.columns = [_NAMES.get(name, name.capitalize()) for name in every.columns]
        logged = np.log(every[list(names)])
        samples["7,466 cells, logarithms"] = (logged - logged.mean()) / logged.std()
    findings, rows = Findings(), []
    for title, settings_of, edges, shd in _PUBLISHED:
        for sample, data in samples.items():
            graph = discover(settings_of, data, seed=work.seed)
            against = {
                "17 edges": compare_graphs(graph, consensus),
                "20 edges": compare_graphs(graph, twenty),
            }
            if sample == "902 cells":
                findings.figures += [
                    within(f"{title}: edges found", edges, graph.edge_count, 0),
                    within(
                        f"{title}: SHD to the truth of 17 edges",
                        shd,
                        _distance(against["17 edges"]),
                        0,
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


PAPER = Paper(
    name="sachs",
    citation="Sachs et al. 2005, Causal protein-signaling networks (Science), data and truths as "
    "benchpress and causal-learn's authors ship them",
    claim="What PC, GES, BOSS and GRaSP find in 902 cells, against the truth of 17 edges and that "
    "of 20.",
    labels=("recompute",),
    settings=SachsSettings,
    reproduce=recompute,
    data=(CELLS, CONSENSUS, ALL_CELLS, TWENTY),
)
