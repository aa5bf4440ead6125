"""The graph over some of its variables.

A variable with at most one child leaves a DAG when it goes: its parents become parents of the
child, and whatever was separated stays so (the latent projection of Verma and Pearl 1990,
"Equivalence and synthesis of causal models"). One with more children leaves a common cause that no
DAG over the others has; then only the skeleton is kept, over pairs that both have.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from causattn.graphs.graph import CausalGraph, Mark

SKELETON_ALONE = "skeleton_alone"
"""In a graph's `details`: that its edges say which variables are adjacent, and nothing more."""


def marginal(graph: CausalGraph, names: Sequence[str]) -> CausalGraph:
    """Return the graph over some of its variables.

    Parameters
    ----------
    graph
        Any graph.
    names
        Some of its variables, in the order wanted.

    Returns
    -------
    CausalGraph
        A DAG where that of all others is one and can be marginalised. Else a graph of circles with
        `SKELETON_ALONE` in its details: the edges between `names`. Either names in its details
        what was ``left_out``.
    """
    left_out = [name for name in graph.names if name not in set(names)]
    details = {"left_out": left_out}
    place = {name: k for k, name in enumerate(graph.names)}
    kept = [place[name] for name in names]
    if graph.kind == "dag":
        adjacency = graph.adjacency("from row to column").astype(bool)
        if (found := _projected(adjacency, [place[name] for name in left_out])) is not None:
            return CausalGraph.from_adjacency(
                found[np.ix_(kept, kept)],
                tuple(names),
                direction="from row to column",
                kind="dag",
                details=details,
            )
    skeleton = graph.skeleton()[np.ix_(kept, kept)]
    marks = np.where(skeleton, np.int8(Mark.CIRCLE), np.int8(Mark.NONE))
    return CausalGraph(tuple(names), marks, kind="pag", details={**details, SKELETON_ALONE: True})


def _projected(adjacency: np.ndarray, leaving: list[int]) -> np.ndarray | None:
    """Return a DAG's adjacency after some variables went; None where it is no DAG any more."""
    adjacency, waiting = adjacency.copy(), set(leaving)
    while waiting:
        ready = next((v for v in sorted(waiting) if adjacency[v].sum() <= 1), None)
        if ready is None:
            return None
        for child in np.flatnonzero(adjacency[ready]):
            adjacency[:, child] |= adjacency[:, ready]
        adjacency[ready] = adjacency[:, ready] = False
        waiting.remove(ready)
    return adjacency
