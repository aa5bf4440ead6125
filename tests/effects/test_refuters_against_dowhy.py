"""Refuters: each draw is DoWhy's on the same data, p-values are uniform, and there is power."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from causattn.effects import (
    REFUTERS,
    TREATMENT,
    Design,
    Draws,
    LinearEffect,
    LinearEffects,
    Refutation,
    dowhy_frame,
    dowhy_linear,
    refute,
)
from causattn.effects.estimate.regression import fit
from causattn.effects.refuters.judging import shift

ROWS = 300
RIGHT = ("placebo", "random_common_cause", "data_subset", "bootstrap", "dummy_outcome")


def planted(make_table, seed: int, effect: float = 0.0, rows: int = ROWS) -> LinearEffect:
    """Return a continuous effect with two confounders, adjusted for; the model is right."""
    rng = np.random.default_rng([seed, 1])
    causes = rng.normal(size=(rows, 2))
    source = causes @ [1.0, 1.0] + rng.normal(size=rows)
    target = effect * source + causes @ [1.0, -2.0] + rng.normal(size=rows)
    table = make_table(source=source, target=target, one=causes[:, 0], two=causes[:, 1])
    found = LinearEffects(Design(table), "classical").estimate(0, 1, (2, 3))
    assert isinstance(found, LinearEffect)
    return found


def discrete(make_table, seed: int, rows: int = ROWS) -> LinearEffect:
    """Return the effect, in truth none, between features of three values with a common cause."""
    rng = np.random.default_rng([seed, 2])
    cause = rng.integers(0, 3, rows)
    source = (cause + rng.integers(0, 3, rows) * (rng.random(rows) < 0.6)) % 3
    target = (cause + rng.integers(0, 3, rows)) % 3
    table = make_table((tuple("abc"),) * 3, source=source, target=target, cause=cause)
    found = LinearEffects(Design(table)).estimate(0, 1, (2,))
    assert isinstance(found, LinearEffect)
    return found


def drawn(
    effect: LinearEffect, name: str, draws: int, rng: np.random.Generator, **settings: float
) -> Draws:
    """Return an effect's estimates on a refuter's draws."""
    refuter = REFUTERS[name]
    options = refuter.settings(**settings)
    changes = [refuter.draw(effect, options, rng) for _ in range(draws)]
    return effect.again([change for change in changes if change is not None])


def refuted(
    effect: LinearEffect, name: str, draws: int, rng: np.random.Generator, alpha: float = 0.05
) -> Refutation:
    return refute(effect, name, draws, rng, alpha)


def adjustment_of(effect: LinearEffect) -> np.ndarray:
    return effect.basis.vectors[:, 1:]


@pytest.mark.parametrize("make_effect", [planted, discrete])
def test_placebo_draws_are_dowhys_on_the_same_permutation(make_table, make_effect) -> None:
    effect = make_effect(make_table, 0)
    found = drawn(effect, "placebo", 4, np.random.default_rng(9)).estimates
    rng = np.random.default_rng(9)
    frame, names = dowhy_frame(effect, adjustment_of(effect))
    others = [name for name in names if not set(np.unique(frame[name])) - {0.0, 1.0}]
    for value in found:
        order = rng.permutation(ROWS)
        changed = frame.copy()
        # The treatment's own columns move together; the adjustment stays.
        changed[[TREATMENT, *others]] = frame[[TREATMENT, *others]].to_numpy()[order]
        assert value == pytest.approx(dowhy_linear(changed, names, 0.95).estimate, abs=1e-6)


@pytest.mark.parametrize("make_effect", [planted, discrete])
def test_classical_placebos_are_those_of_the_whole_regression(make_table, make_effect) -> None:
    effect = replace(make_effect(make_table, 0), standard_error_kind="classical")
    found = drawn(effect, "placebo", 5, np.random.default_rng(9))
    rng = np.random.default_rng(9)
    permuted = np.stack([effect.treatment.columns.T[:, rng.permutation(ROWS)] for _ in range(5)])
    fits = fit(effect.basis, permuted, effect.outcome_residual)
    effects = fits.effects(effect.treatment.contrasts)
    errors = fits.standard_errors(effect.treatment.contrasts, "classical")
    np.testing.assert_allclose(found.estimates, effects[:, effect.contrast, effect.column])
    np.testing.assert_allclose(found.statistic, np.abs(effects / errors).max(axis=(1, 2)))


@pytest.mark.parametrize("make_effect", [planted, discrete])
def test_random_common_cause_draws_are_dowhys_on_the_same_cause(make_table, make_effect) -> None:
    effect = make_effect(make_table, 0)
    found = drawn(effect, "random_common_cause", 4, np.random.default_rng(9)).estimates
    rng = np.random.default_rng(9)
    frame, names = dowhy_frame(effect, adjustment_of(effect))
    for value in found:
        changed = frame.assign(w_random=rng.normal(size=ROWS))
        theirs = dowhy_linear(changed, [*names, "w_random"], 0.95).estimate
        assert value == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize("fraction", [0.8, 0.3])
@pytest.mark.parametrize("make_effect", [planted, discrete])
def test_subset_draws_are_dowhys_on_the_same_rows(make_table, make_effect, fraction) -> None:
    effect = make_effect(make_table, 0)
    found = drawn(effect, "data_subset", 4, np.random.default_rng(9), fraction=fraction).estimates
    rng = np.random.default_rng(9)
    frame, names = dowhy_frame(effect, adjustment_of(effect))
    kept = round(fraction * ROWS)
    for value in found:
        picked = rng.choice(ROWS, min(kept, ROWS - kept), replace=False, shuffle=False)
        rows = picked if kept <= ROWS - kept else np.setdiff1d(np.arange(ROWS), picked)
        part = frame.iloc[np.sort(rows)].reset_index(drop=True)
        assert value == pytest.approx(dowhy_linear(part, names, 0.95).estimate, abs=1e-6)


@pytest.mark.parametrize("make_effect", [planted, discrete])
def test_bootstrap_and_dummy_outcome_draws_are_dowhys_on_the_same_rows(
    make_table, make_effect
) -> None:
    effect = make_effect(make_table, 0)
    frame, names = dowhy_frame(effect, adjustment_of(effect))
    found = drawn(effect, "bootstrap", 3, np.random.default_rng(9)).estimates
    rng = np.random.default_rng(9)
    for value in found:
        part = frame.iloc[rng.integers(0, ROWS, ROWS)].reset_index(drop=True)
        assert value == pytest.approx(dowhy_linear(part, names, 0.95).estimate, abs=1e-6)
    found = drawn(effect, "dummy_outcome", 3, np.random.default_rng(9)).estimates
    rng = np.random.default_rng(9)
    for value in found:
        changed = frame.assign(outcome=frame["outcome"].to_numpy()[rng.permutation(ROWS)])
        assert value == pytest.approx(dowhy_linear(changed, names, 0.95).estimate, abs=1e-6)


@pytest.mark.parametrize("name", REFUTERS)
def test_every_draw_is_distinct_and_does_not_depend_on_their_number(make_table, name) -> None:
    effect = planted(make_table, 3, rows=6000)
    many = drawn(effect, name, 120, np.random.default_rng(1)).estimates
    few = drawn(effect, name, 7, np.random.default_rng(1)).estimates
    other = drawn(effect, name, 7, np.random.default_rng(2)).estimates
    assert len(np.unique(many)) == 120
    np.testing.assert_allclose(many[:7], few, rtol=1e-9)
    assert not np.any(np.isclose(few, other, rtol=1e-12, atol=0))


@pytest.mark.parametrize("make_effect", [planted, discrete])
def test_p_values_are_uniform_where_the_model_is_right(make_table, make_effect) -> None:
    p = []
    for seed in range(150):
        effect, rng = make_effect(make_table, seed), np.random.default_rng([seed, 3])
        p.append([refuted(effect, name, 60, rng).p for name in RIGHT])
    for column in np.transpose(p):
        assert scipy.stats.kstest(column, "uniform").pvalue > 0.01
        assert np.mean(column < 0.05) < 0.11


def hidden(make_table, seed: int, strength: float, effect: float = 0.0) -> LinearEffect:
    """Return an effect with a hidden cause that explains `strength` of both residuals."""
    rng = np.random.default_rng([seed, 7])
    cause, given = rng.normal(size=(2, ROWS))
    sign = rng.choice([-1.0, 1.0])
    through, beside = np.sqrt(strength), np.sqrt(1.0 - strength)
    source = through * cause + beside * rng.normal(size=ROWS) + given
    target = sign * through * cause + beside * rng.normal(size=ROWS) + effect * source - given
    table = make_table(source=source, target=target, given=given)
    found = LinearEffects(Design(table), "classical").estimate(0, 1, (2,))
    assert isinstance(found, LinearEffect)
    return found


def test_an_unobserved_common_cause_of_the_stated_strength_gives_uniform_p(make_table) -> None:
    def p_of(seed: int, strength: float, effect: float = 0.0) -> float:
        found = hidden(make_table, seed, strength, effect)
        rng = np.random.default_rng([seed, 5])
        strong = {"strength": 0.1}
        return refute(found, "unobserved_common_cause", 60, rng, 0.05, strong).p

    exact = [p_of(seed, 0.1) for seed in range(150)]
    assert scipy.stats.kstest(exact, "uniform").pvalue > 0.01
    weaker = [p_of(seed, 0.03) for seed in range(40)]
    assert np.mean(np.array(weaker) <= 0.05) <= 0.05
    planted_effect = [p_of(seed, 0.0, 0.5) for seed in range(30)]
    assert np.mean(np.array(planted_effect) <= 0.05) > 0.9
    # A cause three times as strong as allowed for is seen, too: what it fakes is called an effect.
    stronger = [p_of(seed, 0.4) for seed in range(30)]
    assert np.mean(np.array(stronger) <= 0.05) > 0.9


def test_placebo_has_power_where_there_is_an_effect(make_table) -> None:
    passed = [
        refuted(planted(make_table, seed, 0.3), "placebo", 60, np.random.default_rng(seed))
        for seed in range(30)
    ]
    assert np.mean([refutation.outcome == "passed" for refutation in passed]) > 0.9
    # The placebos themselves have no effect.
    assert abs(np.mean([refutation.measure for refutation in passed])) < 0.01


def test_placebo_must_compare_ratios_not_estimates(make_table) -> None:
    """Permuting frees the treatment from its causes, so that raw estimates scatter too little."""
    wrong = []
    for seed in range(150):
        effect = planted(make_table, seed)
        draws = drawn(effect, "placebo", 60, np.random.default_rng(seed)).estimates
        wrong.append((1 + np.sum(np.abs(draws) >= abs(effect.estimate))) / 61)
    assert np.mean(np.array(wrong) < 0.05) > 0.1


def test_data_subset_has_power_against_too_narrow_an_interval(make_table) -> None:
    """Errors that grow with the treatment's distance from its mean make classical errors wrong."""
    outcomes = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        source = rng.standard_t(3, size=ROWS)
        target = source * rng.normal(size=ROWS) * 2
        table = make_table(source=source, target=target)
        for kind in ("classical", "robust"):
            effect = LinearEffects(Design(table), kind).estimate(0, 1, ())  # type: ignore[arg-type]
            assert isinstance(effect, LinearEffect)
            outcomes.append(refuted(effect, "data_subset", 100, rng, 0.01).outcome == "failed")
    classical, robust = outcomes[::2], outcomes[1::2]
    assert np.mean(classical) > 0.8
    assert np.mean(robust) < 0.2


def test_a_cause_that_is_not_independent_shifts_the_estimate(make_table) -> None:
    """The test of the shift has power: estimates move once a real confounder joins the set."""
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=2000)
    source = hidden + rng.normal(size=2000)
    frame = pd.DataFrame({TREATMENT: source, "outcome": hidden + rng.normal(size=2000)})
    plain = dowhy_linear(frame, [], 0.95)
    error = (plain.high - plain.low) / 2 / 1.96
    shifts = []
    for _ in range(20):
        noisy = hidden + rng.normal(size=2000)
        moved = dowhy_linear(frame.assign(w=noisy), ["w"], 0.95)
        shifts.append((moved.estimate - plain.estimate) / error)
    assert shift(np.array(shifts), 0.01).outcome == "failed"
    harmless = np.random.default_rng(1).normal(scale=0.01, size=50)
    assert shift(harmless, 0.01).outcome == "passed"


def test_what_cannot_be_refuted_says_so(make_table) -> None:
    base = np.arange(200) % 2
    table = make_table((("no", "yes"),) * 2, source=base, target=base)
    effect = LinearEffects(Design(table)).estimate(0, 1, ())
    assert isinstance(effect, LinearEffect)
    rng = np.random.default_rng(0)
    assert refuted(effect, "placebo", 30, rng).outcome == "passed"
    for name in ("random_common_cause", "data_subset"):
        refutation = refuted(effect, name, 30, rng)
        assert refutation.outcome.startswith("Not run")
        assert np.isnan(refutation.p)
