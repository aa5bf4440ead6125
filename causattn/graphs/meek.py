"""Meek's rules: what else must be directed once colliders and knowledge are.

Meek (1995), "Causal inference and causal explanation with background knowledge", section 2.1.1.
Each rule turns an undirected a - b into a -> b:

==== ======================================================================
rule where there are
==== ======================================================================
R1   i -> a, and i and b are not adjacent
R2   a -> k -> b
R3   a - c -> b and a - d -> b, and c and d are not adjacent
R4   a - c -> d -> b, a and d are adjacent, c and b are not
==== ======================================================================

R4 is needed with background knowledge only. All rules are applied to the whole graph at once,
round by round, so the result does not depend on the variables' order even where colliders or
knowledge contradict each other: an edge that the rules direct both ways stays undirected.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

# Below this size plain Python is done before a compiler is loaded.
_COMPILE_FROM = 40


def meek_closure(
    adjacency: np.ndarray,
    *,
    ambiguous: np.ndarray | None = None,
    frozen: np.ndarray | None = None,
    compiled: bool | None = None,
) -> np.ndarray:
    """Direct what Meek's rules direct.

    Parameters
    ----------
    adjacency
        [p, p], 0/1, from row to column: i -> j is 1 at [i, j] only, i - j is 1 both ways.
    ambiguous
        int [m, 3], unshielded triples (x, middle, z) of which it is not known whether they are
        colliders. No rule may use them as non-colliders (Ramsey, Spirtes and Zhang 2006,
        "Adjacency-faithfulness and conservative causal inference").
    frozen
        bool [p, p], symmetric, edges that stay undirected whatever the rules say, or None.
    compiled
        Run compiled code; None chooses by size. The result is the same.

    Returns
    -------
    uint8 [p, p], from row to column.
    """
    graph = np.array(np.asarray(adjacency) != 0, dtype=np.uint8)
    size = len(graph)
    held = np.zeros((size, size), dtype=np.uint8)
    if frozen is not None:
        held[:] = frozen
    keys = triple_keys(ambiguous, size)
    skeleton = graph | graph.T
    counts = skeleton.sum(axis=1, dtype=np.int64)
    pointer = np.concatenate([[0], np.cumsum(counts)])
    neighbours = np.nonzero(skeleton)[1]
    if compiled is None:
        compiled = size >= _COMPILE_FROM
    close = _compiled_close() if compiled else _close
    close(graph, held, keys, pointer, neighbours)
    return graph


def triple_keys(triples: np.ndarray | None, size: int) -> np.ndarray:
    """Return one ascending number for each triple (x, middle, z), the same for (z, middle, x)."""
    if triples is None or not len(triples):
        return np.zeros(0, dtype=np.int64)
    x, middle, z = np.asarray(triples, dtype=np.int64).T
    return np.sort((np.minimum(x, z) * size + middle) * size + np.maximum(x, z))


@cache
def _compiled_close() -> Callable[..., None]:
    from causattn.base import njit

    return njit(cache=True, nogil=True)(_close)


def _close(
    graph: np.ndarray,
    held: np.ndarray,
    ambiguous: np.ndarray,
    pointer: np.ndarray,
    neighbours: np.ndarray,
) -> None:
    """Close `graph` in place; edges directed both ways are added to `held`.

    Written so that it runs both as Python and compiled.
    """
    size = graph.shape[0]
    edges = 0
    for a in range(size):
        for b in neighbours[pointer[a] : pointer[a + 1]]:
            if graph[a, b] and graph[b, a] and not held[a, b]:
                edges += 1
    # Every directed pair that may still become an arrow, and whether a rule makes it one.
    tails = np.empty(edges, np.int64)
    heads = np.empty(edges, np.int64)
    implied = np.zeros(edges, np.uint8)
    edges = 0
    for a in range(size):
        for b in neighbours[pointer[a] : pointer[a + 1]]:
            if graph[a, b] and graph[b, a] and not held[a, b]:
                tails[edges] = a
                heads[edges] = b
                edges += 1
    changed = True
    while changed:
        changed = False
        for e in range(edges):
            a = tails[e]
            b = heads[e]
            implied[e] = 0
            if held[a, b] or not (graph[a, b] and graph[b, a]):
                continue
            near = neighbours[pointer[a] : pointer[a + 1]]
            done = False
            for c in near:
                if c == b:
                    continue
                apart = not (graph[c, b] or graph[b, c])
                if apart and len(ambiguous) > 0:
                    key = (min(c, b) * size + a) * size + max(c, b)
                    at = np.searchsorted(ambiguous, key)
                    apart = at == len(ambiguous) or ambiguous[at] != key
                into = graph[c, a] and not graph[a, c]
                out = graph[a, c] and not graph[c, a]
                to_b = graph[c, b] and not graph[b, c]
                if (into and apart) or (out and to_b):
                    done = True
                    break
                if into or out or held[a, c]:
                    continue
                # From here on a - c is undirected.
                for d in near:
                    if d in (b, c) or not graph[d, b] or graph[b, d]:
                        continue
                    if apart and graph[c, d] and not graph[d, c]:
                        done = True
                        break
                    if to_b and d > c and not (graph[c, d] or graph[d, c]):
                        if not (graph[a, d] and graph[d, a]) or held[a, d]:
                            continue
                        known = True
                        if len(ambiguous) > 0:
                            key = (c * size + a) * size + d
                            at = np.searchsorted(ambiguous, key)
                            known = at == len(ambiguous) or ambiguous[at] != key
                        if known:
                            done = True
                            break
                if done:
                    break
            if done:
                implied[e] = 1
        left = 0
        for e in range(edges):
            if implied[e]:
                a = tails[e]
                b = heads[e]
                changed = True
                # The other direction was implied too: a contradiction, so the edge stays as it is.
                if not graph[a, b]:
                    graph[a, b] = 1
                    held[a, b] = 1
                    held[b, a] = 1
                else:
                    graph[b, a] = 0
        for e in range(edges):
            a = tails[e]
            b = heads[e]
            if graph[a, b] and graph[b, a] and not held[a, b]:
                tails[left] = a
                heads[left] = b
                left += 1
        edges = left
