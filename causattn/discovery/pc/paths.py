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

import numpy as np


def group_by_paths(
    x: np.ndarray,
    y: np.ndarray,
    tested: np.ndarray,
    row: np.ndarray,
    size: int,
    new_x: np.ndarray,
    new_y: np.ndarray,
    new_tested: np.ndarray,
    new_row: np.ndarray,
    group: np.ndarray,
    centers: np.ndarray,
) -> int:
    """Put the edges of one variable and block together, else in the order in which they were.

    Plain loops, as `causattn.discovery.pc.kernels` runs them.

    Parameters
    ----------
    x, y, tested, row
        int64 and bool [E]: every edge both ways round, by ascending x, and what belongs to it.
    size
        Number of variables.
    new_x, new_y, new_tested, new_row, group, centers
        Written: the edges, each one's group, and the variable of each group.

    Returns
    -------
    Number of groups.
    """
    start = np.zeros(size + 1, np.int64)
    for k in range(x.shape[0]):
        start[x[k] + 1] += 1
    for v in range(size):
        start[v + 1] += start[v]
    # The edges by (y, x); then, gone through in this order, each in its place by (x, y).
    place = start[:-1].copy()
    turned = np.empty(x.shape[0], np.int64)
    for k in range(x.shape[0]):
        turned[place[y[k]]] = k
        place[y[k]] += 1
    place = start[:-1].copy()
    ordered = np.empty(x.shape[0], np.int64)
    for k in range(x.shape[0]):
        ordered[place[x[turned[k]]]] = turned[k]
        place[x[turned[k]]] += 1
    # Where each edge stands the other way round.
    reverse = np.empty(x.shape[0], np.int64)
    for k in range(x.shape[0]):
        reverse[ordered[k]] = turned[k]
    when = np.full(size, -1, np.int64)
    lowest = np.zeros(size, np.int64)
    following = start[:-1].copy()
    came_by = np.full(size, -1, np.int64)
    found = np.empty(x.shape[0], np.int64)
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
    # By block, the group of the variable at hand, or an earlier one's.
    number = np.full(count, -1, np.int64)
    width = np.zeros(x.shape[0], np.int64)
    groups = 0
    begin = 0
    while begin < x.shape[0]:
        first = groups
        end = start[x[begin] + 1]
        for k in range(begin, end):
            if number[found[k]] < first:
                number[found[k]] = groups
                centers[groups] = x[k]
                groups += 1
            width[number[found[k]]] += 1
        # From here on, where the next edge of each group goes.
        to = begin
        for g in range(first, groups):
            to += width[g]
            width[g] = to - width[g]
        for k in range(begin, end):
            g = number[found[k]]
            to = width[g]
            width[g] += 1
            new_x[to] = x[k]
            new_y[to] = y[k]
            new_tested[to] = tested[k]
            new_row[to] = row[k]
            group[to] = g
        begin = end
    return groups
