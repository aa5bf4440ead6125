"""Sets of variables as Python integers: bit i is variable i.

For plain code: unions, differences and subset tests on integers of any length are single
operations, and nothing has to be compiled.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def rows_as_sets(matrix: np.ndarray) -> list[int]:
    """Return each row of a 0/1 matrix [p, q] as the set of its nonzero columns."""
    packed = np.packbits(np.asarray(matrix) != 0, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def sets_as_rows(sets: list[int], columns: int) -> np.ndarray:
    """Return sets as the rows of a uint8 0/1 matrix [len(sets), columns]."""
    width = (columns + 7) // 8
    data = b"".join(members.to_bytes(width, "little") for members in sets)
    packed = np.frombuffer(data, dtype=np.uint8).reshape(len(sets), width)
    return np.unpackbits(packed, axis=1, count=columns, bitorder="little")


def members(members_: int) -> Iterator[int]:
    """Yield the members of a set in ascending order."""
    while members_:
        lowest = members_ & -members_
        yield lowest.bit_length() - 1
        members_ ^= lowest
