"""Compiled search for separating sets in discrete data.

The partition of the observations by x and a conditioning set grows one variable at a time along
the enumeration of subsets and is shared by all y (`_partition_kernel`). Where x, y or a member of
the set has very many categories, the observations' codes are counted (`_contingency_kernel`).
"""

import numpy as np
from numba import njit

from causattn.discovery._pc._chi_square_kernel import survival
from causattn.discovery._pc._contingency_kernel import from_codes, split_strata
from causattn.discovery._pc._partition_kernel import (
    WIDEST,
    begin_partition,
    measure_partition,
    split_partition,
)


@njit(cache=True, nogil=True)
def search(
    codes: np.ndarray,
    cardinalities: np.ndarray,
    categories: np.ndarray,
    category_pointer: np.ndarray,
    log_table: np.ndarray,
    g_square: bool,
    centers: np.ndarray,
    row_pointer: np.ndarray,
    rows: np.ndarray,
    column_pointer: np.ndarray,
    columns: np.ndarray,
    second: np.ndarray,
    row_bits: np.ndarray,
    alpha: np.ndarray,
    order: int,
    stop_at_first: bool,
    count_members: bool,
    begin: int,
    end: int,
    separated: np.ndarray,
    tested: np.ndarray,
    members: np.ndarray,
    statistic: np.ndarray,
    degrees: np.ndarray,
    largest: np.ndarray,
    member_counts: np.ndarray,
) -> None:
    """Test x = centers[g] against its columns given every `order`-subset of its rows.

    `alpha` [E] is the level of each column entry. A `second` entry leaves out the sets whose
    members are all among the rows of the other end (`row_bits[y]`), which tests them itself.
    Written are, per column entry: how many sets separated it, how many were tested, the union of
    the separating sets as bits over the group's rows (the first set alone with `stop_at_first`),
    statistic, degrees of freedom and p-value of the test with the largest p-value, and with
    `count_members` for every row in how many of the separating sets it was.
    """
    n = codes.shape[1]
    words = categories.shape[1]
    # Counting a row of a list costs about as much as two words of AND and population count.
    small = max(words // 2, 1)
    masks = np.empty((order + 1, n // small + 1, words), np.uint64)
    rows_of = np.empty((order + 1, n), np.int32)
    sizes = np.empty((order + 1, n), np.int64)
    strata = np.empty((order + 1, n), np.int32)
    places = np.empty((order + 1, n), np.int32)
    starts = np.empty((WIDEST, WIDEST + 1), np.int64)
    used = np.empty(order + 1, np.int64)
    table = np.empty(WIDEST * WIDEST, np.int64)
    sums = np.empty(2 * WIDEST, np.int64)
    # By depth, and only where needed: each observation's stratum, and how many strata there are.
    stratum_of = np.zeros((order + 1, n), np.int32)
    strata_count = np.zeros(order + 1, np.int64)
    strata_count[0] = 1
    chosen = np.empty(max(order, 1), np.int64)
    variables = np.empty(order, np.int64)

    for g in range(begin, end):
        x = centers[g]
        first_row = row_pointer[g]
        m = row_pointer[g + 1] - first_row
        first_column = column_pointer[g]
        last_column = column_pointer[g + 1]
        active = last_column - first_column
        if active == 0 or m < order:
            continue
        used[0] = -1
        if cardinalities[x] <= WIDEST:
            used[0] = begin_partition(
                categories[category_pointer[x] : category_pointer[x + 1]],
                small,
                masks[0],
                rows_of[0],
                sizes[0],
                strata[0],
                places[0],
            )
        depth = 0
        chosen[0] = -1
        while depth >= 0 and active > 0:
            if order > 0:
                chosen[depth] += 1
                s = chosen[depth]
                if s > m - (order - depth):
                    depth -= 1
                    continue
                variable = rows[first_row + s]
                variables[depth] = variable
                strata_count[depth + 1] = 0
                used[depth + 1] = -1
                if used[depth] >= 0 and cardinalities[variable] <= WIDEST:
                    used[depth + 1] = split_partition(
                        used[depth],
                        masks[depth],
                        rows_of[depth],
                        sizes[depth],
                        strata[depth],
                        places[depth],
                        categories[category_pointer[variable] : category_pointer[variable + 1]],
                        codes[variable],
                        small,
                        masks[depth + 1],
                        rows_of[depth + 1],
                        sizes[depth + 1],
                        strata[depth + 1],
                        places[depth + 1],
                        starts,
                    )
                if depth < order - 1:
                    depth += 1
                    chosen[depth] = s
                    continue
            else:
                depth = -1
            for e in range(first_column, last_column):
                if stop_at_first and separated[e] > 0:
                    continue
                y = columns[e]
                inside = False
                shared = second[e] == 1
                for d in range(order):
                    v = variables[d]
                    inside |= v == y
                    bit = (row_bits[y, v >> 6] >> np.uint64(v & 63)) & np.uint64(1)
                    shared &= bit == 1
                if inside or shared:
                    continue
                y_size = cardinalities[y]
                if used[order] >= 0 and y_size <= WIDEST:
                    value, freedom = measure_partition(
                        used[order],
                        masks[order],
                        rows_of[order],
                        sizes[order],
                        strata[order],
                        places[order],
                        categories[category_pointer[y] : category_pointer[y + 1]],
                        codes[y],
                        g_square,
                        log_table,
                        table,
                        sums,
                    )
                else:
                    for d in range(order):
                        if strata_count[d + 1] == 0:
                            strata_count[d + 1] = split_strata(
                                stratum_of[d],
                                strata_count[d],
                                codes[variables[d]],
                                cardinalities[variables[d]],
                                stratum_of[d + 1],
                            )
                    value, freedom = from_codes(
                        stratum_of[order],
                        strata_count[order],
                        codes[x],
                        cardinalities[x],
                        codes[y],
                        y_size,
                        g_square,
                        log_table,
                    )
                value = max(value, 0.0)
                p = survival(value, float(freedom)) if freedom > 0 else 1.0
                tested[e] += 1
                if p > largest[e] or (p == largest[e] and value < statistic[e]):
                    largest[e] = p
                    statistic[e] = value
                    degrees[e] = freedom
                if p > alpha[e]:
                    separated[e] += 1
                    for d in range(order):
                        row = chosen[d]
                        members[e, row >> 6] |= np.uint64(1) << np.uint64(row & 63)
                        if count_members:
                            member_counts[e, row] += 1
                    if stop_at_first:
                        active -= 1
