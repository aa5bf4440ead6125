"""The DAGs that a CPDAG stands for, and how near and how far from the truth they lie.

A CPDAG's undirected edges fall into connected chordal components that can be directed independently
of each other (Andersson, Madigan and Perlman 1997, theorem 4.1). One component's orientations are
enumerated by their single source: once the source is chosen, what follows from it is directed layer
by layer and the rest falls apart into smaller components (He, Jia and Yu 2015, "Counting and
exploring sizes of Markov equivalence classes of directed acyclic graphs", algorithm 3).

Both distances used here are sums over variables of a term that depends on that variable's parents
alone, and parents change only with the variable's own component, so that the best and the worst
member of the whole class are put together from the best and the worst of each component: the number
of members to look at is the sum over the components, not the product.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from math import prod
from typing import NamedTuple

import numpy as np

from causattn.base import CapabilityError
from causattn.graphs.distances import (
    aligned,
    structural_hamming_distance,
    structural_intervention_distance,
)
from causattn.graphs.equivalence import pdag_to_dag
from causattn.graphs.graph import CausalGraph

Arcs = tuple[tuple[int, int], ...]


class MemberDistances(NamedTuple):
    """The range of a distance over a CPDAG's members."""

    best: int
    worst: int


def undirected_components(adjacency: np.ndarray) -> list[list[int]]:
    """Return the connected components (two variables or more) of a graph's undirected edges.

    Parameters
    ----------
    adjacency
        0/1 [p, p], from row to column, 1 both ways where undirected.
    """
    undirected = (np.asarray(adjacency) != 0) & (np.asarray(adjacency).T != 0)
    seen: set[int] = set()
    components = []
    for start in range(len(undirected)):
        if start in seen or not undirected[start].any():
            continue
        waiting, component = [start], {start}
        while waiting:
            for other in np.flatnonzero(undirected[waiting.pop()]).tolist():
                if other not in component:
                    component.add(other)
                    waiting.append(other)
        seen |= component
        components.append(sorted(component))
    return components


def component_orientations(undirected: np.ndarray, component: list[int]) -> Iterator[Arcs]:
    """Yield every way to direct a chordal component without cycle or unshielded collider.

    Parameters
    ----------
    undirected
        bool [p, p], symmetric.
    component
        The variables of one connected component.

    Yields
    ------
    arcs
        The directed edges ``(source, target)``; each orientation comes once.
    """
    neighbours = {v: {u for u in component if undirected[v, u]} for v in component}
    yield from _orientations(neighbours)


def class_members(cpdag: CausalGraph, limit: int = 1000) -> Iterator[CausalGraph]:
    """Yield the DAGs that a CPDAG stands for.

    Parameters
    ----------
    cpdag
        A valid CPDAG.
    limit
        How many at most.

    Raises
    ------
    CapabilityError
        Where there are more than `limit`; nothing is yielded then.
    """
    adjacency = cpdag.adjacency("from row to column").astype(bool)
    undirected = adjacency & adjacency.T
    choices = [
        list(islice(component_orientations(undirected, component), limit + 1))
        for component in undirected_components(adjacency)
    ]
    count = prod(len(arcs) for arcs in choices)
    if count > limit:
        raise CapabilityError(
            f"The CPDAG stands for more than {limit} DAGs; raise the limit or sample from them."
        )
    for chosen in product(*choices):
        member = adjacency & ~undirected
        for arcs in chosen:
            for source, target in arcs:
                member[source, target] = True
        yield CausalGraph.from_adjacency(
            member, cpdag.names, direction="from row to column", kind="dag"
        )


def member_distances(
    cpdag: CausalGraph, truth: CausalGraph, limit: int = 1000
) -> dict[str, MemberDistances | None]:
    """Return the best and the worst member's distances to a true DAG.

    Parameters
    ----------
    cpdag
        A valid CPDAG over the truth's variables.
    truth
        A DAG.
    limit
        How many orientations of one component are looked at.

    Returns
    -------
    ranges
        ``"shd"`` and ``"sid"``, each exact; None where a component has more than `limit`
        orientations, and for the structural intervention distance where the CPDAG has no member.

    Raises
    ------
    CapabilityError
        Where the graph is no CPDAG or the truth no DAG.
    """
    estimate = aligned(cpdag, truth)
    adjacency = estimate.adjacency("from row to column").astype(bool)
    undirected = adjacency & adjacency.T
    base = CausalGraph.from_adjacency(
        pdag_to_dag(adjacency), truth.names, direction="from row to column"
    )
    reference = base.adjacency("from row to column").astype(bool)
    start = np.array(_both_distances(base, truth))
    lowest, highest = start.copy(), start.copy()
    for component in undirected_components(adjacency):
        orientations = list(islice(component_orientations(undirected, component), limit + 1))
        if len(orientations) > limit:
            return {"shd": None, "sid": None}
        inside = np.ix_(component, component)
        changes = []
        for arcs in orientations:
            member = reference.copy()
            member[inside] &= ~undirected[inside]
            for source, target in arcs:
                member[source, target] = True
            graph = CausalGraph.from_adjacency(
                member, truth.names, direction="from row to column", kind="dag"
            )
            changes.append(np.array(_both_distances(graph, truth)) - start)
        lowest += np.min(changes, axis=0)
        highest += np.max(changes, axis=0)
    return {
        "shd": MemberDistances(int(lowest[0]), int(highest[0])),
        "sid": MemberDistances(int(lowest[1]), int(highest[1])),
    }


def _both_distances(member: CausalGraph, truth: CausalGraph) -> tuple[int, int]:
    return (
        structural_hamming_distance(member, truth),
        structural_intervention_distance(member, truth).pairs,
    )


def _orientations(neighbours: dict[int, set[int]]) -> Iterator[Arcs]:
    """Yield the orientations of a connected chordal graph given as sets of neighbours."""
    if len(neighbours) == 1:
        yield ()
        return
    for source in neighbours:
        arcs = _directed_by_source(neighbours, source)
        settled = {frozenset(arc) for arc in arcs}
        left = {
            v: {u for u in around if frozenset((u, v)) not in settled}
            for v, around in neighbours.items()
        }
        parts = [list(_orientations(part)) for part in _connected_parts(left)]
        for chosen in product(*parts):
            yield (*arcs, *(arc for part in chosen for arc in part))


def _directed_by_source(neighbours: dict[int, set[int]], source: int) -> list[tuple[int, int]]:
    """Return the edges whose direction follows once `source` has no edge into it.

    Layers lie around the source. Edges point away from it from layer to layer; within a layer
    y - z becomes y -> z where something points at y that z is not adjacent to, since z -> y would
    be an unshielded collider.
    """
    arcs: list[tuple[int, int]] = []
    into: dict[int, set[int]] = {v: set() for v in neighbours}
    settled: set[int] = {source}
    layer = {source}
    while layer:
        following = {u for v in layer for u in neighbours[v]} - settled
        for v in layer:
            for u in neighbours[v] & following:
                arcs.append((v, u))
                into[u].add(v)
        changed = True
        while changed:
            changed = False
            for y in following:
                for z in neighbours[y] & following:
                    open_ = z not in into[y] and y not in into[z]
                    if open_ and any(x not in neighbours[z] for x in into[y]):
                        arcs.append((y, z))
                        into[z].add(y)
                        changed = True
        settled |= following
        layer = following
    return arcs


def _connected_parts(neighbours: dict[int, set[int]]) -> list[dict[int, set[int]]]:
    """Return the connected parts (two variables or more) of a graph given as neighbours."""
    parts = []
    seen: set[int] = set()
    for start, around in neighbours.items():
        if start in seen or not around:
            continue
        part, waiting = {start}, [start]
        while waiting:
            for other in neighbours[waiting.pop()] - part:
                part.add(other)
                waiting.append(other)
        seen |= part
        parts.append({v: neighbours[v] for v in sorted(part)})
    return parts
