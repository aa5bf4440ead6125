"""Loops over triples, pools and pairs, as `causattn.discovery.running.compiling` runs them.

Every list of edges has each edge both ways round, by ascending x.
"""

from __future__ import annotations

import numpy as np


def list_triples(
    adjacency: np.ndarray, y: np.ndarray, start: np.ndarray, triples: np.ndarray
) -> int:
    """Write the unshielded triples (x, middle, z), x < z, or count them where there is no room."""
    count = 0
    for middle in range(start.shape[0] - 1):
        for a in range(start[middle], start[middle + 1]):
            for b in range(a + 1, start[middle + 1]):
                if not adjacency[y[a], y[b]]:
                    if count < triples.shape[0]:
                        triples[count, 0] = y[a]
                        triples[count, 1] = middle
                        triples[count, 2] = y[b]
                    count += 1
    return count


def list_pools(
    triples: np.ndarray,
    y: np.ndarray,
    start: np.ndarray,
    group: np.ndarray,
    row_pointer: np.ndarray,
    pools: np.ndarray,
    largest: np.ndarray,
) -> None:
    """Write the pools of the ends x and z of triples (x, middle, z), and the larger one's size.

    An end's pool is the group of its edge to the middle; which middle makes no difference.
    """
    for t in range(triples.shape[0]):
        largest[t] = 0
        for end in range(2):
            v = triples[t, 2 * end]
            for k in range(start[v], start[v + 1]):
                if y[k] == triples[t, 1]:
                    g = group[k]
                    pools[t, end] = g
                    largest[t] = max(largest[t], row_pointer[g + 1] - row_pointer[g])


def list_searches(
    pairs: np.ndarray,
    pools: np.ndarray,
    largest: np.ndarray,
    order: int,
    begin: int,
    end: int,
    entry: np.ndarray,
    column_pointer: np.ndarray,
    columns: np.ndarray,
    entry_centers: np.ndarray,
    second: np.ndarray,
) -> int:
    """Write the pairs without an `entry` as column entries of their ends' pools, by pool.

    Left out are pairs whose `largest` pool is smaller than the order. `begin` and `end` bound the
    ends, 0 and 1. Returns how many entries there are.
    """
    pool_count = column_pointer.shape[0] - 1
    for g in range(pool_count + 1):
        column_pointer[g] = 0
    going = np.zeros(pairs.shape[0], np.bool_)
    for k in range(pairs.shape[0]):
        x = pairs[k, 0]
        z = pairs[k, 1]
        if largest[k] >= order and entry[x, z] == 0 and entry[z, x] == 0:
            going[k] = True
            for side in range(begin, end):
                column_pointer[pools[k, side] + 1] += 1
    for g in range(pool_count):
        column_pointer[g + 1] += column_pointer[g]
    count = column_pointer[pool_count]
    for k in range(pairs.shape[0]):
        if going[k]:
            for side in range(begin, end):
                # The pointers move up to their pool's end, and are moved back below.
                e = column_pointer[pools[k, side]]
                column_pointer[pools[k, side]] += 1
                columns[e] = pairs[k, 1 - side]
                entry_centers[e] = pairs[k, side]
                second[e] = side
    for g in range(pool_count, 0, -1):
        column_pointer[g] = column_pointer[g - 1]
    column_pointer[0] = 0
    return count
