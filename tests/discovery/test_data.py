"""The table as algorithms see it, and what none of them takes."""

import numpy as np
import pandas as pd
import pytest

from causattn.base import DataError
from causattn.discovery import as_discovery_data

RNG = np.random.default_rng(0)
FLOATS = RNG.normal(size=(50, 3))
CODES = RNG.integers(0, 3, size=(50, 3))


def test_a_category_keeps_its_code_where_no_row_has_it():
    data = as_discovery_data(np.array([[0, 1], [1, 0], [2, 1]]))
    part = data.take(np.array([0, 0, 2]))
    assert part.cardinalities.tolist() == [3, 2]
    assert part.codes[:, 0].tolist() == [0, 0, 2]


def test_discretised_columns_have_equal_frequencies():
    data = as_discovery_data(FLOATS).discretised(5)
    assert data.kind == "discrete"
    assert np.bincount(data.codes[:, 0]).tolist() == [10] * 5


def test_discretised_ties_leave_fewer_categories():
    data = as_discovery_data(np.array([[0.0, 1], [0, 2], [0, 3], [1, 4]])).discretised(4)
    assert data.cardinalities[0] == 2


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (np.empty((0, 3)), "2 variables and 2 rows"),
        (FLOATS[:, :1], "2 variables and 2 rows"),
        (np.where(FLOATS > 2, np.nan, FLOATS), "missing value"),
        (np.column_stack([FLOATS, np.full(50, np.inf)]), "infinite"),
        (np.column_stack([FLOATS[:, :1], np.ones(50)]), "X2 has the same value in every row"),
        (FLOATS * 1e200, "X1 has values up to .*e.200, whose squares"),
        (FLOATS * 1e-310, "X1 has values up to .*e-3.., whose squares"),
        (np.column_stack([CODES, np.arange(50)]), "X4 has 50 categories in 50 rows"),
        (pd.DataFrame({"a": ["x", None, "y"], "b": [1, 2, 3]}), "a has 1 missing value;"),
        (pd.DataFrame(CODES, columns=["a", "b", "a"]), "a stand twice"),
    ],
)
def test_what_cannot_be_used_is_a_sentence(table, sentence):
    with pytest.raises(DataError, match=sentence):
        as_discovery_data(table)


def test_ten_thousand_categories():
    table = np.column_stack([np.arange(10_000) % 9_999, np.arange(10_000) % 2])
    with pytest.raises(DataError, match="X1 has 9999 categories in 10000 rows"):
        as_discovery_data(table)
