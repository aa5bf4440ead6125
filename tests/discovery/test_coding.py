"""Codes of categories are those of numpy's sorted unique values, whatever the type."""

import numpy as np
import pytest

from causattn.discovery.coding import coded, coded_columns

RNG = np.random.default_rng(0)
COLUMNS = [
    np.array([-100, 100, 3, -100], np.int8),  # their difference is no int8
    np.array([-30_000, 30_000] * 40_000, np.int16),
    np.array([2**63, 2**63 + 7, 2**63], np.uint64),
    np.array([-(2**60), 2**60, 5]),
    np.array([True, False, True]),
    np.array(["b", "a", "b"]),
    np.array([0.5, -1.0, 0.5]),
    np.array(["x", 3, "x"], dtype=object),
    np.r_[np.zeros(600, int), 5, 9],  # a category that the first rows do not show
    *(RNG.integers(-k, 3 * k, 700).astype(kind) for k in (1, 9, 40) for kind in ("i1", "i4", "i8")),
]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: f"{column.dtype}-{column[0]}")
def test_a_column(column):
    plain = column.astype(str) if column.dtype == object else column
    levels, expected = np.unique(plain, return_inverse=True)
    found, count = coded(column)
    assert count == len(levels)
    np.testing.assert_array_equal(found, expected)


def test_a_table_is_turned_round_in_the_smallest_type():
    table = np.stack([RNG.integers(0, high, 5000) for high in (2, 256, 300)], axis=1)
    codes, counts = coded_columns(table)
    assert codes.shape == (3, 5000)
    assert codes.dtype == np.int32
    assert coded_columns(table[:, :2])[0].dtype == np.uint8
    np.testing.assert_array_equal(counts, [2, 256, 300])
    np.testing.assert_array_equal(codes.T, table)
