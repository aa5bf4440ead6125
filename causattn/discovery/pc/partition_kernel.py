"""Compiled partitions of the observations by a growing list of variables.

A *configuration* is the set of observations with one value of each variable of the list. Large
configurations are bit masks, 64 observations a word, and a cell of a table is the population
count of an AND; small ones are lists of observations. Splitting by one more variable gives the
next depth; counting one more variable within each configuration gives the joint table.
"""

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from causattn.base import njit

# Variables with more categories have no masks; tables with them are counted by code.
WIDEST = 64

# A joint table has at most this many cells, or this many times the number of observations.
_CELLS = 4096
_CELLS_A_ROW = 4


class Room(NamedTuple):
    """Room to work in; nothing in it lasts from one test to the next.

    Attributes
    ----------
    masks, lists, sizes, cells, places
        By depth a partition's configurations: uint64 [depths, masks, words], int32 [depths, n]
        and int64 [depths, n].
    table
        int64, a joint table.
    scratch
        int64, a power of two of at least 4 n.
    """

    masks: np.ndarray
    lists: np.ndarray
    sizes: np.ndarray
    cells: np.ndarray
    places: np.ndarray
    table: np.ndarray
    scratch: np.ndarray


def room_for(depths: int, n: int, words: int) -> Room:
    """Return room for partitions of n observations by so many variables."""
    depths = max(depths, 4)
    return Room(
        masks=np.empty((depths, n // small_below(words) + 1, words), dtype=np.uint64),
        lists=np.empty((depths, n), dtype=np.int32),
        sizes=np.empty((depths, n), dtype=np.int64),
        cells=np.empty((depths, n), dtype=np.int64),
        places=np.empty((depths, n), dtype=np.int64),
        table=np.empty(max(_CELLS, _CELLS_A_ROW * n), dtype=np.int64),
        scratch=np.empty(1 << (4 * n - 1).bit_length(), dtype=np.int64),
    )


@njit(cache=True, nogil=True)
def small_below(words: int) -> int:
    """Return the size below which a configuration is a list.

    Counting a row of a list costs about as much as two words of AND and population count.
    """
    return max(words // 2, 1)


@njit(cache=True, nogil=True)
def _at_depth(
    room: Room, depth: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the masks, lists, sizes, cells and places of the partition at a depth."""
    return (
        room.masks[depth],
        room.lists[depth],
        room.sizes[depth],
        room.cells[depth],
        room.places[depth],
    )


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
def begin_partition(room: Room, categories: np.ndarray, small: int) -> int:
    """Write the configurations of a first variable at depth 0; returns how many there are.

    A configuration's cell is its place in the joint table, here its category. Its place is the
    number of its mask, or -1 - s where its list starts at s.
    """
    masks, rows, sizes, cells, places = _at_depth(room, 0)
    count = 0
    mask = 0
    listed = 0
    for value in range(categories.shape[0]):
        size = np.int64(intersect(categories[value], categories[value], masks[mask]))
        if size == 0:
            continue
        sizes[count] = size
        cells[count] = value
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
    room: Room,
    depth: int,
    used: int,
    categories: np.ndarray,
    codes: np.ndarray,
    kept: int,
    first_size: int,
    small: int,
) -> int:
    """Split the `used` configurations at a depth by one more variable, into the depth below.

    Only the first `kept` categories are followed up. The first variable, with `first_size`
    categories, stays the fastest in the joint table. Returns how many configurations there are
    then.
    """
    masks, rows, sizes, cells, places = _at_depth(room, depth)
    new_masks, new_rows, new_sizes, new_cells, new_places = _at_depth(room, depth + 1)
    across = categories.shape[0]
    starts = np.empty(across + 1, np.int64)
    count = 0
    mask = 0
    listed = 0
    for c in range(used):
        cell = (cells[c] // first_size) * across * first_size + cells[c] % first_size
        if places[c] >= 0:
            for value in range(kept):
                size = np.int64(intersect(masks[places[c]], categories[value], new_masks[mask]))
                if size == 0:
                    continue
                if size < small:
                    new_places[count] = -1 - listed
                    listed = _list_bits(new_masks[mask], new_rows, listed)
                else:
                    new_places[count] = mask
                    mask += 1
                new_sizes[count] = size
                new_cells[count] = cell + value * first_size
                count += 1
            continue
        # Sort the list by category; each start moves to its category's end meanwhile.
        first = -1 - places[c]
        for value in range(across + 1):
            starts[value] = 0
        for k in range(first, first + sizes[c]):
            starts[codes[rows[k]] + 1] += 1
        starts[0] = listed
        for value in range(across):
            starts[value + 1] += starts[value]
        for k in range(first, first + sizes[c]):
            value = codes[rows[k]]
            new_rows[starts[value]] = rows[k]
            starts[value] += 1
        begin = listed
        for value in range(kept):
            if starts[value] > begin:
                new_places[count] = -1 - begin
                new_sizes[count] = starts[value] - begin
                new_cells[count] = cell + value * first_size
                count += 1
            begin = starts[value]
        listed = starts[across - 1]
    return count


@njit(cache=True, nogil=True)
def fill_table(
    room: Room,
    depth: int,
    used: int,
    categories: np.ndarray,
    codes: np.ndarray,
    first_size: int,
    table: np.ndarray,
) -> None:
    """Count one more variable within each configuration at a depth, into its cells of a table."""
    for k in range(table.shape[0]):
        table[k] = 0
    masks, rows, sizes, cells, places = _at_depth(room, depth)
    across = categories.shape[0]
    for c in range(used):
        cell = (cells[c] // first_size) * across * first_size + cells[c] % first_size
        if places[c] >= 0:
            # The last category follows by subtraction.
            left = sizes[c]
            for value in range(across - 1):
                size = np.int64(count_common(masks[places[c]], categories[value]))
                table[cell + value * first_size] = size
                left -= size
            table[cell + (across - 1) * first_size] = left
        else:
            first = -1 - places[c]
            for k in range(first, first + sizes[c]):
                table[cell + codes[rows[k]] * first_size] += 1
