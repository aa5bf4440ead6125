"""The graph over some of its variables, and over more than were searched.

A variable with at most one child leaves a DAG when it goes: its parents become parents of the
child, and whatever was separated stays so (the latent projection of Verma and Pearl 1990,
"Equivalence and synthesis of causal models"). One with more children leaves a common cause that no
DAG over the others has; then only the skeleton is kept, over pairs that both have. But where its
parents determine it in the documents, it is no more than another name for them, and however many
children it has, they have its parents instead; a variable without parents that never varies is
determined by nothing, and leaves nothing behind. Nor does one without an edge.

A variable that never varied can be joined to nothing: a graph has it without an edge, and names it
in ``details["constant"]``. Such a graph is judged over the others (`compare_graphs`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from causattn.graphs.graph import CausalGraph
from causattn.graphs.marks import Mark

SKELETON_ALONE = "skeleton_alone"
"""In a graph's `details`: that its edges say which variables are adjacent, and nothing more."""
CONSTANT = "constant"
"""In a graph's `details`: its variables that never varied where it was searched."""


def marginal(
    graph: CausalGraph, names: Sequence[str], determined: Mapping[str, Sequence[str]]
) -> CausalGraph:
    """Return the graph over some of its variables.

    Parameters
    ----------
    graph
        Any graph.
    names
        Some of its variables, in the order wanted.
    determined
        Of those of the others that some variables determine in the documents, these variables;
        none where it never varied.

    Returns
    -------
    CausalGraph
        Of the same kind where the others have no edge, a DAG where it can be marginalised. Else a
        graph of circles with `SKELETON_ALONE` in its details: the edges between `names`. Each
        names in its details what was ``left_out``.
    """
    left_out = [name for name in graph.names if name not in set(names)]
    details = {"left_out": left_out}
    place = {name: k for k, name in enumerate(graph.names)}
    kept = [place[name] for name in names]
    if not graph.skeleton()[[place[name] for name in left_out]].any():
        details = {**graph.details, **details}
        return CausalGraph(
            tuple(names), graph.marks[np.ix_(kept, kept)], kind=graph.kind, details=details
        )
    if graph.kind == "dag":
        adjacency = graph.adjacency("from row to column").astype(bool)
        known = {
            place[name]: {place[n] for n in by}
            for name, by in determined.items()
            if {name, *by} <= place.keys()
        }
        if (found := _projected(adjacency, [place[n] for n in left_out], known)) is not None:
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


def with_constant(
    graph: CausalGraph, constant: Sequence[str], names: Sequence[str] = ()
) -> CausalGraph:
    """Return a graph with variables that never varied: without an edge, and named in its details.

    Parameters
    ----------
    graph
        Over the others.
    constant
        Their names.
    names
        All variables in the order wanted; those that are not among them stand behind, and so do
        the constant ones where it is left out.
    """
    if not constant:
        return graph
    found = in_order(graph, tuple(dict.fromkeys([*names, *graph.names, *constant])))
    return replace(found, details={**graph.details, CONSTANT: list(constant)})


def in_order(graph: CausalGraph, names: Sequence[str]) -> CausalGraph:
    """Return a graph over other names: variables in their order, new ones without an edge.

    Parameters
    ----------
    graph
        A graph.
    names
        The order wanted; variables that are not among them stand behind.
    """
    everyone = tuple(dict.fromkeys([*names, *graph.names]))
    if everyone == graph.names:
        return graph
    place = np.array([everyone.index(name) for name in graph.names], dtype=int)
    marks = np.zeros((len(everyone), len(everyone)), dtype=np.int8)
    marks[np.ix_(place, place)] = graph.marks
    separating = {
        _ascending(place[i], place[j]): tuple(
            tuple(sorted(place[list(one)].tolist())) for one in sets
        )
        for (i, j), sets in graph.separating_sets.items()
    }
    return replace(graph, names=everyone, marks=marks, separating_sets=separating)


def _ascending(i: int, j: int) -> tuple[int, int]:
    return (int(i), int(j)) if i < j else (int(j), int(i))


def varying(graph: CausalGraph) -> tuple[str, ...]:
    """Return a graph's variables without those that its details call constant."""
    constant = {str(name) for name in graph.details.get(CONSTANT) or ()}
    return tuple(name for name in graph.names if name not in constant)


def _projected(
    adjacency: np.ndarray, leaving: list[int], determined: Mapping[int, set[int]]
) -> np.ndarray | None:
    """Return a DAG's adjacency after some variables went; None where it is no DAG any more."""
    adjacency, waiting = adjacency.copy(), set(leaving)
    while waiting:
        ready = next((v for v in sorted(waiting) if _leaves_a_dag(adjacency, v, determined)), None)
        if ready is None:
            return None
        for child in np.flatnonzero(adjacency[ready]):
            adjacency[:, child] |= adjacency[:, ready]
        adjacency[ready] = adjacency[:, ready] = False
        waiting.remove(ready)
    return adjacency


def _leaves_a_dag(adjacency: np.ndarray, v: int, determined: Mapping[int, set[int]]) -> bool:
    parents = set(np.flatnonzero(adjacency[:, v]).tolist())
    return bool(adjacency[v].sum() <= 1) or determined.get(v) == parents
