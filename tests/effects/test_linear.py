"""Linear effects against DoWhy and statsmodels, and in simulations where the truth is planted."""

import itertools

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.effects import Design, LinearEffects, dowhy_linear
from causattn.effects.estimate.by_dowhy import dowhy_frame
from causattn.effects.estimate.linear_effects import LinearEffect


def mixed(make_table, seed: int, rows: int = 300):
    """Return a table of discrete and continuous columns that all depend on each other."""
    rng = np.random.default_rng(seed)
    cause = rng.integers(0, 3, rows)
    number = rng.normal(size=rows) * 10.0 ** rng.integers(-3, 4) + 5.0
    treated = (cause + rng.integers(0, 2, rows) + (number > 5.0)) % 4
    binary = (rng.random(rows) < 0.3 + 0.15 * cause).astype(int)
    outcome = ((treated == 2) + (cause == 1) + rng.integers(0, 2, rows)) % 3
    score = number + 0.3 * treated + rng.normal(size=rows)
    categories = (tuple("abc"), None, tuple("pqrs"), ("no", "yes"), tuple("xyz"), None)
    return make_table(
        categories,
        cause=cause,
        number=number,
        treated=treated,
        binary=binary,
        outcome=outcome,
        score=score,
    )


@given(st.integers(0, 10**6), st.permutations(range(6)), st.integers(0, 4))
@settings(max_examples=25, deadline=None)
def test_closed_form_is_dowhys_value(make_table, seed: int, order: list[int], size: int) -> None:
    table = mixed(make_table, seed)
    source, target, adjustment = order[0], order[1], tuple(sorted(order[2 : 2 + size]))
    design = Design(table, minimum_count=5)
    categories = table.categories[source]
    chosen = [None] if categories is None else list(itertools.permutations(categories, 2))
    for levels in (None, *chosen[:4]):
        effect = LinearEffects(design, "classical", 0.9).estimate(
            source, target, adjustment, levels
        )
        assert isinstance(effect, LinearEffect)
        frame, names = dowhy_frame(effect, design.adjustment(adjustment))
        theirs = dowhy_linear(frame, names, 0.9)
        scale = max(1.0, abs(theirs.estimate))
        assert effect.estimate == pytest.approx(theirs.estimate, abs=1e-6 * scale)
        if effect.compared == 1:
            assert effect.low == pytest.approx(theirs.low, abs=1e-6 * scale)
            assert effect.high == pytest.approx(theirs.high, abs=1e-6 * scale)
        else:
            assert effect.low <= theirs.low
            assert theirs.high <= effect.high


@pytest.mark.parametrize(("kind", "theirs"), [("classical", "nonrobust"), ("robust", "HC3")])
def test_standard_errors_are_those_of_statsmodels(make_table, kind: str, theirs: str) -> None:
    table = mixed(make_table, 1)
    effect = LinearEffects(Design(table), kind).estimate(3, 5, (0, 1))  # type: ignore[arg-type]
    assert isinstance(effect, LinearEffect)
    columns = np.column_stack([table.values[:, 3], Design(table).adjustment((0, 1))])
    fitted = sm.OLS(table.values[:, 5], sm.add_constant(columns)).fit(cov_type=theirs, use_t=True)
    sign = 1.0 if effect.treatment.labels[0] == ("no", "yes") else -1.0
    assert effect.estimate == pytest.approx(sign * fitted.params[1], rel=1e-9)
    assert effect.standard_error == pytest.approx(fitted.bse[1], rel=1e-9)


def test_conservative_is_the_larger_of_both(make_table) -> None:
    table = mixed(make_table, 2)
    found = {
        kind: LinearEffects(Design(table), kind).estimate(2, 4, (0,), ("p", "s"))  # type: ignore[arg-type]
        for kind in ("classical", "robust", "conservative")
    }
    for effect in found.values():
        assert isinstance(effect, LinearEffect)
    errors = {
        kind: effect.fits.standard_errors(effect.treatment.contrasts, kind)  # type: ignore[union-attr, arg-type]
        for kind, effect in found.items()
    }
    larger = np.maximum(errors["classical"], errors["robust"])
    np.testing.assert_allclose(errors["conservative"], larger)


def test_a_rare_value_that_saw_one_outcome_is_not_believed(make_table) -> None:
    """Twelve treated rows without a single success do not prove an effect of -1%."""
    treated = np.arange(4000) < 12
    outcome = (np.arange(4000) % 100 == 50).astype(int)
    table = make_table((("no", "yes"), ("no", "yes")), treated=treated, outcome=outcome)
    robust = LinearEffects(Design(table), "robust").estimate(0, 1, ())
    believed = LinearEffects(Design(table)).estimate(0, 1, ())
    assert isinstance(robust, LinearEffect)
    assert isinstance(believed, LinearEffect)
    assert robust.high < 0
    assert believed.low < 0 < believed.high


def test_intervals_cover_the_planted_effect_and_adjusting_matters(make_table) -> None:
    """With a discrete outcome, whose variance changes with the treatment."""
    covered, naive_covered, repeats = 0, 0, 300
    for seed in range(repeats):
        rng = np.random.default_rng(seed)
        cause = rng.integers(0, 2, 500)
        treated = (rng.random(500) < 0.2 + 0.6 * cause).astype(int)
        outcome = (rng.random(500) < 0.05 + 0.3 * treated + 0.5 * cause).astype(int)
        table = make_table((("no", "yes"),) * 3, treated=treated, outcome=outcome, cause=cause)
        effects = LinearEffects(Design(table))
        for adjustment in ((2,), ()):
            effect = effects.estimate(0, 1, adjustment, ("no", "yes"))
            assert isinstance(effect, LinearEffect)
            inside = effect.low <= 0.3 <= effect.high
            if adjustment:
                covered += inside
            else:
                naive_covered += inside
    assert 0.92 <= covered / repeats <= 0.99
    assert naive_covered / repeats < 0.1


def test_choosing_among_contrasts_is_paid_for(make_table) -> None:
    """Without any effect, the chosen contrast's interval excludes 0 at most one time in twenty."""
    wrong, repeats = 0, 300
    for seed in range(repeats):
        rng = np.random.default_rng(seed)
        table = make_table(
            (tuple("abcd"), tuple("xyz")),
            source=rng.integers(0, 4, 400),
            target=rng.integers(0, 3, 400),
        )
        effect = LinearEffects(Design(table)).estimate(0, 1, ())
        assert isinstance(effect, LinearEffect)
        assert effect.compared == 18
        wrong += not effect.low <= 0 <= effect.high
    assert wrong / repeats <= 0.07


def test_numeric_outcomes_are_numbers_and_others_probabilities(make_table) -> None:
    rng = np.random.default_rng(0)
    stars = tuple("12345")
    table = make_table(
        (stars, ("no", "yes"), None),
        stars=rng.integers(0, 5, 200),
        kind=rng.integers(0, 2, 200),
        size=rng.normal(size=200),
    )
    design = Design(table)
    outcome = design.outcome(0)
    assert not isinstance(outcome, str)
    np.testing.assert_array_equal(outcome.columns[:, 0], table.values[:, 0] + 1)
    assert outcome.labels == ("stars",)
    two = design.outcome(1)
    assert not isinstance(two, str)
    assert two.labels == ("P(kind = yes)",)
    assert two.scale == 1.0


def test_refusals_say_why(make_table) -> None:
    rng = np.random.default_rng(0)
    base = rng.integers(0, 2, 100)
    many = {f"x{k}": rng.normal(size=100) for k in range(99)}
    table = make_table(
        (("no", "yes"), ("no", "yes"), ("no", "yes"), None, *(None,) * 99),
        source=base,
        same=1 - base,
        rare=(np.arange(100) < 3),
        target=rng.normal(size=100),
        **many,
    )
    effects = LinearEffects(Design(table))
    said = {
        "positivity": effects.estimate(0, 3, (1,)),
        "as large as the sample": effects.estimate(0, 3, tuple(range(4, 103))),
        "fewer than two values held by 10 rows": effects.estimate(2, 3, ()),
        "too few rows": effects.estimate(0, 2, ()),
        "holds the treatment": effects.estimate(0, 3, (0,)),
        "has no value maybe": effects.estimate(0, 3, (), ("no", "maybe")),
        "is continuous": effects.estimate(3, 0, (), ("no", "yes")),
    }
    for words, reason in said.items():
        assert isinstance(reason, str), words
        assert words in reason


def test_dependent_adjustment_columns_change_nothing(make_table) -> None:
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=(2, 200))
    source = one + rng.normal(size=200)
    table = make_table(
        source=source, target=source + two, one=one, two=two, both=one + two, twice=2e6 * one
    )
    effects = LinearEffects(Design(table))
    plain, more = effects.estimate(0, 1, (2,)), effects.estimate(0, 1, (2, 5))
    assert isinstance(plain, LinearEffect)
    assert isinstance(more, LinearEffect)
    assert more.estimate == pytest.approx(plain.estimate, rel=1e-9)
    assert more.basis.rank == plain.basis.rank == 2


def test_an_outcome_that_the_treatment_decides_has_no_error_left(make_table) -> None:
    base = np.arange(100) % 2
    table = make_table((("no", "yes"),) * 2, source=base, target=base)
    effect = LinearEffects(Design(table)).estimate(0, 1, ())
    assert isinstance(effect, LinearEffect)
    assert effect.estimate == pytest.approx(1.0)
    assert effect.high - effect.low < 1e-9
