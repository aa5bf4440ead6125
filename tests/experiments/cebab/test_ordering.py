"""A claimed order held against planted errors."""

import numpy as np
import pytest

from causattn.effects import IcaceErrors
from experiments.cebab.icace import IcaceResult
from experiments.cebab.ordering import best_by, claimed_order


@pytest.fixture
def result():
    """Return errors of three methods: the second is worse than the first, the third better."""
    rng = np.random.default_rng(0)
    level = rng.normal(2.0, 0.5, 80)
    errors = {
        name: IcaceErrors(level + shift, 1.0 - level, level - 2 * shift)
        for name, shift in (("first", 0.0), ("worse", 0.4), ("better", -0.3))
    }
    originals = np.repeat(np.arange(40), 2).astype(str)
    return IcaceResult(errors, np.full(80, "food"), originals, np.zeros(80))


def test_order_counts_pairs_and_their_certainty(result):
    order = claimed_order(result, "first", ("worse", "first", "better"))
    assert (order.held, order.claimed, order.tau) == (1, 2, 0.0)
    table = order.table.set_index("after")
    assert table.loc["worse", "holds"]
    assert not table.loc["better", "holds"]
    # Errors go up and down together, so that the difference is certain.
    assert table.loc["worse", "difference (L2)"] == pytest.approx(0.4)
    assert table.loc["worse", "low"] == pytest.approx(0.4)
    assert table.loc["better", "share of resamples"] == 0
    assert claimed_order(result, "better", ("first", "worse")).tau == 1


def test_best_by_a_metric(result):
    methods = ("first", "worse", "better", "not run")
    assert best_by(result, "L2", methods) == "better"
    assert best_by(result, "norm difference", methods) == "worse"


def test_intervals_draw_reviews_with_all_their_pairs(result):
    table = result.table().set_index("method")
    values = result.errors["first"].l2.reshape(40, 2).mean(axis=1)
    width = table.loc["first", "L2, high"] - table.loc["first", "L2, low"]
    assert width == pytest.approx(2 * 1.96 * values.std() / np.sqrt(40), rel=0.1)
