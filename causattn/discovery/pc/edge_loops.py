"""Loops over edges, pools and pairs, as `causattn.discovery.running.compiling` runs them.

Every list of edges has each edge both ways round, by ascending x.
"""

from __future__ import annotations

import numpy as np


def list_edges(
    places: np.ndarray,
    required: np.ndarray,
    forbidden: np.ndarray,
    narrow: bool,
    x: np.ndarray,
    y: np.ndarray,
    tested: np.ndarray,
    row: np.ndarray,
) -> None:
    """Write edges, and which are tested and may stand in conditioning sets.

    `places` are those of an adjacency matrix, row by row, ascending.
    """
    size = required.shape[0]
    i = 0
    for k in range(places.shape[0]):
        while places[k] >= (i + 1) * size:
            i += 1
        j = places[k] - i * size
        x[k] = i
        y[k] = j
        tested[k] = not (required[i, j] or required[j, i])
        row[k] = not (narrow and (forbidden[j, i] or required[i, j]))


def keep_edges(
    entry: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    tested: np.ndarray,
    row: np.ndarray,
    group: np.ndarray,
    new_x: np.ndarray,
    new_y: np.ndarray,
    new_tested: np.ndarray,
    new_row: np.ndarray,
    new_group: np.ndarray,
) -> int:
    """Write the edges without an `entry` [p, p] either way round; returns how many there are."""
    count = 0
    for k in range(x.shape[0]):
        if entry[x[k], y[k]] == 0 and entry[y[k], x[k]] == 0:
            new_x[count] = x[k]
            new_y[count] = y[k]
            new_tested[count] = tested[k]
            new_row[count] = row[k]
            new_group[count] = group[k]
            count += 1
    return count


def list_tests(
    x: np.ndarray,
    y: np.ndarray,
    tested: np.ndarray,
    row: np.ndarray,
    group: np.ndarray,
    rank: np.ndarray,
    order: int,
    end: int,
    entry: np.ndarray,
    row_pointer: np.ndarray,
    rows: np.ndarray,
    column_pointer: np.ndarray,
    columns: np.ndarray,
    entry_centers: np.ndarray,
    second: np.ndarray,
    packed_rows: np.ndarray,
) -> tuple[int, int, int, bool]:
    """Write the tests of an order as `Groups` has them, but for pairs with an `entry`.

    `end` says from which end of a pair: 0 the one of lower rank, 1 the other, -1 both. Returns
    the numbers of rows, of columns and of rows of the largest group, and whether there is any
    pair, tested before or not, with a conditioning set of the order.
    """
    row_count = 0
    column_count = 0
    most_rows = 0
    any_left = False
    place = 0
    for g in range(row_pointer.shape[0] - 1):
        row_pointer[g] = row_count
        column_pointer[g] = column_count
        # Rows that a tested pair of the group leaves for its sets: all, or all but itself.
        spared = 2
        while place < x.shape[0] and group[place] == g:
            i = x[place]
            j = y[place]
            if order > 0 and row[place]:
                rows[row_count] = j
                packed_rows[i, j >> 6] |= np.uint64(1) << np.uint64(j & 63)
                row_count += 1
            if tested[place]:
                spared = min(spared, 1 if row[place] else 0)
                other = rank[i] > rank[j]
                if (end < 0 or other == (end == 1)) and entry[i, j] == 0 and entry[j, i] == 0:
                    columns[column_count] = j
                    entry_centers[column_count] = i
                    second[column_count] = other
                    column_count += 1
            place += 1
        own = row_count - row_pointer[g]
        most_rows = max(most_rows, own)
        any_left |= spared < 2 and (order == 0 or own - spared >= order)
    row_pointer[-1] = row_count
    column_pointer[-1] = column_count
    return row_count, column_count, most_rows, any_left


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
