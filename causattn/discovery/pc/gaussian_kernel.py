"""Compiled search for separating sets in Gaussian data, from the correlation matrix alone.

For one variable x and a growing conditioning set S the correlations of x's neighbourhood are
made conditional one variable at a time (the recursion for partial covariances: Anderson 2003,
"An Introduction to Multivariate Statistical Analysis", section 2.5), so that a further test
costs a few multiplications and the innermost loop runs over all y at once.

What is compared is the squared partial correlation with a squared critical correlation: no
p-value is formed that could underflow.
"""

import numpy as np

from causattn.base import njit
from causattn.discovery.pc.groups import SearchTask
from causattn.discovery.pc.subset_kernel import before_subsets, leave_out_shared, next_subset

# A conditional variance below this share of the marginal one means exact collinearity.
COLLINEAR = 1e-12


@njit(cache=True, nogil=True, error_model="numpy")
def search(
    task: SearchTask,
    correlation: np.ndarray,
    smallest: np.ndarray,
    begin: int,
    end: int,
    signal: np.ndarray,
) -> int:
    """Test x = centers[g] against its columns given every `order`-subset of its rows.

    The task's level is the squared correlation below which a column counts as independent. Written
    are, per column entry: how many sets separated it, how many were tested, the union of the
    separating sets as bits over the group's rows (the first set alone with `stop_at_first`), the
    `smallest` squared partial correlation met, and with `count_members` for every row in how many
    of the separating sets it was.

    The sets that a `second` entry shares with the other end (`packed_rows[y]`), which tests them
    itself, are not counted among its tests, and with `count_members`, where groups have one column
    each, not tested either.

    Returns at once where ``signal[0]`` is set, and adds its tests to ``signal[1]``.

    Returns -1, or the variable that is an exact linear combination of others.
    """
    centers, row_pointer, rows, column_pointer, columns, second, row_bits = task.groups
    limit, order, stop_at_first = task.level, task.order, task.stop_at_first
    separated, tested, members = task.separated, task.tested, task.members
    count_members, member_counts = task.count_members, task.member_counts
    most_rows = 0
    most_columns = 0
    for g in range(begin, end):
        most_rows = max(most_rows, row_pointer[g + 1] - row_pointer[g])
        most_columns = max(most_columns, column_pointer[g + 1] - column_pointer[g])
    depth_count = max(order, 1)
    # By depth: covariance of rows with columns and with rows, given what was taken out so far.
    to_columns = np.empty((depth_count, most_rows, most_columns))
    to_rows = np.empty((max(order - 1, 1), most_rows, most_rows if order > 1 else 1))
    row_variance = np.empty((depth_count, most_rows))
    row_center = np.empty((depth_count, most_rows))
    column_variance = np.empty((depth_count, most_columns))
    column_center = np.empty((depth_count, most_columns))
    center_variance = np.empty(depth_count)
    chosen = np.empty(depth_count, np.int64)
    closed = np.empty(depth_count, np.int64)
    entry = np.empty(most_columns, np.int64)
    open_limit = np.empty(most_columns)
    lowest = np.empty(most_columns)
    square = np.empty(most_columns)
    without = np.empty(most_columns, np.int64)
    column_of_row = np.empty(most_rows, np.int64)
    position = np.empty(correlation.shape[0], np.int64)
    for y in range(correlation.shape[0]):
        position[y] = -1
    unshared = np.empty(depth_count + 1, np.int64)
    row_shared = np.empty(most_rows, np.bool_)

    for g in range(begin, end):
        x = centers[g]
        first_row = row_pointer[g]
        m = row_pointer[g + 1] - first_row
        first_column = column_pointer[g]
        a = column_pointer[g + 1] - first_column
        if a == 0 or m < order:
            continue
        skip_shared = count_members and second[first_column] == 1
        if order == 0:
            if not skip_shared:
                for e in range(first_column, first_column + a):
                    r = correlation[x, columns[e]]
                    tested[e] = 1
                    smallest[e] = r * r
                    if r * r < limit[e]:
                        separated[e] = 1
            continue

        for j in range(a):
            e = first_column + j
            y = columns[e]
            position[y] = j
            entry[j] = e
            open_limit[j] = limit[e]
            lowest[j] = np.inf
            without[j] = 0
            column_variance[0, j] = 1.0
            column_center[0, j] = correlation[x, y]
        for i in range(m):
            v = rows[first_row + i]
            column_of_row[i] = position[v]
            row_shared[i] = False
            if skip_shared:
                bits = row_bits[columns[first_column], v >> 6]
                row_shared[i] = (bits >> np.uint64(v & 63)) & np.uint64(1) == 1
        for j in range(a):
            position[columns[first_column + j]] = -1
        center_variance[0] = 1.0
        for i in range(m):
            s = rows[first_row + i]
            row_variance[0, i] = 1.0
            row_center[0, i] = correlation[x, s]
            for j in range(a):
                to_columns[0, i, j] = correlation[s, columns[first_column + j]]
            if order > 1:
                for k in range(m):
                    to_rows[0, i, k] = correlation[s, rows[first_row + k]]
        active = a
        seen = 0
        unshared[0] = 0
        for depth in range(order):
            closed[depth] = -1
        before_subsets(chosen, m)
        while active > 0:
            changed = next_subset(chosen, m, m)
            if changed < 0:
                break
            for depth in range(changed, order):
                if closed[depth] >= 0:
                    # The row chosen before at this depth leaves the set: its column opens again.
                    open_limit[closed[depth]] = limit[entry[closed[depth]]]
                    closed[depth] = -1
            if changed == 0 and stop_at_first and active < 0.7 * a:
                # Leave out the columns that are done.
                kept = 0
                for j in range(a):
                    if open_limit[j] >= 0.0:
                        entry[kept] = entry[j]
                        open_limit[kept] = open_limit[j]
                        lowest[kept] = lowest[j]
                        without[kept] = without[j]
                        column_center[0, kept] = column_center[0, j]
                        kept += 1
                    else:
                        smallest[entry[j]] = min(smallest[entry[j]], lowest[j])
                for j in range(kept):
                    position[columns[entry[j]]] = j
                for i in range(m):
                    column_of_row[i] = position[rows[first_row + i]]
                for j in range(kept):
                    position[columns[entry[j]]] = -1
                for i in range(chosen[0], m):
                    row = rows[first_row + i]
                    for j in range(kept):
                        to_columns[0, i, j] = correlation[row, columns[entry[j]]]
                a = kept
            for depth in range(changed, order):
                s = chosen[depth]
                own = column_of_row[s]
                if own >= 0 and open_limit[own] >= 0.0:
                    open_limit[own] = -1.0
                    closed[depth] = own
                new = 0 if row_shared[s] else 1
                pivot = row_variance[depth, s]
                if pivot < COLLINEAR:
                    return rows[first_row + s]
                scale = 1.0 / pivot
                weight = row_center[depth, s] * scale
                below = depth + 1
                if below == order:
                    break
                unshared[below] = unshared[depth] + new
                center_variance[below] = center_variance[depth] - row_center[depth, s] * weight
                for j in range(a):
                    share = to_columns[depth, s, j]
                    column_center[below, j] = column_center[depth, j] - weight * share
                    column_variance[below, j] = column_variance[depth, j] - share * share * scale
                for i in range(s + 1, m):
                    share = to_rows[depth, s, i] * scale
                    row_variance[below, i] = row_variance[depth, i] - share * to_rows[depth, s, i]
                    row_center[below, i] = row_center[depth, i] - share * row_center[depth, s]
                    for j in range(a):
                        to_columns[below, i, j] = (
                            to_columns[depth, i, j] - share * to_columns[depth, s, j]
                        )
                    if below < order - 1:
                        for k in range(i + 1, m):
                            to_rows[below, i, k] = (
                                to_rows[depth, i, k] - share * to_rows[depth, s, k]
                            )
            if skip_shared and unshared[depth] + new == 0:
                continue
            seen += 1
            signal[1] += a
            if signal[0] != 0:
                return -1
            left = center_variance[depth] - row_center[depth, s] * weight
            if left < COLLINEAR:
                return x
            any_hit = False
            for j in range(a):
                share = to_columns[depth, s, j]
                top = column_center[depth, j] - weight * share
                variance = column_variance[depth, j] - share * share * scale
                q = top * top / (left * variance)
                if variance < COLLINEAR:
                    q = 1.0
                square[j] = q
                is_open = open_limit[j] >= 0.0
                low = q if is_open else np.inf
                lowest[j] = min(lowest[j], low)
                any_hit |= q < open_limit[j]
            for d in range(order):
                j = column_of_row[chosen[d]]
                if j >= 0:
                    without[j] += 1
            if any_hit:
                for j in range(a):
                    if square[j] < open_limit[j]:
                        e = entry[j]
                        separated[e] += 1
                        for d in range(order):
                            row = chosen[d]
                            members[e, row >> 6] |= np.uint64(1) << np.uint64(row & 63)
                            if count_members:
                                member_counts[e, row] += 1
                        if stop_at_first:
                            open_limit[j] = -1.0
                            tested[e] = seen - without[j]
                            active -= 1
        for j in range(a):
            e = entry[j]
            smallest[e] = min(smallest[e], lowest[j])
            if not (stop_at_first and separated[e] > 0):
                tested[e] = seen - without[j]
    if order > 0 and not count_members:
        leave_out_shared(task, begin, end)
    return -1
