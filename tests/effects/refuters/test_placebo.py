"""The placebo: permutations, told apart from an effect, and not from none."""

import numpy as np
import pytest

from causattn.effects import refute
from causattn.effects.refuters.placebo import REFUTER
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


def test_rows_are_in_another_order(make_table) -> None:
    one = effect(make_table, "linear")
    for change in changes(REFUTER, one, 3):
        assert change.treatment is not None
        assert sorted(change.treatment) == list(range(one.rows))


@pytest.mark.parametrize("estimator", BY)
def test_placebos_are_about_nothing(make_table, estimator: str) -> None:
    one = effect(make_table, estimator)
    draws = one.again(changes(REFUTER, one, 60))
    assert abs(draws.estimates.mean()) < 4 * draws.estimates.std() / np.sqrt(60)
    assert draws.estimates.std() == pytest.approx(one.standard_error, rel=0.4)
