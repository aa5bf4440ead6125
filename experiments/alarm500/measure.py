"""ALARM from 500 rows: PC with a threshold on conditional mutual information.

The data set and the threshold are those of Intel's causality-lab, beside which ICD and ABCD were
published (Rohekar et al. 2021, 2023). Two variables are called independent where their empirical
conditional mutual information (natural logarithm, no correction) lies below the threshold.

The algorithm is PC by the rules of the published code (`published`). The textbook's (Spirtes,
Glymour and Scheines 2000, section 5.4.2), in the variables' order, stands beside it with three
answers to colliders that contradict each other, and so does PC-stable, which all else in causattn
uses.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from causattn.discovery import pc
from causattn.graphs import CausalGraph, compare_graphs, meek_closure, to_cpdag
from causattn.reproduction import Context, Findings

from .published import Independent, Walk, published_pc

Conflicts = Literal["free", "first", "last"]


def conditional_mutual_information(
    data: np.ndarray, x: int, y: int, given: tuple[int, ...]
) -> float:
    """Return the empirical I(x; y | given) in nats.

    Parameters
    ----------
    data
        Whole numbers from 0, [n, p].
    x, y, given
        Columns.
    """
    _, stratum = np.unique(data[:, list(given)], axis=0, return_inverse=True)
    sizes = (stratum.max() + 1, data[:, x].max() + 1, data[:, y].max() + 1)
    joint = np.zeros(sizes)
    np.add.at(joint, (stratum, data[:, x], data[:, y]), 1 / len(data))
    both = joint.sum((1, 2), keepdims=True) * joint
    apart = joint.sum(2, keepdims=True) * joint.sum(1, keepdims=True)
    seen = joint > 0
    return float(np.sum(joint[seen] * np.log(both[seen] / apart[seen])))


def textbook_pc(
    size: int, independent: Independent, conflicts: Conflicts = "free"
) -> tuple[np.ndarray, dict[tuple[int, int], tuple[int, ...]]]:
    """Return the graph of the order-dependent PC algorithm.

    Parameters
    ----------
    size
        Number of variables.
    independent
        Whether x and y are independent given others.
    conflicts
        Where two colliders put an arrowhead at either end of an edge: ``"free"`` sets an arrowhead
        wherever its edge does not point away yet, ``"first"`` keeps whole colliders in the order
        found, ``"last"`` lets the later one turn the edge.

    Returns
    -------
    adjacency, separating sets
        uint8 [p, p], from row to column, undirected edges both ways; sets by ascending pair.
    """
    adjacent = ~np.eye(size, dtype=bool)
    separating: dict[tuple[int, int], tuple[int, ...]] = {}
    order = 0
    while adjacent.sum(1).max() > order:
        for x, y in np.argwhere(np.ones((size, size), dtype=bool)):
            if not adjacent[x, y]:
                continue
            others = [int(k) for k in np.flatnonzero(adjacent[x]) if k != y]
            for given in combinations(others, order):
                if independent(int(x), int(y), given):
                    adjacent[x, y] = adjacent[y, x] = False
                    separating[int(min(x, y)), int(max(x, y))] = given
                    break
        order += 1
    return meek_closure(_with_colliders(adjacent, separating, conflicts)), separating


def _with_colliders(
    adjacent: np.ndarray,
    separating: dict[tuple[int, int], tuple[int, ...]],
    conflicts: Conflicts,
) -> np.ndarray:
    """Direct x -> middle <- z where x and z were separated without the middle."""
    directed = adjacent.copy()
    for middle in range(len(adjacent)):
        for x, z in combinations(np.flatnonzero(adjacent[middle]).tolist(), 2):
            if adjacent[x, z] or middle in separating[min(x, z), max(x, z)]:
                continue
            free = [end for end in (x, z) if conflicts == "last" or directed[end, middle]]
            if conflicts == "first" and len(free) < 2:
                continue
            for end in free:
                directed[end, middle], directed[middle, end] = True, False
    return directed


def measure(settings: Any, context: Context) -> Findings:
    """Learn the network from 500 rows."""
    data = np.loadtxt(context.data("rows"), dtype=int)
    truth_matrix = np.loadtxt(context.data("graph"), dtype=int)
    names = tuple(f"v{k + 1}" for k in range(data.shape[1]))
    truth = CausalGraph.from_adjacency(truth_matrix, names, direction="from row to column")

    @cache
    def independent(x: int, y: int, given: tuple[int, ...]) -> bool:
        return conditional_mutual_information(data, x, y, given) < settings.threshold

    walks: dict[str, Walk] = {"the language's": iter, "ascending": sorted}
    size = len(names)
    adjacencies = {
        f"published rules, sets in {order} order": published_pc(size, independent, walk)[0]
        for order, walk in walks.items()
    } | {
        f"textbook PC, conflicts: {conflicts}": textbook_pc(size, independent, conflicts)[0]
        for conflicts in get_args(Conflicts)
    }
    graphs = {
        rules: CausalGraph.from_adjacency(
            adjacency, names, direction="from row to column", kind="cpdag"
        )
        for rules, adjacency in adjacencies.items()
    }
    extra, missing, arrowheads = mistakes(next(iter(graphs.values())), to_cpdag(truth))
    findings = Findings()
    findings.figures = [
        context.figure("SHD between CPDAGs", extra + missing + arrowheads),
        context.figure("extra edges", extra),
        context.figure("missing edges", missing),
        context.figure("edges with a wrong arrowhead", arrowheads),
    ]
    frame = pd.DataFrame(data, columns=list(names)).astype("category")
    rows = [{"algorithm": rules, **_shown(graph, truth)} for rules, graph in graphs.items()]
    for test in ("g_square", "chi_square"):
        graph = pc(frame, test=test, alpha=0.01)
        rows.append({"algorithm": f"PC-stable, {test}, alpha .01", **_shown(graph, truth)})
    findings.tables["Conventions, and PC-stable beside them"] = pd.DataFrame(rows)
    findings.remarks.append(
        "The skeleton is the same by all rules shown but PC-stable's. Seven of its edges get "
        "arrowheads from both ends, and what is done with these moves one or two arrowheads. The "
        "published five come out by the published code's rules in the order in which the language "
        "walks through a set: in ascending order they are four."
    )
    return findings


def mistakes(found: CausalGraph, truth: CausalGraph) -> tuple[int, int, int]:
    """Return the numbers of extra, missing and wrongly directed edges, a pair counting once."""
    ours, true = found.skeleton(), truth.skeleton()
    differs = (found.marks != truth.marks) | (found.marks != truth.marks).T
    both = np.triu(ours & true, 1)
    return (
        int(np.triu(ours & ~true, 1).sum()),
        int(np.triu(true & ~ours, 1).sum()),
        int((both & differs).sum()),
    )


def _shown(graph: CausalGraph, truth: CausalGraph) -> dict[str, object]:
    compared = compare_graphs(graph, truth)
    extra, missing, arrowheads = mistakes(graph, to_cpdag(truth))
    return {
        "edges": graph.edge_count,
        "SHD": compared["shd"],
        "extra": extra,
        "missing": missing,
        "wrong arrowheads": arrowheads,
        "adjacency F1": compared["adjacency_f1"],
    }
