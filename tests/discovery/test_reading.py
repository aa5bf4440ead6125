"""What a user gives becomes a table, or a sentence."""

import warnings

import numpy as np
import pandas as pd
import pytest

from causattn.base import DataError
from causattn.discovery import as_discovery_data, discover, pc

RNG = np.random.default_rng(0)
FLOATS = RNG.normal(size=(50, 3))
CODES = RNG.integers(0, 3, size=(50, 3))


def test_kind_follows_the_type_of_the_numbers():
    assert as_discovery_data(FLOATS).kind == "continuous"
    assert as_discovery_data(CODES).kind == "discrete"
    frame = pd.DataFrame({"a": FLOATS[:, 0], "b": CODES[:, 0], "c": ["x", "y"] * 25})
    data = as_discovery_data(frame)
    assert data.kind == "mixed"
    assert data.categories == (None, 3, 2)
    assert as_discovery_data(CODES > 0).categories == (2, 2, 2)


def test_codes_are_dense_and_keep_the_order_of_values():
    data = as_discovery_data(np.array([[10, 0], [-5, 1], [10, 0], [7, 1]]))
    assert data.codes[:, 0].tolist() == [2, 0, 2, 1]


def test_arrays_get_names():
    assert as_discovery_data(FLOATS).names == ("X1", "X2", "X3")
    assert as_discovery_data(FLOATS, list("abc")).names == ("a", "b", "c")


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (np.zeros(4), "not shape"),
        (np.ma.masked_array(FLOATS, FLOATS > 2), "values of the array are masked"),
        ([[1.0, 2.0], [3.0]], "not all of one length"),
        (np.array([[[1], 2], [[2, 3], 4]], dtype=object), "X1 holds a list in a cell"),
        (FLOATS + 1j, "complex"),
    ],
)
def test_what_is_no_table_is_a_sentence(table, sentence):
    with pytest.raises(DataError, match=sentence):
        as_discovery_data(table)


def test_names_must_fit():
    with pytest.raises(DataError, match="2 names were given for 3 columns"):
        as_discovery_data(FLOATS, ["a", "b"])
    with pytest.raises(DataError, match="names its own columns"):
        as_discovery_data(pd.DataFrame(FLOATS), ["a", "b", "c"])


def test_counts_are_noticed():
    counts = np.random.default_rng(0).poisson(4, size=(300, 4))
    for table in (counts, pd.DataFrame(counts, columns=["X1", "X2", "X3", "X4"])):
        with pytest.warns(UserWarning, match=r"X1, X2, X3, X4: more than 10 different integers"):
            assert as_discovery_data(table).kind == "discrete"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        as_discovery_data(CODES)
        as_discovery_data(counts.astype(float))
        as_discovery_data(pd.DataFrame(counts).astype(str))


@pytest.mark.parametrize("ask", [as_discovery_data, pc, lambda t: discover({"kind": "pc"}, t)])
def test_a_warning_stands_at_the_users_line(ask):
    table = np.random.default_rng(0).poisson(4, size=(300, 3))
    with pytest.warns(UserWarning, match="different integers") as caught:
        ask(table)
    assert [each.filename for each in caught] == [__file__]


def test_arrays_that_are_not_numpys_own():
    import torch

    assert np.array_equal(as_discovery_data(np.ma.masked_array(FLOATS)).values, FLOATS)
    kept = torch.tensor(FLOATS, requires_grad=True)
    assert np.array_equal(as_discovery_data(kept).values, FLOATS)
