"""What a graph claims: its arrows, read through its equivalence class.

The same documents fit every graph of a class, so that an arrow which turns within the class is no
finding, whoever drew it. A DAG is read as its CPDAG; so is a CPDAG, where an algorithm directed
more than its class does. Two things direct more: knowledge (``details["knowledge"]``), and an
algorithm that identifies the graph beyond its class, where its assumptions were tested and hold
(``details["beyond_class"]["holds"]``). A PAG's arrows are those of its class already.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from causattn.base import CapabilityError
from causattn.discovery import BEYOND_CLASS, KNOWLEDGE, Knowledge
from causattn.graphs import CausalGraph, Mark, meek_closure


class Claims(NamedTuple):
    """A graph's claims.

    Parameters
    ----------
    graph
        The graph through its class: effects are read off it.
    free
        bool [p, p], from row to column: arrows that are drawn and that the class leaves open.
    compelled
        float64 [p, p], from row to column: 1 where all of the class has the arrow, 0 where not, NaN
        where the graph has no class.
    """

    graph: CausalGraph
    free: np.ndarray
    compelled: np.ndarray


def claims_of(graph: CausalGraph, given: bool = False) -> Claims:
    """Return what a graph claims.

    Parameters
    ----------
    graph
        A DAG, a CPDAG or a PAG.
    given
        Its arrows were not found in the documents: they are claims as they stand.
    """
    arrows = graph.directed()
    nowhere = np.zeros_like(arrows)
    if graph.kind == "pag":
        return Claims(graph, nowhere, arrows.astype(float))
    if graph.details.get(BEYOND_CLASS, {}).get("holds"):
        return Claims(graph, nowhere, arrows.astype(float))
    found = _class(graph)
    if found is None:
        return Claims(graph, nowhere, np.full(arrows.shape, np.nan))
    settled = (found == 1) & (found.T == 0)
    if given:
        return Claims(graph, nowhere, settled.astype(float))
    free = arrows & ~settled
    if graph.kind == "cpdag" and not free.any():
        return Claims(graph, free, settled.astype(float))
    marks = graph.marks.copy()
    marks[free] = Mark.TAIL
    return Claims(replace(graph, marks=marks, kind="cpdag"), free, settled.astype(float))


def _class(graph: CausalGraph) -> np.ndarray | None:
    """Return the class, uint8 [p, p] from row to column, undirected edges both ways.

    It is what the unshielded colliders and the knowledge direct, with Meek's rules. So a graph
    whose tests contradicted each other, which no DAG extends, has one, too.
    """
    try:
        adjacency = graph.adjacency("from row to column").astype(bool)
    except CapabilityError:
        return None
    arrows, joined = adjacency & ~adjacency.T, adjacency | adjacency.T
    directed = np.zeros_like(arrows)
    for node in range(graph.size):
        parents = np.flatnonzero(arrows[:, node])
        apart = ~joined[np.ix_(parents, parents)]
        np.fill_diagonal(apart, False)
        directed[parents[apart.any(axis=1)], node] = True
    if (known := graph.details.get(KNOWLEDGE)) is not None:
        required, forbidden = Knowledge.from_settings(known).matrices(graph.names)
        directed |= arrows & (required | forbidden.T)
    found = joined.copy()
    found[directed.T] = False
    return meek_closure(found.astype(np.uint8))
