"""DAGs and their Markov equivalence classes.

Two DAGs are Markov equivalent where they have the same skeleton and the same unshielded colliders
(Verma and Pearl 1990, theorem 1). Their class is drawn as a completed partially directed graph
(CPDAG): an edge is directed where all members agree, undirected where they do not.

================================ ==================================================================
`dag_to_cpdag`                   Chickering (1995), "A transformational characterization of
                                 equivalent Bayesian network structures", algorithm "Label-Edges";
                                 the same in Chickering (2002), JMLR 3, p. 510
`pdag_to_dag`                    Dor and Tarsi (1992), "A simple algorithm to construct a consistent
                                 extension of a partially oriented graph"
`same_skeleton_and_colliders`    Verma and Pearl (1990), "Equivalence and synthesis of causal
                                 models", theorem 1
================================ ==================================================================

Adjacency matrices are 0/1, ``[p, p]``, **from row to column**: ``i -> j`` is ``A[i, j] = 1,
A[j, i] = 0``, and ``i -- j`` is 1 both ways. ``backend="plain"`` is Python integers as sets and
costs microseconds for small graphs; ``"compiled"`` runs the kernels of the GES engine on the same
matrix and pays once numba is loaded and graphs have hundreds of variables. Both give the same
answer.
"""

from __future__ import annotations

import heapq
from typing import Literal

import numpy as np

from causattn.base import DataError
from causattn.graphs.marks import members, rows_as_sets, sets_as_rows

Backend = Literal["plain", "compiled"]


def is_dag(adjacency: np.ndarray) -> bool:
    """Return whether every edge is directed and there is no cycle.

    Parameters
    ----------
    adjacency
        0/1 [p, p], from row to column.
    """
    children = rows_as_sets(_square(adjacency))
    return len(_order(children)) == len(children)


def topological_order(adjacency: np.ndarray) -> np.ndarray:
    """Return the variables of a DAG, every parent before its children.

    Parameters
    ----------
    adjacency
        0/1 [p, p], from row to column, acyclic.

    Returns
    -------
    order
        int64 [p]; of all orders the one that always takes the free variable of lowest index.

    Raises
    ------
    DataError
        Where the graph has a cycle or an undirected edge.
    """
    children = rows_as_sets(_square(adjacency))
    order = _order(children)
    if len(order) != len(children):
        stuck = sorted(set(range(len(children))) - set(order))
        raise DataError(
            f"The graph has no topological order: variables {stuck[:8]} lie on or behind a cycle "
            "or an undirected edge; direct every edge and remove one of each cycle."
        )
    return np.array(order, dtype=np.int64)


def dag_to_cpdag(adjacency: np.ndarray, *, backend: Backend = "plain") -> np.ndarray:
    """Return the CPDAG of a DAG's Markov equivalence class.

    Parameters
    ----------
    adjacency
        0/1 [p, p], from row to column, acyclic.
    backend
        ``"plain"`` or ``"compiled"``.

    Returns
    -------
    cpdag
        uint8 [p, p], from row to column; 1 both ways where the class has both directions.

    Raises
    ------
    DataError
        Where the graph has a cycle or an undirected edge.
    """
    matrix = _square(adjacency)
    order = topological_order(matrix)
    if _compiled(backend):
        from causattn.graphs.equivalence_kernels import cpdag_matrix

        return cpdag_matrix(matrix, order)
    parents = rows_as_sets(matrix.T)
    compelled = compelled_parents(parents, order.tolist())
    reversible = sets_as_rows([parents[y] & ~compelled[y] for y in range(len(parents))], len(order))
    return (matrix | reversible).astype(np.uint8)


def pdag_to_dag(adjacency: np.ndarray, *, backend: Backend = "plain") -> np.ndarray:
    """Return a consistent extension: a DAG with the PDAG's directed edges, skeleton and colliders.

    Parameters
    ----------
    adjacency
        0/1 [p, p], from row to column; 1 both ways is undirected.
    backend
        ``"plain"`` or ``"compiled"``.

    Returns
    -------
    dag
        uint8 [p, p], from row to column.

    Raises
    ------
    DataError
        Where no such DAG exists: directing the undirected edges always makes a cycle or a new
        unshielded collider.
    """
    matrix = _square(adjacency)
    if _compiled(backend):
        from causattn.graphs.equivalence_kernels import dag_matrix

        dag, exists = dag_matrix(matrix)
    else:
        directed = matrix & ~matrix.T
        extended = consistent_extension(
            rows_as_sets(directed.T), rows_as_sets(directed), rows_as_sets(matrix & matrix.T)
        )
        exists = extended is not None
        if extended is not None:
            dag = np.ascontiguousarray(sets_as_rows(extended[0], len(matrix)).T)
    if not exists:
        raise DataError(
            "The partially directed graph has no consistent extension: every way to direct its "
            "undirected edges makes a cycle or a new unshielded collider; loosen an orientation."
        )
    return dag


def same_skeleton_and_colliders(first: np.ndarray, second: np.ndarray) -> bool:
    """Return whether two graphs have the same skeleton and the same unshielded colliders.

    For two DAGs this says whether they are Markov equivalent; for two PDAGs, directed edges alone
    make colliders.

    Parameters
    ----------
    first, second
        0/1 [p, p], from row to column.
    """
    first, second = _square(first), _square(second)
    if first.shape != second.shape or np.any((first | first.T) != (second | second.T)):
        return False
    parents = [rows_as_sets((matrix & ~matrix.T).T) for matrix in (first, second)]
    adjacent = rows_as_sets(first | first.T)
    return all(
        _collider_pairs(parents[0][y], adjacent) == _collider_pairs(parents[1][y], adjacent)
        for y in range(len(adjacent))
    )


def compelled_parents(parents: list[int], order: list[int]) -> list[int]:
    """Return, for each variable of a DAG, the set of parents whose edge every member shares.

    Chickering's labelling goes through the edges x -> y with y ascending and x descending in a
    topological order, and labels all edges into y as soon as it meets an unlabelled one. So one
    look at each y's latest parent x labels them all:

    ===================================================== =========================================
    a compelled parent of x is no parent of y             all of y's edges are compelled
    else, another parent of y is no parent of x           all of y's edges are compelled
    else                                                  compelled parents of x are so for y too,
                                                          the rest are reversible
    ===================================================== =========================================

    Parameters
    ----------
    parents
        One set a variable, as an integer.
    order
        A topological order.
    """
    position = {node: place for place, node in enumerate(order)}
    compelled = [0] * len(parents)
    for y in order:
        if not parents[y]:
            continue
        x = max(members(parents[y]), key=position.__getitem__)
        others = parents[y] & ~(1 << x)
        everything = compelled[x] & ~parents[y] or others & ~parents[x]
        compelled[y] = parents[y] if everything else compelled[x]
    return compelled


def consistent_extension(
    parents: list[int], children: list[int], neighbours: list[int]
) -> tuple[list[int], list[int]] | None:
    """Extend a PDAG to a DAG after Dor and Tarsi, or say that it cannot be done.

    Again and again take away a variable without children whose undirected neighbours are adjacent
    to all its other adjacent variables, and direct its undirected edges towards it.

    Parameters
    ----------
    parents, children, neighbours
        One set a variable, as integers; not changed.

    Returns
    -------
    extension
        The DAG's parent sets and a topological order, or None where there is none.
    """
    size = len(parents)
    extended = list(parents)
    left_children, left_neighbours = list(children), list(neighbours)
    adjacent = [parents[v] | children[v] | neighbours[v] for v in range(size)]
    # Variables to look at in this round, and in the next: those that lost something since they were
    # refused. The compiled code goes through them in the same order, to the same member.
    now, later = (1 << size) - 1, 0
    last_first: list[int] = []
    while now:
        x = (now & -now).bit_length() - 1
        now &= now - 1
        around = adjacent[x]
        if not left_children[x] and all(
            around & ~adjacent[n] == 1 << n for n in members(left_neighbours[x])
        ):
            later &= ~(1 << x)
            last_first.append(x)
            extended[x] |= left_neighbours[x]
            adjacent[x] = 0
            for n in members(around):
                bit = ~(1 << x)
                adjacent[n] &= bit
                left_children[n] &= bit
                left_neighbours[n] &= bit
                later |= (1 << n) & ~now
        if not now:
            now, later = later, 0
    if len(last_first) < size:
        return None
    return extended, last_first[::-1]


def _collider_pairs(parents: int, adjacent: list[int]) -> set[tuple[int, int]]:
    """Return the pairs of a child's parents that are not adjacent."""
    return {(x, z) for x in members(parents) for z in members(parents & ~adjacent[x] & ~(1 << x))}


def _order(children: list[int]) -> list[int]:
    """Return as much of a topological order as there is."""
    incoming = [0] * len(children)
    for targets in children:
        for target in members(targets):
            incoming[target] += 1
    free = [node for node, count in enumerate(incoming) if count == 0]
    order = []
    while free:
        node = heapq.heappop(free)
        order.append(node)
        for target in members(children[node]):
            incoming[target] -= 1
            if incoming[target] == 0:
                heapq.heappush(free, target)
    return order


def _compiled(backend: str) -> bool:
    if backend not in ("plain", "compiled"):
        raise DataError(f"backend={backend!r} is not known; say 'plain' or 'compiled'.")
    return backend == "compiled"


def _square(adjacency: np.ndarray) -> np.ndarray:
    """Return a bool copy of a square matrix with an empty diagonal."""
    matrix = np.asarray(adjacency) != 0
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise DataError(f"An adjacency matrix is square, not of shape {matrix.shape}.")
    if np.any(np.diagonal(matrix)):
        raise DataError("An adjacency matrix has an edge from a variable to itself; remove it.")
    return matrix
