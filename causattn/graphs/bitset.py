"""Sets of variables as bits: machine words for compiled kernels, Python integers for plain code.

Bit i of a set is variable i. A compiled set is uint64 ``[words]`` with variable i in bit ``i % 64``
of word ``i // 64``; a family of sets (one a variable) is uint64 ``[p, words]``. Set operations then
cost a handful of instructions, and members come out in ascending order, which is what makes the
searches built on them deterministic.

This module imports numba, so plain code takes only `rows_as_integers` and `members`, which live in
`causattn.graphs.marks`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from causattn.base import njit

WORD = 64


def _trailing_zeros(typing_context: Any, word: Any) -> Any:
    """Return the index of the lowest set bit of a nonzero uint64, as one machine instruction."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        false = context.get_constant(types.boolean, False)
        return builder.cttz(arguments[0], false)

    return types.int64(types.uint64), generate


def _population_count(typing_context: Any, word: Any) -> Any:
    """Return the number of set bits of a uint64, as one machine instruction."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate


trailing_zeros: Any = intrinsic(_trailing_zeros)
population_count: Any = intrinsic(_population_count)


@njit(cache=True, nogil=True)
def pack(matrix: np.ndarray) -> np.ndarray:
    """Return the rows of a 0/1 matrix [p, q] as sets, uint64 [p, words]."""
    rows, columns = matrix.shape
    words = (columns + 63) // 64
    sets = np.zeros((rows, words), dtype=np.uint64)
    for i in range(rows):
        for j in range(columns):
            if matrix[i, j]:
                sets[i, j >> 6] |= np.uint64(1) << np.uint64(j & 63)
    return sets


@njit(cache=True, nogil=True)
def unpack(sets: np.ndarray, columns: int) -> np.ndarray:
    """Return sets as the rows of a uint8 0/1 matrix [rows, columns]."""
    matrix = np.zeros((sets.shape[0], columns), dtype=np.uint8)
    for i in range(sets.shape[0]):
        for w in range(sets.shape[1]):
            word = sets[i, w]
            while word:
                matrix[i, (w << 6) + trailing_zeros(word)] = 1
                word &= word - np.uint64(1)
    return matrix


@njit(cache=True, nogil=True)
def has(members: np.ndarray, i: int) -> bool:
    """Return whether variable i is in a set."""
    return (members[i >> 6] >> np.uint64(i & 63)) & np.uint64(1) != 0


@njit(cache=True, nogil=True)
def add(members: np.ndarray, i: int) -> None:
    """Put variable i into a set."""
    members[i >> 6] |= np.uint64(1) << np.uint64(i & 63)


@njit(cache=True, nogil=True)
def drop(members: np.ndarray, i: int) -> None:
    """Take variable i out of a set."""
    members[i >> 6] &= ~(np.uint64(1) << np.uint64(i & 63))


@njit(cache=True, nogil=True)
def list_members(members: np.ndarray, out: np.ndarray) -> int:
    """Write a set's members to `out` in ascending order and return how many they are."""
    count = 0
    for w in range(members.shape[0]):
        word = members[w]
        while word:
            out[count] = (w << 6) + trailing_zeros(word)
            count += 1
            word &= word - np.uint64(1)
    return count
