"""FLOP's package, where it is installed, beside our own search."""

import numpy as np
import pytest

from causattn.discovery import discover, ils

flopsearch = pytest.importorskip("flopsearch")


def test_the_same_class_as_our_own_search():
    rng = np.random.default_rng(3)
    weights = np.triu(rng.random((12, 12)) < 0.3, 1) * rng.uniform(0.5, 1.5, (12, 12))
    data = rng.normal(size=(2000, 12)) @ np.linalg.inv(np.eye(12) - weights)
    found = discover({"kind": "flop", "penalty": 1.0}, data)
    assert np.array_equal(found.marks, ils(data, penalty=1.0).marks)
    assert "penalty 1 log n" in found.algorithm


def test_the_price_is_in_our_units():
    rng = np.random.default_rng(0)
    cause = rng.normal(size=1000)
    # A correlation whose likelihood ratio lies between the two prices.
    data = np.column_stack([cause, 0.1 * cause + rng.normal(size=1000)])
    gain = -500 * np.log(1 - np.corrcoef(data.T)[0, 1] ** 2) / np.log(1000)
    assert gain > 0.5
    for penalty in (gain - 0.05, gain + 0.05):
        found = discover({"kind": "flop", "penalty": penalty}, data)
        assert len(list(found.edges())) == (penalty < gain)
