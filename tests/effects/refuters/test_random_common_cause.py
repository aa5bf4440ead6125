"""The random common cause: nothing moves, and what moves is caught."""

import numpy as np
import pytest

from causattn.effects import Change, refute
from causattn.effects.refuters.random_common_cause import REFUTER
from tests.effects.refuters.effects import BY, changes, effect, judged


@pytest.mark.parametrize("estimator", BY)
def test_a_random_column_moves_nothing(make_table, estimator: str) -> None:
    one = effect(make_table, estimator)
    found = refute(one, REFUTER, 20, np.random.default_rng(0), 0.01)
    assert found.outcome == "passed"
    assert abs(found.measure) < 0.1


@pytest.mark.parametrize("estimator", ["linear", "standardised", "cross_fitted"])
def test_a_column_that_decides_the_source_moves_it(make_table, estimator: str) -> None:
    """The outcome's own noise, as a column, changes the estimate: the change is really made."""
    one = effect(make_table, estimator)
    left = one.residuals()
    assert left is not None
    column = left[0] + left[1][0]
    estimates = one.again([Change(column=column)]).estimates
    assert abs(estimates[0] - one.estimate) > one.standard_error


def test_shifts_are_told(make_table) -> None:
    one = effect(make_table, "linear")
    noise = np.random.default_rng(0).normal(0.5, 0.2, 30) * one.standard_error
    assert judged(REFUTER, one, one.estimate + noise, 0.01).outcome == "failed"
    even = np.concatenate([noise, -noise])
    assert judged(REFUTER, one, one.estimate + even, 0.01).outcome == "passed"
    assert all(change.column is not None for change in changes(REFUTER, one, 2))
