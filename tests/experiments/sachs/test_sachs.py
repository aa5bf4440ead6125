"""Reading the truth of 20 edges, and a distance that is missing."""

import numpy as np
import pytest

from causattn.base import DataError
from experiments.sachs.measure import _distance, read_twenty


def test_truth_is_read_by_name():
    names = ("Raf", "Plcg", "PIP2")
    graph = read_twenty("Graph Edges:\n1. plc --> pip2\n2. raf --> plc\n", names)
    expected = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    np.testing.assert_array_equal(graph.adjacency(direction="from row to column"), expected)


def test_truth_of_something_else_is_refused():
    with pytest.raises(DataError, match="erk --> akt, which the cells do not measure"):
        read_twenty("1. erk --> akt", ("Raf", "Mek"))


def test_no_distance_is_not_a_distance_of_nothing():
    assert _distance({"shd": 3}) == 3
    with pytest.raises(AssertionError):
        _distance({"shd": None})
