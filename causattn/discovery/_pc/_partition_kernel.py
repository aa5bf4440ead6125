"""Compiled partitions of the observations by a growing conditioning set.

A *configuration* is the set of observations with one value of x and one of the conditioning set;
those with the same value of the set make a *stratum*. Large configurations are bit masks, 64
observations a word, and a cell of a table is the population count of an AND; small ones are lists
of observations. Splitting by one more variable gives the next depth. A stratum in which x has a
single value adds neither to the statistic nor to its degrees of freedom, and no split of it ever
will, so it is dropped at once.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from causattn.discovery._pc._contingency_kernel import stratum

# Variables with more categories have no masks; tables with them are counted by code.
WIDEST = 64


@intrinsic
def _population_count(context: Any, word: Any) -> Any:
    """Count the set bits of a 64-bit word with the processor's own instruction."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> ir.Instruction:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), build


@njit(cache=True, nogil=True)
def count_common(first: np.ndarray, second: np.ndarray) -> np.uint64:
    """Return how many bits are set in both rows of words."""
    total = np.uint64(0)
    for k in range(first.shape[0]):
        total += _population_count(first[k] & second[k])  # type: ignore[call-arg]
    return total


@njit(cache=True, nogil=True)
def intersect(first: np.ndarray, second: np.ndarray, common: np.ndarray) -> np.uint64:
    """Write the AND of two rows of words to `common` and return how many bits are set in it."""
    total = np.uint64(0)
    for k in range(first.shape[0]):
        word = first[k] & second[k]
        common[k] = word
        total += _population_count(word)  # type: ignore[call-arg]
    return total


@njit(cache=True, nogil=True)
def _list_bits(mask: np.ndarray, rows: np.ndarray, start: int) -> int:
    """Write the set bits' positions to `rows` from `start` on; returns where they end."""
    for k in range(mask.shape[0]):
        word = mask[k]
        while word != np.uint64(0):
            lowest = word & (~word + np.uint64(1))
            below: np.uint64 = _population_count(lowest - np.uint64(1))  # type: ignore[call-arg]
            rows[start] = 64 * k + np.int64(below)
            start += 1
            word ^= lowest
    return start


@njit(cache=True, nogil=True)
def begin_partition(
    categories: np.ndarray,
    small: int,
    masks: np.ndarray,
    rows: np.ndarray,
    sizes: np.ndarray,
    strata: np.ndarray,
    places: np.ndarray,
) -> int:
    """Write x's own configurations, one stratum; returns how many there are.

    A configuration's place is the number of its mask, or -1 - s where its list starts at s.
    """
    count = 0
    mask = 0
    listed = 0
    for value in range(categories.shape[0]):
        size = np.int64(intersect(categories[value], categories[value], masks[mask]))
        if size == 0:
            continue
        sizes[count] = size
        strata[count] = 0
        if size < small:
            places[count] = -1 - listed
            listed = _list_bits(masks[mask], rows, listed)
        else:
            places[count] = mask
            mask += 1
        count += 1
    return count


@njit(cache=True, nogil=True)
def split_partition(
    used: int,
    masks: np.ndarray,
    rows: np.ndarray,
    sizes: np.ndarray,
    strata: np.ndarray,
    places: np.ndarray,
    categories: np.ndarray,
    codes: np.ndarray,
    small: int,
    new_masks: np.ndarray,
    new_rows: np.ndarray,
    new_sizes: np.ndarray,
    new_strata: np.ndarray,
    new_places: np.ndarray,
    starts: np.ndarray,
) -> int:
    """Split `used` configurations by one more variable; returns how many there are then.

    `starts` is scratch of `WIDEST` by `WIDEST` + 1.
    """
    across = categories.shape[0]
    count = 0
    mask = 0
    listed = 0
    number = 0
    start = 0
    while start < used:
        stop = start
        while stop < used and strata[stop] == strata[start]:
            # Sort each list by category; ``starts[i, value]`` is where a category begins.
            if places[stop] < 0:
                i = stop - start
                first = -1 - places[stop]
                for value in range(across + 1):
                    starts[i, value] = 0
                for k in range(first, first + sizes[stop]):
                    starts[i, codes[rows[k]] + 1] += 1
                starts[i, 0] = listed
                for value in range(across):
                    starts[i, value + 1] += starts[i, value]
                for k in range(first, first + sizes[stop]):
                    value = codes[rows[k]]
                    new_rows[starts[i, value]] = rows[k]
                    starts[i, value] += 1
                # Each start has moved to its category's end.
                for value in range(across, 0, -1):
                    starts[i, value] = starts[i, value - 1]
                starts[i, 0] = listed
                listed += sizes[stop]
            stop += 1
        for value in range(across):
            kept = count
            kept_mask = mask
            kept_listed = listed
            for c in range(start, stop):
                if places[c] < 0:
                    i = c - start
                    size = starts[i, value + 1] - starts[i, value]
                    if size == 0:
                        continue
                    new_places[count] = -1 - starts[i, value]
                else:
                    common = intersect(masks[places[c]], categories[value], new_masks[mask])
                    size = np.int64(common)
                    if size == 0:
                        continue
                    if size < small:
                        new_places[count] = -1 - listed
                        listed = _list_bits(new_masks[mask], new_rows, listed)
                    else:
                        new_places[count] = mask
                        mask += 1
                new_sizes[count] = size
                new_strata[count] = number
                count += 1
            if count - kept < 2:
                count = kept
                mask = kept_mask
                listed = kept_listed
            else:
                number += 1
        start = stop
    return count


@njit(cache=True, nogil=True)
def measure_partition(
    used: int,
    masks: np.ndarray,
    rows: np.ndarray,
    sizes: np.ndarray,
    strata: np.ndarray,
    places: np.ndarray,
    categories: np.ndarray,
    codes: np.ndarray,
    g_square: bool,
    log_table: np.ndarray,
    table: np.ndarray,
    sums: np.ndarray,
) -> tuple[float, int]:
    """Return statistic and degrees of freedom of x and y given the partition's set.

    `categories` and `codes` are y's; `table` and `sums` are scratch of `WIDEST` by `WIDEST` and
    of twice `WIDEST`.
    """
    across = categories.shape[0]
    statistic = 0.0
    degrees = 0
    start = 0
    while start < used:
        stop = start
        while stop < used and strata[stop] == strata[start]:
            at = (stop - start) * across
            if places[stop] < 0:
                for j in range(across):
                    table[at + j] = 0
                first = -1 - places[stop]
                for k in range(first, first + sizes[stop]):
                    table[at + codes[rows[k]]] += 1
            else:
                # The last category follows by subtraction.
                left = sizes[stop]
                for j in range(across - 1):
                    cell = np.int64(count_common(masks[places[stop]], categories[j]))
                    table[at + j] = cell
                    left -= cell
                table[at + across - 1] = left
            stop += 1
        part, more = stratum(table[: (stop - start) * across], across, g_square, log_table, sums)
        statistic += part
        degrees += more
        start = stop
    return statistic, degrees
