"""Which neighbours of x lie on a path from x to y: the blocks of an undirected graph.

What separates x and y among the parents of x lies on paths between the two, and the skeleton on
the way contains every true path. So a neighbour of x from which no simple path leads to y can be
left out of conditioning sets (Spirtes, Glymour and Scheines 2000, "Causation, Prediction, and
Search", section 5.4.2.1, PC*; with the answer read off blocks by Li, Cabeli, Sella and Isambert
2019, "Constraint-based causal structure learning with consistent separating sets").

A *block* is a largest set of edges of which any two lie on a common simple cycle; a bridge is a
block of its own. With x and y adjacent, v is on a path from x to y exactly where the edges (x, v)
and (x, y) are in one block. For x and z with a common neighbour y, where (x, v) and (x, y) are.
Blocks are found in one depth-first search (Hopcroft and Tarjan 1973, "Algorithm 447: efficient
algorithms for graph manipulation").
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

# With this many variables or fewer plain Python is done before compiled code is loaded.
_SMALL = 12


def blocks(x: np.ndarray, y: np.ndarray, size: int) -> np.ndarray:
    """Return the block of each edge, int64 [E], the same number both ways round.

    Parameters
    ----------
    x, y
        int64 [E]: every edge both ways round, by ascending x.
    size
        Number of variables.
    """
    start = np.searchsorted(x, np.arange(size + 1))
    reverse = np.empty(len(x), dtype=np.int64)
    reverse[np.lexsort((y, x))] = np.lexsort((x, y))
    found = np.full(len(x), -1, dtype=np.int64)
    (_label if size <= _SMALL else _compiled(_label))(start, y, reverse, found)
    return found


@cache
def _compiled(function: Callable[..., None]) -> Callable[..., None]:
    from numba import njit

    return njit(cache=True, nogil=True)(function)


def _label(start: np.ndarray, y: np.ndarray, reverse: np.ndarray, found: np.ndarray) -> None:
    """Number the blocks; `reverse` says where the edge stands the other way round."""
    size = start.shape[0] - 1
    when = np.full(size, -1, np.int64)
    lowest = np.zeros(size, np.int64)
    following = start[:-1].copy()
    came_by = np.full(size, -1, np.int64)
    path = np.empty(size, np.int64)
    # Edges met and not yet in a block.
    waiting = np.empty(y.shape[0], np.int64)
    clock = 0
    count = 0
    held = 0
    for root in range(size):
        if when[root] >= 0:
            continue
        when[root] = lowest[root] = clock
        clock += 1
        path[0] = root
        depth = 1
        while depth > 0:
            u = path[depth - 1]
            if following[u] < start[u + 1]:
                edge = following[u]
                following[u] += 1
                v = y[edge]
                if came_by[u] >= 0 and reverse[edge] == came_by[u]:
                    continue
                if when[v] < 0:
                    when[v] = lowest[v] = clock
                    clock += 1
                    came_by[v] = edge
                    waiting[held] = edge
                    held += 1
                    path[depth] = v
                    depth += 1
                elif when[v] < when[u]:
                    waiting[held] = edge
                    held += 1
                    lowest[u] = min(lowest[u], when[v])
                continue
            depth -= 1
            if depth == 0:
                continue
            above = path[depth - 1]
            lowest[above] = min(lowest[above], lowest[u])
            if lowest[u] < when[above]:
                continue
            # Nothing below u reaches past the one above: what was met since is a block.
            edge = -1
            while edge != came_by[u]:
                held -= 1
                edge = waiting[held]
                found[edge] = found[reverse[edge]] = count
            count += 1
