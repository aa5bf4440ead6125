"""A partially directed graph in plain Python, and how a move changes it.

Sets are Python integers (`causattn.graphs.marks`). The graph is a CPDAG, or with knowledge
an MPDAG. Every move is made on a member of its class: orient the edges at the target so that its
parents are known, extend to a DAG (Dor and Tarsi), and complete that again.
"""

from __future__ import annotations

import numpy as np

from causattn.discovery.ges.constraints import Constraints
from causattn.discovery.ges.search import Phase
from causattn.graphs import compelled_parents, consistent_extension, meek_closure
from causattn.graphs.marks import members, rows_as_sets, sets_as_rows


class PartialGraph:
    """Parents, children and undirected neighbours of each variable."""

    def __init__(self, parents: list[int], neighbours: list[int]) -> None:
        self.parents = parents
        self.neighbours = neighbours
        self.children = [0] * len(parents)
        for y, set_ in enumerate(parents):
            for x in members(set_):
                self.children[x] |= 1 << y

    def copy(self) -> PartialGraph:
        """Return a copy that can be changed alone."""
        return PartialGraph(list(self.parents), list(self.neighbours))

    def adjacent(self, node: int) -> int:
        """Return all variables with an edge to `node`."""
        return self.parents[node] | self.children[node] | self.neighbours[node]

    def orient(self, x: int, y: int) -> bool:
        """Make x -> y of an edge between them; False where it points the other way already."""
        if self.parents[x] >> y & 1:
            return False
        self.neighbours[x] &= ~(1 << y)
        self.neighbours[y] &= ~(1 << x)
        self.parents[y] |= 1 << x
        self.children[x] |= 1 << y
        return True

    def remove(self, x: int, y: int) -> None:
        """Remove the edge between x and y."""
        for a, b in ((x, y), (y, x)):
            self.parents[a] &= ~(1 << b)
            self.children[a] &= ~(1 << b)
            self.neighbours[a] &= ~(1 << b)

    def reaches(self, start: int, goal: int, blocked: int, *, skip_edge: bool = False) -> bool:
        """Return whether a semi-directed path leads from `start` to `goal` around `blocked`.

        `skip_edge` leaves out the path that is the edge itself.
        """
        seen = 1 << start | blocked
        waiting = [start]
        while waiting:
            node = waiting.pop()
            onward = (self.children[node] | self.neighbours[node]) & ~seen
            if skip_edge and node == start:
                onward &= ~(1 << goal)
            if onward >> goal & 1:
                return True
            seen |= onward
            waiting.extend(members(onward))
        return False

    def to_matrix(self) -> np.ndarray:
        """Return 0/1 adjacency, uint8 [p, p], from row to column."""
        size = len(self.parents)
        return sets_as_rows(
            [self.children[node] | self.neighbours[node] for node in range(size)], size
        )


def moved(
    graph: PartialGraph, phase: Phase, x: int, y: int, clique: int
) -> tuple[list[int], list[int]] | None:
    """Make a move on a member of the class.

    Parameters
    ----------
    graph
        The class; not changed.
    phase, x, y, clique
        The move, as in `Step`: on x -> y, with `clique` among y's parents.

    Returns
    -------
    dag
        Parent sets and a topological order, or None where no member can make the move.
    """
    plan = graph.copy()
    neighbours = graph.neighbours[y] & ~(1 << x)
    possible = True
    if phase == "forward":
        plan.parents[y] |= 1 << x
        plan.children[x] |= 1 << y
    elif phase == "backward":
        possible = plan.orient(x, y)
    else:
        undirected = bool(graph.neighbours[y] >> x & 1)
        plan.remove(x, y)
        plan.parents[y] |= 1 << x
        plan.children[x] |= 1 << y
        before_x = clique & graph.adjacent(x) if undirected else 0
        for node in members(before_x):
            possible = possible and plan.orient(node, x)
        for node in members(graph.neighbours[x] & ~before_x & ~(1 << y)):
            possible = possible and plan.orient(x, node)
    for node in members(clique):
        possible = possible and plan.orient(node, y)
    for node in members(neighbours & ~clique):
        possible = possible and plan.orient(y, node)
    if not possible:
        return None
    extended = consistent_extension(plan.parents, plan.children, plan.neighbours)
    if extended is not None and phase == "backward":
        extended[0][y] &= ~(1 << x)
    if extended is not None and phase == "turning" and _goes_round(extended[0], x, y):
        return None
    return extended


def _goes_round(parents: list[int], x: int, y: int) -> bool:
    """Return whether a directed path leads from x to y besides the edge.

    Then the DAG before the turn would have had a cycle. It cannot in a CPDAG, it can in an MPDAG.
    """
    seen = parents[y] & ~(1 << x)
    waiting = list(members(seen))
    while waiting:
        before = parents[waiting.pop()] & ~seen
        seen |= before
        waiting.extend(members(before))
    return bool(seen >> x & 1)


def complete(parents: list[int], order: list[int], constraints: Constraints) -> PartialGraph:
    """Return the class of a DAG: its CPDAG, with knowledge its MPDAG."""
    compelled = compelled_parents(parents, order)
    neighbours = [0] * len(parents)
    for y, set_ in enumerate(parents):
        for x in members(set_ & ~compelled[y]):
            neighbours[x] |= 1 << y
            neighbours[y] |= 1 << x
    graph = PartialGraph(compelled, neighbours)
    if constraints.oriented:
        into = rows_as_sets(constraints.permitted.T)
        for y in range(len(parents)):
            for x in members(graph.neighbours[y] & ~into[y]):
                graph.orient(y, x)
        return closed(graph)
    return graph


def closed(graph: PartialGraph) -> PartialGraph:
    """Return a graph with whatever follows from its directed edges directed, by Meek's rules."""
    directed = meek_closure(graph.to_matrix(), compiled=False).astype(bool)
    arrows = directed & ~directed.T
    return PartialGraph(rows_as_sets(arrows.T), rows_as_sets(directed & directed.T))
