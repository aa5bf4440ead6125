"""Which variables may separate a pair where causes are hidden: possible-d-sep sets.

The possible-d-sep set of x with respect to y holds what is reached from x by paths that do not
visit y and on which every inner node is a collider or closes a triangle with the nodes beside it
(Spirtes, Glymour and Scheines 2000, "Causation, Prediction, and Search", section 6.7). Every node
on such a path may be an ancestor of x or of y; and as Colombo, Maathuis, Kalisch and Richardson
(2012), "Learning high-dimensional directed acyclic graphs with latent and selection variables",
section 3, it lies on a path between the two, which is to say in the block of their edge.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from causattn.discovery.icd.marked_graph import ARROW, MarkedGraph
from causattn.discovery.pc.edges import Edges
from causattn.discovery.pc.knowledge import Constraints


def possible_d_sep(graph: MarkedGraph, x: int, y: int, within: set[int]) -> set[int]:
    """Return the possible-d-sep set of x with respect to y among some nodes.

    Parameters
    ----------
    graph
        Directed as far as colliders go. A pair without a separating set counts as adjacent.
    x, y
        The pair.
    within
        Where paths may go.
    """
    marks, near, apart = graph.marks, graph.near, graph.apart
    front = [(x, node) for node in near[x] if node != y and node in within]
    seen = set(front)
    while front:
        before, here = front.pop()
        into = marks[before][here] == ARROW
        for there in near[here]:
            if there in (x, y, before) or there not in within or (here, there) in seen:
                continue
            if (into and marks[there][here] == ARROW) or there not in apart[before]:
                seen.add((here, there))
                front.append((here, there))
    return {here for _, here in seen}


def possible_ancestors_of(graph: MarkedGraph, node: int) -> set[int]:
    """Return the nodes with a path to `node` that may be directed, itself included."""
    found, front = {node}, [node]
    while front:
        here = front.pop()
        for there in graph.near[here]:
            if there not in found and graph.goes_on(there, here):
                found.add(there)
                front.append(there)
    return found


def possible_separators(
    graph: MarkedGraph, adjacency: np.ndarray, known: Constraints
) -> dict[tuple[int, int], set[int]]:
    """Return what may still separate x from y, by adjacent (x, y), where that is anything new.

    Parameters
    ----------
    graph, adjacency
        The skeleton with its colliders, and as bool [p, p]. All subsets of an end's neighbours have
        been tested.
    known
        Which pairs are tested.
    """
    ancestors = [possible_ancestors_of(graph, node) for node in range(len(graph.near))]
    found = {}
    for x, y, block in _edges_in_blocks(adjacency, known):
        if known.tested[x, y] and len(block) > 3:
            between = possible_d_sep(graph, x, y, block & (ancestors[x] | ancestors[y]))
            if not between <= set(graph.near[x]):
                found[x, y] = between
    return found


def _edges_in_blocks(
    adjacency: np.ndarray, known: Constraints
) -> Iterable[tuple[int, int, set[int]]]:
    """Yield the edges, either way round, with all nodes of their block."""
    edges = Edges.of(adjacency, known, narrow=False).by_paths()
    x, y, group = edges.x.tolist(), edges.y.tolist(), edges.group.tolist()
    centers = edges.centers.tolist()
    members: list[list[int]] = [[] for _ in centers]
    group_of: dict[tuple[int, int], int] = {}
    for a, b, g in zip(x, y, group, strict=True):
        members[g].append(b)
        group_of[a, b] = g
    blocks: dict[int, set[int]] = {}
    for first in range(len(centers)):
        if first in blocks:
            continue
        block: set[int] = set()
        front, blocks[first] = [first], block
        while front:
            g = front.pop()
            block.add(centers[g])
            for other in members[g]:
                turned = group_of[other, centers[g]]
                if turned not in blocks:
                    blocks[turned] = block
                    front.append(turned)
    for (a, b), g in group_of.items():
        yield a, b, blocks[g]
