"""The dummy outcome: an outcome in another order, which nothing causes."""

import numpy as np
import pytest

from causattn.effects import refute
from causattn.effects.refuters.dummy_outcome import REFUTER
from tests.effects.refuters.effects import BY, changes, effect


@pytest.mark.parametrize("estimator", BY)
def test_an_effect_stands_out_and_none_does_not(make_table, estimator: str) -> None:
    strong = effect(make_table, estimator)
    assert refute(strong, REFUTER, 19, np.random.default_rng(0), 0.05).outcome == "passed"
    found = []
    for seed in range(12):
        none = effect(make_table, estimator, seed, 0.0)
        found.append(refute(none, REFUTER, 19, np.random.default_rng(seed), 0.05).outcome)
    assert found.count("passed") <= 3


@pytest.mark.parametrize("estimator", BY)
def test_outcomes_in_another_order_have_no_cause(make_table, estimator: str) -> None:
    one = effect(make_table, estimator)
    made = changes(REFUTER, one, 60)
    assert all(sorted(change.outcome) == list(range(one.rows)) for change in made)
    draws = one.again(made)
    assert abs(draws.estimates.mean()) < 4 * draws.estimates.std() / np.sqrt(60)
