"""Compiled contingency tables and their chi-square and G-square statistics.

*Codes*: one pass over the n observations fills a dense table, or, where the table would be far
larger than the sample, only the cells that occur. Partitions kept by bit masks and lists, which
are faster for variables with few categories, are in `_partition_kernel`.

Degrees of freedom are those of the strata's nonempty rows and columns, summed over the strata
(Bishop, Fienberg and Holland 1975, "Discrete Multivariate Analysis", section 3.8; causal-learn
counts the same way).
"""

import math

import numpy as np
from numba import njit

# A table with more cells than this many times the sample, and more than this, is counted by its
# occupied cells.
_DENSE = 8
_SMALL = 65536


@njit(cache=True, nogil=True, error_model="numpy")
def stratum(
    table: np.ndarray, across: int, g_square: bool, log_table: np.ndarray, sums: np.ndarray
) -> tuple[float, int]:
    """Return statistic and degrees of freedom of a flat table with `across` columns.

    `log_table[c]` is c log c; the G-square statistic is a sum of such terms. `sums` is scratch
    for as many numbers as the table has rows and columns.
    """
    down = table.shape[0] // across
    total = 0
    used_rows = 0
    used_columns = 0
    for k in range(down + across):
        sums[k] = 0
    for i in range(down):
        row = 0
        for j in range(across):
            cell = table[i * across + j]
            row += cell
            sums[down + j] += cell
        sums[i] = row
        total += row
        used_rows += row > 0
    for j in range(across):
        used_columns += sums[down + j] > 0
    if used_rows < 2 or used_columns < 2:
        return 0.0, 0
    statistic = 0.0
    if g_square:
        for k in range(down * across):
            statistic += log_table[table[k]]
        for k in range(down + across):
            statistic -= log_table[sums[k]]
        statistic = 2.0 * (statistic + log_table[total])
    else:
        share = 1.0 / total
        for i in range(down):
            row_share = sums[i] * share
            if sums[i] > 0:
                for j in range(across):
                    expected = row_share * sums[down + j]
                    difference = table[i * across + j] - expected
                    if expected > 0.0:
                        statistic += difference * difference / expected
    return statistic, (used_rows - 1) * (used_columns - 1)


@njit(cache=True, nogil=True)
def relabel(
    keys: np.ndarray, bound: int, labels: np.ndarray, counts: np.ndarray, sample: np.ndarray
) -> int:
    """Number the distinct keys (0 <= key < bound) from 0 in ascending order.

    Written are each observation's number, each number's count and one observation that has it.
    Returns how many there are.
    """
    n = keys.shape[0]
    distinct = 0
    if bound <= _DENSE * n + _SMALL:
        number = np.zeros(bound, np.int64)
        for r in range(n):
            number[keys[r]] += 1
        for key in range(bound):
            if number[key] > 0:
                counts[distinct] = number[key]
                number[key] = distinct
                distinct += 1
        for r in range(n):
            labels[r] = number[keys[r]]
            sample[labels[r]] = r
        return distinct
    order = np.argsort(keys)
    for position in range(n):
        r = order[position]
        if position == 0 or keys[r] != keys[order[position - 1]]:
            counts[distinct] = 0
            sample[distinct] = r
            distinct += 1
        labels[r] = distinct - 1
        counts[distinct - 1] += 1
    return distinct


@njit(cache=True, nogil=True)
def split_strata(
    stratum_of: np.ndarray, strata: int, codes: np.ndarray, size: int, finer: np.ndarray
) -> int:
    """Split strata by one more variable's codes; returns how many occupied ones there are."""
    n = codes.shape[0]
    bound = strata * size
    if bound > _DENSE * n + _SMALL:
        keys = np.empty(n, np.int64)
        labels = np.empty(n, np.int64)
        counts = np.empty(n, np.int64)
        sample = np.empty(n, np.int64)
        for r in range(n):
            keys[r] = np.int64(stratum_of[r]) * size + codes[r]
        count = relabel(keys, bound, labels, counts, sample)
        for r in range(n):
            finer[r] = labels[r]
        return count
    number = np.zeros(bound, np.int32)
    for r in range(n):
        key = stratum_of[r] * size + codes[r]
        finer[r] = key
        number[key] = 1
    count = 0
    for key in range(bound):
        if number[key]:
            number[key] = count
            count += 1
    for r in range(n):
        finer[r] = number[finer[r]]
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def from_codes(
    stratum_of: np.ndarray,
    strata: int,
    x_codes: np.ndarray,
    x_size: int,
    y_codes: np.ndarray,
    y_size: int,
    g_square: bool,
    log_table: np.ndarray,
) -> tuple[float, int]:
    """Return statistic and degrees of freedom from each observation's stratum, x and y."""
    n = x_codes.shape[0]
    block = x_size * y_size
    if strata * block <= _DENSE * n + _SMALL:
        table = np.zeros(strata * block, np.int32)
        sums = np.empty(x_size + y_size, np.int64)
        for r in range(n):
            table[stratum_of[r] * block + x_codes[r] * y_size + y_codes[r]] += 1
        statistic = 0.0
        degrees = 0
        for s in range(strata):
            part, more = stratum(
                table[s * block : (s + 1) * block], y_size, g_square, log_table, sums
            )
            statistic += part
            degrees += more
        return statistic, degrees

    keys = np.empty(n, np.int64)
    x_label = np.empty(n, np.int64)
    y_label = np.empty(n, np.int64)
    label = np.empty(n, np.int64)
    x_counts = np.empty(n, np.int64)
    y_counts = np.empty(n, np.int64)
    counts = np.empty(n, np.int64)
    sample = np.empty(n, np.int64)
    stratum_counts = np.zeros(strata, np.int64)
    rows = np.zeros(strata, np.int64)
    columns = np.zeros(strata, np.int64)
    for r in range(n):
        stratum_counts[stratum_of[r]] += 1
        keys[r] = stratum_of[r] * x_size + x_codes[r]
    for i in range(relabel(keys, strata * x_size, x_label, x_counts, sample)):
        rows[stratum_of[sample[i]]] += 1
    for r in range(n):
        keys[r] = stratum_of[r] * y_size + y_codes[r]
    for i in range(relabel(keys, strata * y_size, y_label, y_counts, sample)):
        columns[stratum_of[sample[i]]] += 1
    most = 0
    for r in range(n):
        keys[r] = x_label[r] * y_size + y_codes[r]
        most = max(most, x_label[r] + 1)
    statistic = 0.0
    for i in range(relabel(keys, most * y_size, label, counts, sample)):
        r = sample[i]
        cell = float(counts[i])
        expected = (
            float(x_counts[x_label[r]]) * y_counts[y_label[r]] / stratum_counts[stratum_of[r]]
        )
        if g_square:
            statistic += 2.0 * cell * math.log(cell / expected)
        else:
            statistic += cell * (cell / expected - 1.0)
    degrees = 0
    for s in range(strata):
        if rows[s] > 1 and columns[s] > 1:
            degrees += (rows[s] - 1) * (columns[s] - 1)
    return statistic, degrees
