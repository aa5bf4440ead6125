"""Compiled chi-square and G-square statistics, from a joint table or from codes alone.

Degrees of freedom are those of the strata's nonempty rows and columns, summed over the strata
(Bishop, Fienberg and Holland 1975, "Discrete Multivariate Analysis", section 3.8; causal-learn
counts the same way).
"""

import math

import numpy as np

from causattn.base import njit


@njit(cache=True, nogil=True, error_model="numpy")
def table_statistic(
    table: np.ndarray,
    outer: int,
    across: int,
    inner: int,
    down: int,
    g_square: bool,
    log_table: np.ndarray,
    sums: np.ndarray,
) -> tuple[float, int]:
    """Return statistic and degrees of freedom of x and y from a flat joint table.

    The table runs, slowest first, over `outer` configurations, the `across` categories of y,
    `inner` configurations and the `down` categories of x; each pair of an outer and an inner one
    is a stratum. `log_table[c]` is c log c; the G-square statistic is a sum of such terms. `sums`
    is scratch for `down` + `across` numbers.
    """
    statistic = 0.0
    degrees = 0
    step = inner * down
    for stratum in range(outer * inner):
        start = (stratum // inner) * across * step + (stratum % inner) * down
        for k in range(down + across):
            sums[k] = 0
        for j in range(across):
            column = 0
            for i in range(down):
                cell = table[start + j * step + i]
                column += cell
                sums[i] += cell
            sums[down + j] = column
        total = 0
        used_rows = 0
        used_columns = 0
        for i in range(down):
            total += sums[i]
            used_rows += sums[i] > 0
        for j in range(across):
            used_columns += sums[down + j] > 0
        # A stratum with one value of x or y says nothing about dependence.
        if used_rows < 2 or used_columns < 2:
            continue
        degrees += (used_rows - 1) * (used_columns - 1)
        if g_square:
            part = log_table[total]
            for j in range(across):
                for i in range(down):
                    part += log_table[table[start + j * step + i]]
            for k in range(down + across):
                part -= log_table[sums[k]]
            statistic += 2.0 * part
        else:
            share = 1.0 / total
            for j in range(across):
                column_share = sums[down + j] * share
                for i in range(down):
                    expected = sums[i] * column_share
                    difference = table[start + j * step + i] - expected
                    if expected > 0.0:
                        statistic += difference * difference / expected
    return statistic, degrees


@njit(cache=True, nogil=True)
def _number(keys: np.ndarray, bound: int, labels: np.ndarray, scratch: np.ndarray) -> int:
    """Number the distinct keys (0 <= key < bound) from 0; returns how many there are.

    A direct table where it fits into `scratch`, otherwise a hash table with linear probing in its
    two halves; its length is a power of two and at least four times the number of keys.
    """
    distinct = 0
    if bound <= scratch.shape[0]:
        for key in range(bound):
            scratch[key] = -1
        for r in range(keys.shape[0]):
            key = keys[r]
            if scratch[key] < 0:
                scratch[key] = distinct
                distinct += 1
            labels[r] = scratch[key]
        return distinct
    half = scratch.shape[0] // 2
    for slot in range(half):
        scratch[slot] = -1
    for r in range(keys.shape[0]):
        key = keys[r]
        # Multiplication by the golden ratio spreads keys that lie close together.
        mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
        slot = np.int64(mixed >> np.uint64(33)) % half
        while scratch[slot] >= 0 and scratch[slot] != key:
            slot = (slot + 1) % half
        if scratch[slot] < 0:
            scratch[slot] = key
            scratch[half + slot] = distinct
            distinct += 1
        labels[r] = scratch[half + slot]
    return distinct


@njit(cache=True, nogil=True, error_model="numpy")
def code_statistic(
    codes: np.ndarray,
    cardinalities: np.ndarray,
    x: np.int64,
    variables: np.ndarray,
    tested: int,
    g_square: bool,
    scratch: np.ndarray,
) -> tuple[float, int]:
    """Return statistic and degrees of freedom of x and one of the variables given the others.

    Only cells that occur take room, however many categories there are. `scratch` is int64 of a
    power of two, at least four times the number of observations.
    """
    n = codes.shape[1]
    y = variables[tested]
    keys = np.zeros(n, np.int64)
    # Numbers of the strata, of (stratum, x), of (stratum, y) and of the cells.
    labels = np.zeros((4, n), np.int64)
    counts = np.zeros((4, n), np.int64)
    found = np.ones(4, np.int64)
    for step in range(variables.shape[0] + 3):
        # First the strata, one variable after the other, then x, y, and y within (stratum, x).
        variable = y
        base = 0
        into = 0
        if step < variables.shape[0]:
            if step == tested:
                continue
            variable = variables[step]
        else:
            into = step - variables.shape[0] + 1
            if into == 1:
                variable = x
            if into == 3:
                base = 1
        size = cardinalities[variable]
        for r in range(n):
            keys[r] = labels[base, r] * size + codes[variable, r]
        found[into] = _number(keys, found[base] * size, labels[into], scratch)
    for kind in range(4):
        for r in range(n):
            counts[kind, labels[kind, r]] += 1
    # How many values of x and of y each stratum has.
    values = np.zeros((2, n), np.int64)
    seen = np.zeros(n, np.bool_)
    for kind in range(1, 3):
        for k in range(n):
            seen[k] = False
        for r in range(n):
            if not seen[labels[kind, r]]:
                seen[labels[kind, r]] = True
                values[kind - 1, labels[0, r]] += 1
    degrees = 0
    for stratum in range(found[0]):
        degrees += (values[0, stratum] - 1) * (values[1, stratum] - 1)
    statistic = 0.0
    for k in range(n):
        seen[k] = False
    for r in range(n):
        cell = labels[3, r]
        if not seen[cell]:
            seen[cell] = True
            observed = float(counts[3, cell])
            expected = (
                float(counts[1, labels[1, r]]) * counts[2, labels[2, r]] / counts[0, labels[0, r]]
            )
            if g_square:
                statistic += 2.0 * observed * math.log(observed / expected)
            else:
                # Empty cells add their expected counts, and all expected counts add up to n.
                statistic += observed * (observed / expected - 1.0)
    return statistic, degrees
