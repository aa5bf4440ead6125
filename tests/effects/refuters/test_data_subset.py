"""Subsets: as many rows as asked for, and a scatter that the standard error must explain."""

import numpy as np
import pytest

from causattn.base import ConfigError
from causattn.effects import refute
from causattn.effects.refuters.data_subset import REFUTER, SubsetSettings
from tests.effects.refuters.effects import BY, changes, effect, judged


@pytest.mark.parametrize("estimator", BY)
def test_subsets_scatter_as_the_standard_error_says(make_table, estimator: str) -> None:
    one = effect(make_table, estimator)
    found = refute(one, REFUTER, 60, np.random.default_rng(0), 0.01)
    assert found.outcome == "passed"
    assert 0.5 < found.measure < 2.0


def test_a_subset_has_its_share_of_rows(make_table) -> None:
    one = effect(make_table, "linear")
    for fraction in (0.8, 0.3):
        change = REFUTER.draw(one, SubsetSettings(fraction), np.random.default_rng(0))
        assert change.times is not None
        assert set(change.times) == {0, 1}
        assert change.times.sum() == round(fraction * one.rows)
    with pytest.raises(ConfigError, match="between 0 and 1"):
        SubsetSettings(1.0)


def test_too_narrow_an_interval_fails(make_table) -> None:
    one = effect(make_table, "linear")
    expected = one.scatter_error * 0.5
    noise = np.random.default_rng(0).normal(0.0, expected, 100)
    assert judged(REFUTER, one, one.estimate + noise, 0.01).outcome == "passed"
    assert judged(REFUTER, one, one.estimate + 2 * noise, 0.01).outcome == "failed"
    assert len(changes(REFUTER, one, 4)) == 4
