"""IDA: every effect that the graphs of a class allow, where the class does not agree on one.

Maathuis, Kalisch and Bühlmann (2009), "Estimating high-dimensional intervention effects from
observational data", Annals of Statistics 37, algorithm 3 (local): the source's possible parent sets
are its parents with any of its undirected neighbours that makes no new collider, and each gives an
adjustment set. Optimal: the edges at the source are directed so, Meek's rules direct what follows,
and the O-set is read off (Witte, Henckel, Maathuis and Didelez 2020, "On efficient adjustment in
causal graphs", JMLR 21, section 5.2).

Adjacency is **from row to column**.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from causattn.base import DataError
from causattn.effects.contract import Effect
from causattn.effects.estimate.adjustment import AdjustmentSets
from causattn.effects.settings import Choice
from causattn.graphs import CausalGraph, Mark, dag_to_cpdag, meek_closure, pdag_to_dag

MOST = 1000
"""Most possible parent sets that are looked at."""


def possible_adjustments(
    graph: CausalGraph, source: int, target: int, choice: Choice
) -> set[tuple[int, ...] | None] | str:
    """Return the different adjustment sets of the class, or why they are not listed.

    Parameters
    ----------
    graph
        A CPDAG.
    source, target
        Indices into the graph's names.
    choice
        ``"parents"`` (local IDA) or ``"optimal"``.

    Returns
    -------
    sets
        Ascending indices; None stands for no effect at all, where the target is a cause of the
        source or out of its reach.
    """
    found: set[tuple[int, ...] | None] = set()
    for count, incoming in enumerate(possible_parents(graph, source)):
        if count >= MOST:
            return f"The class allows more than {MOST} parent sets of {graph.names[source]}."
        if target in incoming:
            found.add(None)
        elif choice == "parents":
            found.add(incoming)
        else:
            turned = _directed_into(graph, source, incoming)
            found.add(AdjustmentSets(turned).find(source, target, "optimal").variables)
    return found


def possible_parents(graph: CausalGraph, source: int) -> Iterator[tuple[int, ...]]:
    """Yield the parent sets that the source can have in the class, ascending indices.

    A set is possible where its undirected members are adjacent to each other and to all parents,
    and, where the graph holds background knowledge beside its class, where some DAG has the set,
    the knowledge and no further collider (Perkovic, Kalisch and Maathuis 2017, "Interpreting and
    using CPDAGs with background knowledge").
    """
    adjacent = graph.skeleton()
    parents = graph.parents(source)
    undirected = (graph.marks[source] == Mark.TAIL) & (graph.marks[:, source] == Mark.TAIL)
    free = [
        int(k) for k in np.flatnonzero(undirected) if all(adjacent[k, parent] for parent in parents)
    ]

    def grow(chosen: tuple[int, ...], rest: list[int]) -> Iterator[tuple[int, ...]]:
        yield tuple(sorted((*parents, *chosen)))
        for at, k in enumerate(rest):
            yield from grow((*chosen, k), [m for m in rest[at + 1 :] if adjacent[k, m]])

    matrix = graph.adjacency("from row to column")
    known = bool(undirected.any()) and _holds_knowledge(matrix)
    for found in grow((), free):
        if not known or _extends(_directed(matrix, source, found)):
            yield found


def possible_effects(
    estimate: Callable[..., Effect | str],
    source: int,
    target: int,
    adjustments: list[tuple[int, ...] | None],
    levels: tuple[str, str] | None,
) -> tuple[float, float] | None:
    """Return the smallest and largest effect over adjustment sets, None where there is none.

    The contrast is that of the most significant effect among them.

    Parameters
    ----------
    estimate
        Estimates effects from a table; see `graph_effects.Estimate`.
    source, target, adjustments
        Columns of the table; an adjustment of None stands for no effect.
    levels
        The one contrast (from, to) that is wanted.
    """
    known = [one for one in adjustments if one is not None]
    effects = [estimate(source, target, one, levels, None) for one in known]
    found = [effect for effect in effects if not isinstance(effect, str)]
    if not found or len(found) < len(effects):
        return None
    reported = max(found, key=lambda effect: effect.statistic).reported
    again = [
        effect
        if effect.reported == reported
        else estimate(source, target, adjustment, levels, reported)
        for effect, adjustment in zip(found, known, strict=True)
    ]
    values = [effect.estimate for effect in again if not isinstance(effect, str)]
    if len(values) < len(again):
        return None
    values += [0.0] * (None in adjustments)
    return min(values), max(values)


def sorted_sets(sets: set[tuple[int, ...] | None]) -> list[tuple[int, ...] | None]:
    """Return adjustment sets in an order that does not depend on hashing."""
    return sorted(sets, key=lambda one: (one is None, one or ()))


def _directed_into(graph: CausalGraph, source: int, incoming: tuple[int, ...]) -> CausalGraph:
    """Return the graph with the source's edges directed from `incoming`, and what follows."""
    closed = meek_closure(_directed(graph.adjacency("from row to column"), source, incoming))
    return CausalGraph.from_adjacency(
        closed, graph.names, direction="from row to column", kind="cpdag"
    )


def _directed(matrix: np.ndarray, source: int, incoming: tuple[int, ...]) -> np.ndarray:
    """Return adjacency, from row to column, with the source's edges directed."""
    found = matrix.copy()
    for k in np.flatnonzero(matrix[source] & matrix[:, source]):
        if int(k) in incoming:
            found[source, k] = 0
        else:
            found[k, source] = 0
    return found


def _holds_knowledge(matrix: np.ndarray) -> bool:
    """Return whether a graph directs more than its class does."""
    try:
        return not np.array_equal(dag_to_cpdag(pdag_to_dag(matrix)), matrix)
    except DataError:
        return False


def _extends(matrix: np.ndarray) -> bool:
    """Return whether there is a DAG with these edges and no further collider."""
    try:
        pdag_to_dag(matrix)
    except DataError:
        return False
    return True
