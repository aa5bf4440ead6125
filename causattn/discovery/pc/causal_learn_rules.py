"""Directions exactly as causal-learn 0.1.4.8 gives them (``uc_rule=0, uc_priority=2``).

Its result depends on the order in which it goes through unshielded triples, triangles and kites:
a collider that contradicts an earlier one is dropped, and Meek's rules 1 to 3 leave an edge alone
where its table of directed paths says that a cycle would follow. That table is not a transitive
closure: a new arrow i -> j hands the ancestors of i to j, and i to the descendants of j, but not
the ones to the others; and it is built again, edges from last to first, whenever a directed edge is
directed again. Order and table are followed here step by step. Where knowledge is given, the graph
is closed under Meek's fourth rule too, which causal-learn lacks.

An edge (a, b) comes in the order of (has an arrow at b, b, a); a triple in that of its edges.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from causattn.discovery.knowledge import directed_cycle
from causattn.discovery.pc.knowledge import Constraints, check_arrows
from causattn.discovery.pc.triples import Verdict
from causattn.graphs import meek_closure, nonzero_pairs, triple_keys

# Below this size plain Python is done before a compiler is loaded.
_COMPILE_FROM = 40


def orient(
    skeleton: np.ndarray,
    triples: np.ndarray,
    verdicts: np.ndarray,
    known: Constraints,
    names: Sequence[str] = (),
    *,
    compiled: bool | None = None,
) -> np.ndarray:
    """Direct the edges of a skeleton as causal-learn does.

    Parameters
    ----------
    skeleton
        bool [p, p], symmetric.
    triples, verdicts
        The unshielded triples, int [m, 3], and what they are. causal-learn knows no undecided
        ones; they become no colliders, and no rule uses them as non-colliders.
    known
        Knowledge.
    names
        The variables' names, for messages.
    compiled
        Run compiled code; None chooses by size. The result is the same.

    Returns
    -------
    The graph, uint8 [p, p], from row to column.

    Raises
    ------
    ConfigError
        Where knowledge directs the edges that were found into a cycle.
    """
    size = len(skeleton)
    settled = known.arrows(skeleton)
    check_arrows(settled, names)
    # causal-learn goes through the edges (i, j), i < j, row by row.
    arrows = np.stack(nonzero_pairs(settled), axis=1)
    arrows = arrows[np.lexsort((arrows.max(axis=1), arrows.min(axis=1)))]
    x, middle, z = triples[verdicts == Verdict.COLLIDER].T
    into, onto = settled[x, middle], settled[middle, z]
    order = np.lexsort((z, onto, x, middle, into))
    graph = skeleton.astype(np.uint8)
    centers, neighbours = nonzero_pairs(skeleton)
    pointer = np.searchsorted(centers, np.arange(size + 1))
    if compiled is None:
        compiled = size >= _COMPILE_FROM
    path = np.zeros((size, size), dtype=np.uint8)
    np.fill_diagonal(path, 1)
    impossible = known.impossible.view(np.uint8)
    (_compiled(_collide) if compiled else _collide)(
        graph,
        path,
        arrows,
        pointer,
        neighbours,
        np.stack([x[order], middle[order], z[order]], axis=1).astype(np.int64),
        impossible,
    )
    undecided = triples[verdicts == Verdict.UNDECIDED]
    head = np.zeros_like(skeleton)
    head[centers, neighbours] = graph[neighbours, centers] == 0
    (_compiled(_close) if compiled else _close)(
        graph,
        path,
        head,
        pointer,
        neighbours,
        impossible,
        triple_keys(undecided, size),
    )
    return _with_fourth_rule(graph, undecided, compiled) if known.known else graph


def _with_fourth_rule(graph: np.ndarray, undecided: np.ndarray, compiled: bool) -> np.ndarray:
    """Return the closure under all of Meek's rules, where it has no directed cycle.

    causal-learn has no fourth rule, which knowledge needs.
    """
    closed = meek_closure(graph, ambiguous=undecided, compiled=compiled)
    return graph if directed_cycle((closed != 0) & (closed.T == 0)) else closed


@cache
def _compiled(function: Callable[..., None]) -> Callable[..., None]:
    from causattn.base import njit

    return njit(cache=True, nogil=True)(function)


def _collide(
    graph: np.ndarray,
    path: np.ndarray,
    arrows: np.ndarray,
    pointer: np.ndarray,
    neighbours: np.ndarray,
    colliders: np.ndarray,
    impossible: np.ndarray,
) -> None:
    """Direct known arrows and colliders in `graph`, and fill the table of directed paths.

    ``path[j, i]`` says that i is taken for an ancestor of j. Nobody reads the table meanwhile, so
    only the last time it is built again needs to be followed.
    """
    size = graph.shape[0]
    steps = np.empty((len(arrows) + 2 * len(colliders), 2), np.int64)
    # The step at which an edge was first directed, counted from 1, or 0.
    when = np.zeros((size, size), np.int32)
    count = 0
    rebuilt = -1
    for k in range(len(arrows)):
        a = arrows[k, 0]
        b = arrows[k, 1]
        graph[b, a] = 0
        steps[count, 0] = a
        steps[count, 1] = b
        count += 1
        when[a, b] = count
    for k in range(len(colliders)):
        x = colliders[k, 0]
        y = colliders[k, 1]
        z = colliders[k, 2]
        if impossible[x, y] or impossible[z, y] or not (graph[x, y] and graph[z, y]):
            continue
        for a in (x, z):
            steps[count, 0] = a
            steps[count, 1] = y
            count += 1
            if graph[y, a]:
                graph[y, a] = 0
                when[a, y] = count
            else:
                rebuilt = count - 1
    # The arrows to enter into the table, those of the graph that it was built again from first.
    built = np.empty((len(neighbours) if rebuilt >= 0 else 0, 2), np.int64)
    entered = 0
    start = 0
    if rebuilt >= 0:
        start = rebuilt
        for i in range(size - 1, -1, -1):
            for k in range(pointer[i + 1] - 1, pointer[i] - 1, -1):
                j = neighbours[k]
                if j <= i:
                    break
                a = i
                b = j
                if when[j, i] > 0:
                    a = j
                    b = i
                known = when[a, b] > 0 and when[a, b] <= rebuilt
                if known and not (a == steps[rebuilt, 0] and b == steps[rebuilt, 1]):
                    built[entered, 0] = a
                    built[entered, 1] = b
                    entered += 1
    for k in range(entered + count - start):
        if k < entered:
            a = built[k, 0]
            b = built[k, 1]
        else:
            a = steps[start + k - entered, 0]
            b = steps[start + k - entered, 1]
        path[b, a] = 1
        for i in range(size):
            path[b, i] |= path[a, i]
        for i in range(size):
            path[i, a] |= path[i, b]


def _close(
    graph: np.ndarray,
    path: np.ndarray,
    head: np.ndarray,
    pointer: np.ndarray,
    neighbours: np.ndarray,
    impossible: np.ndarray,
    undecided: np.ndarray,
) -> None:
    """Apply Meek's rules 1 to 3 to `graph` in place, in causal-learn's order.

    `head` holds the arrows as they were before, which fix the order throughout.
    """
    size = graph.shape[0]
    again = True
    while again:
        again = False
        for rule in (1, 2, 3):
            for first_head in (False, True):
                for j in range(size):
                    near = neighbours[pointer[j] : pointer[j + 1]]
                    for i in near:
                        if head[i, j] != first_head:
                            continue
                        i_to_j = graph[i, j] and not graph[j, i]
                        if rule < 3 and not i_to_j:
                            continue
                        if rule == 3 and not (graph[i, j] and graph[j, i]):
                            continue
                        for second_head in (False, True):
                            for k in near:
                                if k == i or head[j, k] != second_head:
                                    continue
                                adjacent = graph[i, k] or graph[k, i]
                                a = j
                                if rule == 1:
                                    if adjacent or not (graph[j, k] and graph[k, j]):
                                        continue
                                    if len(undecided) > 0:
                                        key = (min(i, k) * size + j) * size + max(i, k)
                                        at, above = 0, len(undecided)
                                        while at < above:
                                            half = (at + above) // 2
                                            if undecided[half] < key:
                                                at = half + 1
                                            else:
                                                above = half
                                        if at < len(undecided) and undecided[at] == key:
                                            continue
                                else:
                                    if not (graph[j, k] and not graph[k, j]):
                                        continue
                                    if not (graph[i, k] and graph[k, i]):
                                        continue
                                    a = i
                                if impossible[a, k] or path[a, k]:
                                    continue
                                if rule == 3:
                                    # A fourth variable like j, not adjacent to it.
                                    fits = False
                                    for m in neighbours[pointer[i] : pointer[i + 1]]:
                                        if m <= j or graph[j, m] or graph[m, j]:
                                            continue
                                        if not (graph[i, m] and graph[m, i]):
                                            continue
                                        if not (graph[m, k] and not graph[k, m]):
                                            continue
                                        if len(undecided) > 0:
                                            key = (j * size + i) * size + m
                                            at, above = 0, len(undecided)
                                            while at < above:
                                                half = (at + above) // 2
                                                if undecided[half] < key:
                                                    at = half + 1
                                                else:
                                                    above = half
                                            if at < len(undecided) and undecided[at] == key:
                                                continue
                                        fits = True
                                        break
                                    if not fits:
                                        continue
                                graph[k, a] = 0
                                path[k, a] = 1
                                for m in range(size):
                                    path[k, m] |= path[a, m]
                                for m in range(size):
                                    path[m, a] |= path[m, k]
                                again = True
