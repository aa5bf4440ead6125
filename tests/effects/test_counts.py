"""Draws counted in cells: the numbers of a plain loop over draws, strata and values."""

from dataclasses import replace

import numpy as np
import pytest

from causattn.corpora import Mentions
from causattn.effects import ESTIMATORS, REFUTERS, Change, Design, Effect, LinearEffects, Question
from causattn.effects.estimate.counts import Strata, Sums, ranked
from causattn.effects.estimate.strata import standardised
from causattn.features import FeatureKind, FeatureTable

DRAWS = 12


def plain_sums(strata: Strata, value, outcome, times) -> Sums:
    """Return the sums of one draw, a mask a cell."""
    shape = 1, strata.count, strata.values
    rows, shares = np.zeros(shape), np.zeros(shape[:2])
    totals, squares = (np.zeros((*shape, outcome.shape[1])) for _ in range(2))
    for s in range(strata.count):
        shares[0, s] = times[strata.stratum == s].sum() / times.sum()
        for k in range(strata.values):
            held = (strata.stratum == s) & (value == k)
            rows[0, s, k] = times[held].sum()
            totals[0, s, k] = (times[held, None] * outcome[held]).sum(axis=0)
            squares[0, s, k] = (times[held, None] * outcome[held] ** 2).sum(axis=0)
    return Sums(rows, totals, squares, shares)


def plain_draw(effect, change: Change) -> tuple[float, float]:
    """Return the estimate and the statistic of one draw; of a column by one regression."""
    strata, (contrast, column) = effect.strata, effect.reported
    value, outcome, times = strata.value, strata.outcome, np.ones(effect.rows)
    if change.column is not None:
        return plain_regression(effect, change.column), np.nan
    if change.treatment is not None:
        value = value[change.treatment]
    if change.outcome is not None:
        outcome = outcome[change.outcome]
    if change.times is not None:
        times = change.times
    found = standardised(strata, plain_sums(strata, value, outcome, times))
    return found.estimate[0, contrast, column], found.ratios(strata.tail).max()


def plain_regression(effect, added: np.ndarray) -> float:
    """Return the estimate with a column beside one indicator a cell."""
    strata, (contrast, column) = effect.strata, effect.reported
    kept = strata.value >= 0
    cell = (strata.stratum * strata.values + strata.value)[kept]
    seen, place = np.unique(cell, return_inverse=True)
    columns = np.column_stack([np.eye(len(seen))[place], added[kept]])
    fitted = np.linalg.lstsq(columns, strata.outcome[kept, column], rcond=None)[0]
    total = 0.0
    for s in range(strata.count):
        first = s * strata.values + np.array([strata.ends[contrast], strata.starts[contrast]])
        end, start = fitted[np.searchsorted(seen, first)]
        total += (strata.stratum == s).mean() * (end - start)
    return total


def random_effect(seed: int, number: bool) -> Effect:
    """Return an effect of 3 to 5 values, one of them too rare to contrast, on values or numbers."""
    rng = np.random.default_rng([seed, int(number)])
    rows, levels, answers = 900, int(rng.integers(3, 6)), int(rng.integers(2, 5))
    given = rng.integers(0, 3, (rows, int(rng.integers(1, 3))))
    source = (rng.integers(0, levels - 1, rows) + given[:, 0]) % (levels - 1)
    source[rng.choice(rows, 4, replace=False)] = levels - 1
    target = (rng.integers(0, answers, rows) + (source == 0) * given[:, 0]) % answers
    if number:
        target = target + rng.normal(size=rows)
    counts = (levels, answers, *(3 for _ in given.T))
    categories = [tuple(f"v{k}" for k in range(count)) for count in counts]
    table = FeatureTable(
        tuple(f"x{k}" for k in range(len(counts))),
        (FeatureKind.SLOT,) * len(counts),
        np.column_stack([source, target, given]).astype(float),
        tuple(None if number and k == 1 else one for k, one in enumerate(categories)),
        Mentions.empty(),
        np.arange(rows),
    )
    design = Design(table)
    asked = Question(design, LinearEffects(design), 0, 1, tuple(range(2, len(counts))))
    found = ESTIMATORS["standardised"].effect(asked)
    assert not isinstance(found, str), found
    return found


@pytest.mark.parametrize("number", [False, True])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "name", ["placebo", "dummy_outcome", "random_common_cause", "data_subset", "bootstrap"]
)
def test_draws_are_those_of_a_plain_loop(name: str, seed: int, number: bool) -> None:
    effect, refuter = random_effect(seed, number), REFUTERS[name]
    assert (effect.strata.value < 0).any()
    assert (len(effect.strata.kinds) > 0) is not number
    rng = np.random.default_rng(seed)
    changes = [refuter.draw(effect, refuter.settings(), rng) for _ in range(DRAWS)]
    found = effect.again(iter(changes))
    estimates, statistics = np.array([plain_draw(effect, change) for change in changes]).T
    assert found.estimates == pytest.approx(estimates, rel=1e-12, abs=1e-12)
    assert (found.statistic is not None) is refuter.stands_out
    if found.statistic is not None:
        assert found.statistic == pytest.approx(statistics, rel=1e-9, abs=1e-12)


def test_how_many_draws_are_counted_at_once_changes_nothing(monkeypatch) -> None:
    effect = random_effect(1, False)
    rng = np.random.default_rng(1)
    changes = [Change(treatment=rng.permutation(effect.rows)) for _ in range(DRAWS)]
    whole = effect.again(changes)
    monkeypatch.setattr("causattn.effects.estimate.standardised_effect._CELLS", 1)
    one_by_one = effect.again(changes)
    assert len(one_by_one.estimates) == DRAWS
    assert one_by_one.estimates == pytest.approx(whole.estimates, rel=1e-13)
    assert one_by_one.statistic == pytest.approx(whole.statistic, rel=1e-12)


@pytest.mark.parametrize("columns", [1, 3, 17])
def test_kinds_are_the_distinct_rows_in_order(columns: int) -> None:
    rng = np.random.default_rng(columns)
    outcome = rng.integers(0, 2, (7, columns)).astype(float)[rng.integers(0, 7, 200)]
    stratum, value = rng.integers(0, 3, 200), rng.integers(0, 2, 200)
    strata = Strata.of(stratum, value, 2, outcome, np.array([[0, 1]]), 0.95)
    kinds, kind = np.unique(outcome, axis=0, return_inverse=True)
    assert np.array_equal(strata.kinds, kinds)
    assert np.array_equal(strata.kind, kind.ravel())
    other = replace(strata, value=1 - value)
    assert np.array_equal(other.coded[1], (2 - value) * len(kinds))


def test_ranks_are_those_of_sorting() -> None:
    codes = np.random.default_rng(0).integers(0, 40, 30) * 3
    values, place = ranked(codes)
    expected = np.unique(codes, return_inverse=True)
    assert np.array_equal(values, expected[0])
    assert np.array_equal(place, expected[1])
