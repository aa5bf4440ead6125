"""The hidden cause: as strong as asked for, and the more of an effect it fakes the stronger."""

import numpy as np
import pytest

from causattn.base import ConfigError
from causattn.effects import refute
from causattn.effects.refuters.unobserved_common_cause import REFUTER, HiddenCauseSettings
from tests.effects.refuters.effects import BY, effect


@pytest.mark.parametrize("estimator", BY)
def test_a_weak_hidden_cause_does_not_fake_a_strong_effect(make_table, estimator: str) -> None:
    one = effect(make_table, estimator)
    rng = np.random.default_rng(0)
    assert refute(one, REFUTER, 19, rng, 0.05, {"strength": 0.001}).outcome == "passed"
    assert refute(one, REFUTER, 19, rng, 0.05, {"strength": 0.5}).outcome == "failed"


def test_the_cause_explains_its_share_of_both(make_table) -> None:
    one = effect(make_table, "linear", rows=20_000)
    left = one.residuals()
    assert left is not None
    change = REFUTER.draw(one, HiddenCauseSettings(0.3), np.random.default_rng(0))
    assert change is not None
    assert change.made is not None
    assert np.corrcoef(left[0], change.made[0])[0, 1] == pytest.approx(0.3, abs=0.02)
    assert change.made[0].std() == pytest.approx(left[1][0].std(), rel=0.03)
    with pytest.raises(ConfigError, match="between 0 and 1"):
        HiddenCauseSettings(0.0)
