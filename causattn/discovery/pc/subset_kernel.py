"""Compiled enumeration of conditioning sets, and how many of them both ends of a pair offer."""

import numpy as np

from causattn.base import njit
from causattn.discovery.pc.groups import SearchTask


@njit(cache=True, nogil=True)
def before_subsets(chosen: np.ndarray, last: int) -> None:
    """Set positions such that `next_subset` gives the first set."""
    for place in range(chosen.shape[0]):
        chosen[place] = last
    chosen[0] = -1


@njit(cache=True, nogil=True)
def next_subset(chosen: np.ndarray, rows: int, last: int) -> int:
    """Go on to the next set in lexicographic order; returns the first place that is another now.

    Positions ascend. The last one is below `last`, the others are below `rows`. Where there is no
    further set, -1 is returned.
    """
    size = chosen.shape[0]
    for place in range(size - 1, -1, -1):
        behind = size - 1 - place
        most = last - behind
        if behind > 0:
            most = min(most, rows - behind + 1)
        if chosen[place] + 1 < most:
            chosen[place] += 1
            for other in range(place + 1, size):
                chosen[other] = chosen[other - 1] + 1
            return place
    return -1


@njit(cache=True, nogil=True)
def leave_out_shared(task: SearchTask, begin: int, end: int) -> None:
    """Take the subsets that the first end tests as well off what second entries have `tested`.

    For the groups from `begin` to `end`. Shared is what lies within the first end's rows; with
    `stop_at_first` an entry's tests end at its separating set, and what comes before it counts.
    Subsets are enumerated in lexicographic order of positions. The shared ones before a set
    a_1 < ... < a_k that agree with it up to a_(i-1) and then hold a smaller shared element number
    C(N - lo, k - i + 1) - C(N - hi, k - i + 1), where N counts the shared rows, lo those up to
    a_(i-1) and hi those before a_i (the hockey-stick identity).
    """
    _, row_pointer, rows, column_pointer, columns, second, row_bits = task.groups
    order, members, separated, tested = task.order, task.members, task.separated, task.tested
    most_rows = 0
    for g in range(begin, end):
        most_rows = max(most_rows, row_pointer[g + 1] - row_pointer[g])
    binomial = np.empty((most_rows + 1, order + 1))
    for n in range(most_rows + 1):
        for k in range(order + 1):
            binomial[n, k] = 1.0 if k == 0 else 0.0
            if n > 0 and k > 0:
                binomial[n, k] = binomial[n - 1, k - 1] + binomial[n - 1, k]
    for g in range(begin, end):
        first_row = row_pointer[g]
        m = row_pointer[g + 1] - first_row
        for e in range(column_pointer[g], column_pointer[g + 1]):
            if second[e] == 0:
                continue
            y = columns[e]
            total = 0
            for i in range(m):
                v = rows[first_row + i]
                if v != y and (row_bits[y, v >> 6] >> np.uint64(v & 63)) & np.uint64(1):
                    total += 1
            if not (task.stop_at_first and separated[e] > 0):
                if total >= order:
                    tested[e] -= int(binomial[total, order])
                continue
            before = 0
            low = 0
            left = order
            count = 0.0
            for i in range(m):
                v = rows[first_row + i]
                common = False
                if v != y:
                    common = (row_bits[y, v >> 6] >> np.uint64(v & 63)) & np.uint64(1) == 1
                if (members[e, i >> 6] >> np.uint64(i & 63)) & np.uint64(1):
                    if total - low >= left:
                        count += binomial[total - low, left]
                    if total - before >= left:
                        count -= binomial[total - before, left]
                    left -= 1
                    if not common or left == 0:
                        break
                    low = before + 1
                if common:
                    before += 1
            tested[e] -= int(count)
