"""Compiled search for separating sets in discrete data.

A test of x and y given S needs the joint table of x, y and S, and so do all tests of x with
another member of {y} and S given the rest. So the search goes through the sets U of one variable
more than the order: the partition of the observations by x and the first members grows along the
enumeration (`partition_kernel`), the last member completes the joint table, and each member y of
U that is to be tested is read off it. For a fixed y, lexicographic order of U is lexicographic
order of S. Where a table would be larger than worth it, or a variable has very many categories,
each test counts the observations' codes (`contingency_kernel`).
"""

from typing import NamedTuple

import numpy as np

from causattn.base import njit
from causattn.discovery.pc.chi_square_kernel import survival
from causattn.discovery.pc.contingency_kernel import code_statistic, table_statistic
from causattn.discovery.pc.groups import SearchTask
from causattn.discovery.pc.partition_kernel import (
    WIDEST,
    Room,
    begin_partition,
    fill_table,
    small_below,
    split_partition,
)
from causattn.discovery.pc.subset_kernel import before_subsets, next_subset


class Coded(NamedTuple):
    """Discrete observations as the search reads them; what each is, `DiscreteStatistics` says."""

    codes: np.ndarray
    cardinalities: np.ndarray
    categories: np.ndarray
    category_pointer: np.ndarray
    log_table: np.ndarray
    g_square: bool


@njit(cache=True, nogil=True)
def _list_items(
    rows: np.ndarray,
    columns: np.ndarray,
    begin: int,
    end: int,
    item: np.ndarray,
    entry: np.ndarray,
    entry_of: np.ndarray,
) -> int:
    """List the rows, and behind them the columns that are no rows, with their column entries.

    Returns how many items there are. `entry_of` is -1 throughout, before and after.
    """
    for e in range(begin, end):
        entry_of[columns[e]] = e
    count = 0
    for v in rows:
        item[count] = v
        entry[count] = entry_of[v]
        entry_of[v] = -1
        count += 1
    for e in range(begin, end):
        if entry_of[columns[e]] >= 0:
            item[count] = columns[e]
            entry[count] = e
            entry_of[columns[e]] = -1
            count += 1
    return count


@njit(cache=True, nogil=True)
def _all_rows(bits: np.ndarray, item: np.ndarray, chosen: np.ndarray, but: int) -> bool:
    """Return whether all chosen items but one are set in a row of bits."""
    for d in range(chosen.shape[0]):
        v = item[chosen[d]]
        if d != but and (bits[v >> 6] >> np.uint64(v & 63)) & np.uint64(1) == 0:
            return False
    return True


@njit(cache=True, nogil=True)
def search(
    task: SearchTask,
    coded: Coded,
    room: Room,
    statistic: np.ndarray,
    degrees: np.ndarray,
    largest: np.ndarray,
    begin: int,
    end: int,
    signal: np.ndarray,
) -> None:
    """Test x = centers[g] against its columns given every `order`-subset of its rows.

    `room` is for `order` + 1 depths at least. The task's level is a p-value. A `second` entry
    leaves out the sets whose members are all among the rows of the other end (`packed_rows[y]`),
    which tests them itself.

    Written are, per column entry: how many sets separated it, how many were tested, the union of
    the separating sets as bits over the group's rows (the first set alone with `stop_at_first`),
    statistic, degrees of freedom and p-value of the test with the largest p-value, and with
    `count_members` for every row in how many of the separating sets it was.

    Returns at once where ``signal[0]`` is set, and adds its tests to ``signal[1]``.
    """
    centers, row_pointer, rows, column_pointer, columns, second, row_bits = task.groups
    alpha, order, stop_at_first = task.level, task.order, task.stop_at_first
    separated, tested, members = task.separated, task.tested, task.members
    count_members, member_counts = task.count_members, task.member_counts
    codes, cardinalities, categories, category_pointer, log_table, g_square = coded
    size = codes.shape[0]
    small = small_below(categories.shape[1])
    table, scratch = room.table, room.scratch
    most_cells = table.shape[0]
    used = np.empty(order + 1, np.int64)
    sums = np.empty(2 * WIDEST, np.int64)
    chosen = np.empty(order + 1, np.int64)
    chosen_item = np.empty(order + 1, np.int64)
    item = np.empty(size, np.int64)
    entry = np.empty(size, np.int64)
    entry_of = np.empty(size, np.int64)
    for v in range(size):
        entry_of[v] = -1
    wanted = np.empty(order + 1, np.bool_)
    # For order 1, the joint tables of x and each item.
    pairs = np.empty(categories.shape[0] * WIDEST if order == 1 else 0, np.int64)
    paired = np.zeros(size, np.bool_)

    for g in range(begin, end):
        x = centers[g]
        x_size = cardinalities[x]
        first_row = row_pointer[g]
        m = row_pointer[g + 1] - first_row
        active = column_pointer[g + 1] - column_pointer[g]
        if active == 0 or m < order:
            continue
        items = _list_items(
            rows[first_row : first_row + m],
            columns,
            column_pointer[g],
            column_pointer[g + 1],
            item,
            entry,
            entry_of,
        )
        for i in range(items):
            paired[i] = False
        ready = -1
        before_subsets(chosen, items)
        while active > 0:
            changed = next_subset(chosen, m, items)
            if changed < 0:
                break
            ready = min(ready, changed)
            s = chosen[order]
            if signal[0] != 0:
                return
            # U is complete; find the members that are to be tested given the others.
            any_wanted = False
            for i in range(order + 1):
                e = entry[chosen[i]]
                wanted[i] = e >= 0 and (s < m or i == order)
                if wanted[i] and stop_at_first and separated[e] > 0:
                    wanted[i] = False
                if wanted[i] and second[e] == 1:
                    wanted[i] = not _all_rows(row_bits[item[chosen[i]]], item, chosen, i)
                any_wanted |= wanted[i]
            if not any_wanted:
                continue
            count = np.int64(x_size)
            widest = count
            for i in range(order + 1):
                cardinality = cardinalities[item[chosen[i]]]
                widest = max(widest, cardinality)
                count = min(count * cardinality, most_cells + 1)
            joint = widest <= WIDEST and count <= most_cells
            if joint:
                if ready < 0:
                    own = categories[category_pointer[x] : category_pointer[x + 1]]
                    used[0] = begin_partition(room, own, small)
                    ready = 0
                while ready < order:
                    v = item[chosen[ready]]
                    used[ready + 1] = split_partition(
                        room,
                        ready,
                        used[ready],
                        categories[category_pointer[v] : category_pointer[v + 1]],
                        codes[v],
                        cardinalities[v] - (order == 1),
                        x_size,
                        small,
                    )
                    ready += 1
                v = item[s]
                of_v = categories[category_pointer[v] : category_pointer[v + 1]]
                fill_table(room, order, used[order], of_v, codes[v], x_size, table[:count])
                if order == 1:
                    # The last category of U's first member follows from the table of x and v.
                    block = cardinalities[v] * x_size
                    start = category_pointer[v] * x_size
                    pair = pairs[start : start + block]
                    if not paired[s]:
                        paired[s] = True
                        fill_table(room, 0, used[0], of_v, codes[v], x_size, pair)
                    last = table[count - block : count]
                    for k in range(block):
                        last[k] = pair[k]
                    for k in range(count - block):
                        last[k % block] -= table[k]
            inner = 1
            for i in range(order, -1, -1):
                y = item[chosen[i]]
                y_size = cardinalities[y]
                if wanted[i]:
                    e = entry[chosen[i]]
                    if joint:
                        outer = count // (inner * y_size * x_size)
                        value, freedom = table_statistic(
                            table, outer, y_size, inner, x_size, g_square, log_table, sums
                        )
                    else:
                        for d in range(order + 1):
                            chosen_item[d] = item[chosen[d]]
                        value, freedom = code_statistic(
                            codes, cardinalities, x, chosen_item, i, g_square, scratch
                        )
                    value = max(value, 0.0)
                    p = survival(value, float(freedom)) if freedom > 0 else 1.0
                    tested[e] += 1
                    signal[1] += 1
                    if p > largest[e] or (p == largest[e] and value < statistic[e]):
                        largest[e] = p
                        statistic[e] = value
                        degrees[e] = freedom
                    if p > alpha[e]:
                        separated[e] += 1
                        for d in range(order + 1):
                            if d != i:
                                row = chosen[d]
                                members[e, row >> 6] |= np.uint64(1) << np.uint64(row & 63)
                                if count_members:
                                    member_counts[e, row] += 1
                        if stop_at_first:
                            active -= 1
                inner *= y_size
