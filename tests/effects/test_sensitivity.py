"""Sensitivity measures against their definitions, DoWhy's analyzer, and published examples."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from dowhy.causal_refuters.linear_sensitivity_analyzer import LinearSensitivityAnalyzer

from causattn.effects import Design, LinearEffects
from causattn.effects.estimate.linear_effects import LinearEffect
from causattn.effects.estimate.sensitivity import (
    e_value,
    e_value_of_risks,
    partial_r2,
    robustness_value,
    sensitivity_columns,
)


@pytest.mark.parametrize("statistic", [0.3, 2.5, 9.0, 60.0])
@pytest.mark.parametrize("degrees", [30, 800])
def test_robustness_values_are_dowhys(statistic: float, degrees: int) -> None:
    theirs = LinearSensitivityAnalyzer.__new__(LinearSensitivityAnalyzer)
    theirs.t_stats, theirs.degree_of_freedom = statistic, degrees
    theirs.percent_change_estimate = 1.0
    for alpha in (1.0, 0.05):
        expected = theirs.robustness_value_func(alpha=alpha)
        assert robustness_value(statistic, degrees, alpha) == pytest.approx(expected, abs=1e-9)


def test_a_cause_as_strong_as_the_robustness_value_takes_the_effect_away(make_table) -> None:
    """Build the hidden cause: partial R2 of RV with treatment and outcome, estimate exactly 0."""
    rng = np.random.default_rng(0)
    source = rng.normal(size=400)
    target = 0.4 * source + rng.normal(size=400)
    effect = LinearEffects(Design(make_table(source=source, target=target)), "classical").estimate(
        0, 1, ()
    )
    assert isinstance(effect, LinearEffect)
    statistic = effect.estimate / effect.standard_error
    value = robustness_value(statistic, effect.fits.degrees)
    x = effect.fits.residual[0, 0] / np.linalg.norm(effect.fits.residual[0, 0])
    y = effect.fits.errors[0, 0] / np.linalg.norm(effect.fits.errors[0, 0])
    other = rng.normal(size=400)
    for direction in (np.ones(400) / 20, x, y):
        other -= direction * (direction @ other)
    other /= np.linalg.norm(other)
    rest = math.sqrt(1 - value)
    hidden = math.sqrt(value) * x + rest * (math.sqrt(value) * y + rest * other)
    columns = sm.add_constant(np.column_stack([source, hidden]))
    assert sm.OLS(target, columns).fit().params[1] == pytest.approx(0, abs=1e-9)


def test_e_values_are_the_published_ones() -> None:
    # VanderWeele and Ding (2017), abstract and table 2: RR 3.9 has 7.26, its limit 1.8 has 3.0.
    assert e_value(3.9) == pytest.approx(7.26, abs=0.005)
    assert e_value(1.8) == pytest.approx(3.0, abs=0.005)
    assert e_value(1 / 3.9) == pytest.approx(e_value(3.9))
    assert e_value(1.0) == 1.0
    assert e_value_of_risks(0.1, 0.1) == pytest.approx(e_value(2.0))
    assert math.isnan(e_value_of_risks(0.5, 0.6))
    with pytest.raises(ValueError, match="positive"):
        e_value(0.0)


def test_columns_of_a_discrete_effect(make_table) -> None:
    source = np.repeat([0, 1], 500)
    target = np.concatenate([np.arange(500) < 50, np.arange(500) < 150])
    table = make_table((("no", "yes"),) * 2, source=source, target=target)
    effect = LinearEffects(Design(table)).estimate(0, 1, (), ("no", "yes"))
    assert isinstance(effect, LinearEffect)
    found = sensitivity_columns(effect, 0.95)
    assert found["sensitivity_e_value"] == pytest.approx(e_value(3.0))
    assert 0 < found["sensitivity_robustness_interval"] < found["sensitivity_robustness"] < 1
    fitted = sm.OLS(target.astype(float), sm.add_constant(source)).fit()
    assert found["sensitivity_partial_r2"] == pytest.approx(fitted.rsquared)
    assert partial_r2(math.inf, 10) == robustness_value(math.inf, 10) == 1.0
