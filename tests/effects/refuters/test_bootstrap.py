"""The bootstrap: rows with replacement, scattering as the standard error says."""

import numpy as np
import pytest

from causattn.effects import refute
from causattn.effects.refuters.bootstrap import REFUTER
from tests.effects.refuters.effects import BY, changes, effect, judged


@pytest.mark.parametrize("estimator", BY)
def test_bootstraps_scatter_as_the_standard_error_says(make_table, estimator: str) -> None:
    one = effect(make_table, estimator)
    found = refute(one, REFUTER, 60, np.random.default_rng(0), 0.01)
    assert found.outcome == "passed"
    assert 0.5 < found.measure < 2.0


def test_rows_are_drawn_with_replacement(make_table) -> None:
    one = effect(make_table, "linear")
    for change in changes(REFUTER, one, 3):
        assert change.times is not None
        assert change.times.sum() == one.rows
        assert change.times.max() > 1
    noise = np.random.default_rng(0).normal(0.0, 2 * one.scatter_error, 100)
    assert judged(REFUTER, one, one.estimate + noise, 0.01).outcome == "failed"
