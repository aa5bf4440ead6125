"""Cross-fitting: coverage under interactions, where additive adjustment fails."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.stats
from sklearn.linear_model import Ridge

from causattn.base import ConfigError
from causattn.effects import (
    ESTIMATORS,
    Change,
    Design,
    EstimationProblem,
    LinearEffects,
    Question,
    refute,
)
from causattn.effects.estimate import cross_fitted_again
from causattn.effects.estimate.cross_fit import PENALTIES, learn, row_weights
from causattn.effects.estimate.cross_fitted_data import Data, by_fold
from causattn.effects.estimate.cross_fitted_effect import CrossFittedEffect
from causattn.effects.estimators.cross_fitted import CrossFittedSettings
from causattn.features import FeatureTable
from tests.effects.conftest import Maker

ESTIMATOR = ESTIMATORS["cross_fitted"]


def problem(seed: int, rows: int = 600) -> EstimationProblem:
    """Return a confounded treatment whose effect, 1 on average, grows with a squared cause."""
    rng = np.random.default_rng(seed)
    cause = rng.normal(size=(rows, 2))
    treated = rng.random(rows) < 1 / (1 + np.exp(1 - cause[:, 0] ** 2))
    outcome = treated * cause[:, 0] ** 2 + 2 * cause[:, 0] ** 2 + rng.normal(size=rows)
    columns = np.column_stack([np.ones(rows), cause])
    return EstimationProblem(treated.astype(float), outcome, columns)


def test_intervals_hold_the_mean_effect() -> None:
    inside, additive = [], []
    for seed in range(60):
        one = problem(seed)
        for name, into in (("cross_fitted", inside), ("doubly_robust", additive)):
            found = ESTIMATORS[name].estimate(one, ESTIMATORS[name].settings())
            assert not isinstance(found, str)
            into.append(abs(found.estimate - 1.0) <= 1.96 * found.standard_error)
    assert np.mean(inside) > 0.85
    assert np.mean(additive) < 0.2


def test_trees_learn_it_too() -> None:
    found = ESTIMATOR.estimate(problem(0, 3000), CrossFittedSettings(folds=2, learner="trees"))
    assert not isinstance(found, str)
    assert abs(found.estimate - 1.0) <= 3 * found.standard_error


def test_the_rows_effects_are_those_of_other_rows() -> None:
    """An outcome of noise alone, many columns: learned on the same rows it would be overfitted."""
    errors = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        columns = np.column_stack([np.ones(200), rng.normal(size=(200, 8))])
        treated = (rng.random(200) < 0.5).astype(float)
        found = ESTIMATOR.estimate(
            EstimationProblem(treated, rng.normal(size=200), columns), CrossFittedSettings()
        )
        assert not isinstance(found, str)
        errors.append(found.estimate / found.standard_error)
    assert np.std(errors) < 1.5


def test_what_cannot_be_is_a_sentence() -> None:
    with pytest.raises(ConfigError, match="folds=1 is too few"):
        CrossFittedSettings(folds=1)
    one = problem(0, 100)
    few = EstimationProblem(np.arange(100.0) < 3, one.outcome, one.adjustment)
    assert "choose estimator=standardised" in str(ESTIMATOR.estimate(few, CrossFittedSettings()))


def linear_question(table: FeatureTable, wanted: tuple[str, str] | None = None) -> Question:
    """Return the question of the last but one column's effect on the last, given all others."""
    design = Design(table)
    last = table.size - 1
    given = tuple(range(last - 1))
    return Question(design, LinearEffects(design), last - 1, last, given, wanted)


def curved(make_table: Maker, rows: int = 400, seed: int = 0, number: bool = True) -> FeatureTable:
    """Return two causes, a source and an outcome, curved and with interactions."""
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(2, rows))
    source = np.sin(2 * first) + second + rng.normal(size=rows)
    if not number:
        source = (source > 0).astype(float)
    outcome = source * (1 + first) + first**2 + rng.normal(size=rows)
    kinds = (None, None, None if number else ("no", "yes"), None)
    return make_table(kinds, a=first, b=second, t=source, y=outcome)


def by_rows(data: Data, columns: np.ndarray, moved: np.ndarray, mask: np.ndarray) -> float:
    """Return a mean by scikit-learn, fold by fold and row by row."""
    outcome, ends = data.outcome[:, 0], [*data.starts[1:], data.rows]
    each = np.empty(len(outcome))
    for start, end in zip(data.starts, ends, strict=True):
        learn = np.r_[0:start, end : len(outcome)]
        ridge = Ridge(data.penalties.outcome).fit(columns[learn, 1:], outcome[learn])
        coefficients = np.concatenate([[ridge.intercept_], ridge.coef_])
        penalty = data.penalties.weights * np.diag([0.0] + [1.0] * (columns.shape[1] - 1))
        at = moved * mask
        products = columns[learn].T @ columns[learn] + penalty
        weights = columns @ np.linalg.solve(products, at[learn].sum(axis=0))
        here = slice(start, end)
        each[here] = at[here] @ coefficients
        each[here] += weights[here] * (outcome[here] - ridge.predict(columns[here, 1:]))
    return float(each.mean())


@pytest.mark.parametrize("number", [True, False])
def test_sums_of_folds_are_scikit_learns_ridge_row_by_row(make_table: Maker, number: bool) -> None:
    table = curved(make_table, number=number)
    question = linear_question(table, None if number else ("no", "yes"))
    effect = ESTIMATOR.effect(question)
    assert isinstance(effect, CrossFittedEffect)
    data, sieve = effect.data, effect.data.sieve
    assert sieve.columns.shape[1] > 8
    each = [by_rows(data, sieve.columns, sieve.moved, mask) for mask in sieve.masks]
    expected = each[0] if number else each[1] - each[0]
    assert effect.estimate == pytest.approx(expected * data.scale[0] / data.unit, abs=1e-9)


@pytest.mark.parametrize("number", [True, False])
def test_penalties_are_those_of_least_loss_on_rows_left_out(
    make_table: Maker, number: bool
) -> None:
    table = curved(make_table, number=number)
    effect = ESTIMATOR.effect(linear_question(table, None if number else ("no", "yes")))
    assert isinstance(effect, CrossFittedEffect)
    data, sieve = effect.data, effect.data.sieve
    ends = [*data.starts[1:], data.rows]
    losses = np.zeros((len(PENALTIES), 2))
    for k, penalty in enumerate(PENALTIES):
        ridge = Ridge(penalty)
        square = penalty * np.diag([0.0] + [1.0] * (sieve.columns.shape[1] - 1))
        for start, end in zip(data.starts, ends, strict=True):
            learn, here = np.r_[0:start, end : data.rows], slice(start, end)
            ridge.fit(sieve.columns[learn, 1:], data.outcome[learn, 0])
            left = data.outcome[here, 0] - ridge.predict(sieve.columns[here, 1:])
            losses[k, 0] += (left**2).sum()
            products = sieve.columns[learn].T @ sieve.columns[learn] + square
            for mask in sieve.masks:
                at = sieve.moved * mask
                learned = np.linalg.solve(products, at[learn].sum(axis=0))
                weights = sieve.columns[here] @ learned
                losses[k, 1] += (weights**2).sum() - 2 * (at[here] @ learned).sum()
    least = [PENALTIES[k] for k in losses.argmin(axis=0)]
    assert list(data.penalties) == least
    assert data.penalties.weights > 1


@pytest.mark.parametrize("number", [True, False])
def test_an_effect_is_a_sum_of_outcomes_with_the_weights_behind_its_standard_error(
    make_table: Maker, number: bool
) -> None:
    table = curved(make_table, rows=150, number=number)
    effect = ESTIMATOR.effect(linear_question(table, None if number else ("no", "yes")))
    assert isinstance(effect, CrossFittedEffect)
    data, sums, masks = effect.data, effect.sums, effect.data.sieve.masks
    learned = learn(sums, masks, data.penalties)
    own = by_fold(data, data.sieve.columns, row_weights(sums, learned, masks, data.penalties))
    each = own.T @ data.outcome[:, 0] / data.rows
    sides = np.ones(1) if number else np.array([-1.0, 1.0])
    size = data.scale[0] / data.unit
    assert effect.estimate == pytest.approx(sides @ each * size, abs=1e-10)
    # The representer's alone are others: they leave the columns unbalanced.
    plain = by_fold(data, data.sieve.columns, learned.weights).T @ data.outcome[:, 0] / data.rows
    assert np.abs(plain - each).max() > 1e-4


def test_what_a_number_does_differs_along_a_bend_that_only_its_spread_follows(
    make_table: Maker,
) -> None:
    """The source's spread, and what it does, follow |cause|; its mean and the outcome's do not."""
    ratios = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        cause = rng.normal(size=1000)
        source = (0.3 + np.abs(cause)) * rng.normal(size=1000)
        outcome = source * (1 + 2 * np.abs(cause)) + rng.normal(size=1000)
        effect = ESTIMATOR.effect(linear_question(make_table(None, z=cause, t=source, y=outcome)))
        assert not isinstance(effect, str)
        truth = 1 + 2 * np.sqrt(2 / np.pi)
        ratios.append((effect.estimate - truth) / effect.standard_error)
    assert np.abs(ratios).max() < 4
    assert np.std(ratios) < 1.6


@pytest.mark.parametrize("few", [0, 100])
@pytest.mark.parametrize("number", [True, False])
def test_changed_data_are_learned_again(
    make_table: Maker, number: bool, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cross_fitted_again, "_FEW", few)
    table = curved(make_table, number=number)
    effect = ESTIMATOR.effect(linear_question(table, None if number else ("no", "yes")))
    assert isinstance(effect, CrossFittedEffect)
    data, sieve = effect.data, effect.data.sieve
    sides = np.ones(1) if number else np.array([-1.0, 1.0])
    size = data.scale[0] / data.unit
    rng = np.random.default_rng(1)
    kept = (rng.random(data.rows) < 0.8).astype(int)
    drawn = rng.integers(0, 3, data.rows)
    for times in (kept, drawn):
        repeats = times[data.order]
        starts = np.concatenate([[0], np.cumsum(np.add.reduceat(repeats, data.starts))[:-1]])
        rows = np.repeat(np.arange(data.rows), repeats)
        part = replace(
            data, sieve=sieve.rows(rows), outcome=data.outcome[rows], order=rows, starts=starts
        )
        each = [by_rows(part, part.sieve.columns, part.sieve.moved, one) for one in sieve.masks]
        found = effect.again([Change(times=times)]).estimates
        assert found == pytest.approx([sides @ each * size], abs=1e-8)
    column = rng.normal(size=data.rows)
    wide = np.column_stack([sieve.columns, column[data.order]])
    moved = np.column_stack([sieve.moved, np.zeros(data.rows)])
    each = [by_rows(data, wide, moved, np.append(one, 0.0)) for one in sieve.masks]
    found = effect.again([Change(column=column)]).estimates
    assert found == pytest.approx([sides @ each * size], abs=1e-8)
    order = rng.permutation(data.rows)
    table_outcome = np.empty_like(data.outcome)
    table_outcome[data.order] = data.outcome
    other = replace(data, outcome=table_outcome[order][data.order])
    each = [by_rows(other, sieve.columns, sieve.moved, one) for one in sieve.masks]
    found = effect.again([Change(outcome=order)]).estimates
    assert found == pytest.approx([sides @ each * size], abs=1e-8)


def test_placebos_have_the_level_that_they_claim(make_table: Maker) -> None:
    """A confounded source without effect: its p is uniform."""
    p = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        cause = rng.normal(size=300)
        source = np.sin(2 * cause) + rng.normal(size=300)
        table = make_table(None, z=cause, t=source, y=np.sin(2 * cause) + rng.normal(size=300))
        effect = ESTIMATOR.effect(linear_question(table))
        assert not isinstance(effect, str)
        p.append(refute(effect, "placebo", 39, rng, 0.05).p)
    assert scipy.stats.kstest(p, "uniform").pvalue > 0.001
    assert np.mean(np.array(p) <= 0.05) < 0.2


def test_the_mean_slope_under_curves_where_regression_with_interactions_misses_it(
    make_table: Maker,
) -> None:
    inside = {"cross_fitted": [], "interacted": []}
    for seed in range(20):
        rng = np.random.default_rng(seed)
        cause, other = rng.normal(size=(2, 1000))
        source = np.sin(2 * cause) + other**2 / 2 + rng.normal(size=1000)
        outcome = source + 2 * np.sin(2 * cause) + np.abs(other) + rng.normal(size=1000)
        table = make_table(None, a=cause, b=other, t=1e-4 * source + 7e3, y=outcome)
        for name, into in inside.items():
            effect = ESTIMATORS[name].effect(linear_question(table))
            assert not isinstance(effect, str)
            into.append(effect.low <= 1e4 <= effect.high)
    assert np.mean(inside["cross_fitted"]) > 0.75
    assert np.mean(inside["interacted"]) < 0.1


def test_several_values_and_probabilities(make_table: Maker) -> None:
    """Three values of the source, three of the outcome, an additive truth."""
    rng = np.random.default_rng(0)
    cause = rng.normal(size=4000)
    source = np.digitize(cause + rng.normal(size=4000), [-0.7, 0.7])
    chances = np.column_stack([0.2 + 0.1 * source, 0.3 - 0.1 * source, np.full(4000, 0.5)])
    outcome = (rng.random(4000)[:, None] > np.cumsum(chances, axis=1)).sum(axis=1)
    categories = (None, ("low", "mid", "high"), ("x", "y", "z"))
    table = make_table(categories, z=cause, t=source, y=outcome)
    effect = ESTIMATOR.effect(linear_question(table))
    assert not isinstance(effect, str)
    assert effect.meaning[:2] == ("low", "high")
    assert effect.meaning.compared == 9
    truth = {"x": 0.2, "y": -0.2}[str(effect.meaning.value)]
    assert effect.low <= truth <= effect.high
    assert effect.more["data_effective_rows"] < (source != 1).sum()


def test_a_decided_source_is_a_sentence(make_table: Maker) -> None:
    rng = np.random.default_rng(0)
    cause = rng.normal(size=200)
    table = make_table(None, z=cause, t=2 * cause + 1, y=rng.normal(size=200))
    assert "decides the value of t" in str(ESTIMATOR.effect(linear_question(table)))
    few = make_table(None, t=cause[:9], y=cause[:9] ** 2)
    assert "too few" in str(ESTIMATOR.effect(linear_question(few)))
    alone = make_table(None, t=cause, y=cause + rng.normal(size=200))
    effect = ESTIMATOR.effect(linear_question(alone))
    assert not isinstance(effect, str)
    assert effect.low < 1.0 < effect.high
