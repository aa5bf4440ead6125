"""Shared draws: the numbers of the row-by-row refuters on the same draws, and when they refuse."""

import numpy as np
import pytest
import scipy.stats

from causattn.base import ConfigError
from causattn.corpora import Corpus
from causattn.effects import Design, LinearEffects, SharedDraws, collect_evidence, refute
from causattn.effects.estimate.linear_again import classical_effects
from causattn.effects.estimate.linear_effects import LinearEffect
from causattn.effects.estimate.regression import Basis, fit
from causattn.features import FeatureTable
from causattn.graphs import CausalGraph

ROWS, DRAWS = 400, 12
NAMES = ("placebo", "random_common_cause", "data_subset")


def table_of(make_table, seed: int = 0) -> FeatureTable:
    """Return a number, a category with a rare value, a rating and a yes or no, all connected."""
    rng = np.random.default_rng(seed)
    number = rng.normal(size=ROWS)
    category = np.minimum(rng.integers(0, 3, ROWS) + (number > 1), 2)
    category[:4] = 3
    rating = np.clip(category + rng.integers(0, 3, ROWS), 0, 4)
    answer = rng.random(ROWS) < 0.2 + 0.1 * rating
    names = (None, tuple("abcd"), tuple("12345"), ("no", "yes"))
    return make_table(names, number=number, category=category, rating=rating, answer=answer)


CASES = [((0, 2), (1,)), ((1, 2), (0,)), ((1, 3), (0, 2)), ((2, 0), (3,)), ((3, 1), (0,))]


@pytest.mark.parametrize(("pair", "given"), CASES)
def test_draws_are_those_of_the_rows(make_table, pair, given) -> None:
    design = Design(table_of(make_table))
    effect = LinearEffects(design, "classical").estimate(*pair, given)
    assert isinstance(effect, LinearEffect)
    shared = SharedDraws(design, DRAWS, 3)
    columns, contrasts = effect.treatment.columns.T, effect.treatment.contrasts
    at = effect.contrast, effect.column

    placebo = shared.again(effect, pair, given, "placebo")
    assert placebo is not None
    permuted = np.stack([columns[:, one.treatment] for one in shared.changes("placebo")])
    effects, errors = classical_effects(effect, permuted)
    np.testing.assert_allclose(placebo.estimates, effects[:, *at], atol=1e-9)
    np.testing.assert_allclose(placebo.statistic, np.abs(effects / errors).max(axis=(1, 2)))

    common = shared.again(effect, pair, given, "random_common_cause")
    subset = shared.again(effect, pair, given, "data_subset")
    assert common is not None
    assert subset is not None
    both = shared.changes("random_common_cause"), shared.changes("data_subset")
    for draw, (noise, kept) in enumerate(zip(*both, strict=True)):
        wider = Basis.of(np.column_stack([effect.basis.vectors[:, 1:], noise.column]))
        again = fit(wider, columns[None], wider.residual(effect.outcome.columns.T))
        assert common.estimates[draw] == pytest.approx(again.effects(contrasts)[0][at], abs=1e-9)
        rows = np.flatnonzero(kept.times)
        fewer = Basis.of(effect.basis.vectors[rows])
        again = fit(
            fewer, columns[None][:, :, rows], fewer.residual(effect.outcome.columns[rows].T)
        )
        assert subset.estimates[draw] == pytest.approx(again.effects(contrasts)[0][at], abs=1e-9)


def test_every_draw_is_distinct_and_comes_from_the_seed(make_table) -> None:
    design = Design(table_of(make_table))
    effect = LinearEffects(design, "classical").estimate(0, 2, (1,))
    assert isinstance(effect, LinearEffect)
    found = []
    for seed, draws in ((1, 60), (1, 5), (2, 5)):
        shared = SharedDraws(design, draws, seed)
        found.append(
            [shared.again(effect, (0, 2), (1,), name).estimates for name in NAMES]  # type: ignore
        )
    for many, few, other in zip(*found, strict=True):
        assert len(np.unique(many)) == 60
        np.testing.assert_allclose(many[:5], few, rtol=1e-9)
        assert not np.any(np.isclose(few, other, rtol=1e-9, atol=0))


def test_p_values_are_uniform_where_there_is_no_effect(make_table) -> None:
    p = []
    for seed in range(120):
        rng = np.random.default_rng([seed, 1])
        cause = rng.normal(size=1000)
        table = make_table(
            cause=cause, source=cause + rng.normal(size=1000), target=rng.normal(size=1000) - cause
        )
        design = Design(table)
        effect = LinearEffects(design, "classical").estimate(1, 2, (0,))
        assert isinstance(effect, LinearEffect)
        shared = SharedDraws(design, 60, seed)
        draws = [shared.again(effect, (1, 2), (0,), name) for name in NAMES]
        rng = np.random.default_rng(0)
        p.append(
            [
                refute(effect, name, 60, rng, 0.05, again=lambda _, found=found: found).p
                for name, found in zip(NAMES, draws, strict=True)
            ]
        )
    for column in np.transpose(p):
        assert scipy.stats.kstest(column, "uniform").pvalue > 0.01


def test_columns_that_are_nearly_one_are_left_to_the_rows(make_table) -> None:
    rng = np.random.default_rng(0)
    first, source, target = rng.normal(size=(3, ROWS))
    almost = first + 1e-6 * rng.normal(size=ROWS)
    design = Design(make_table(first=first, almost=almost, source=source, target=target))
    effect = LinearEffects(design, "classical").estimate(2, 3, (0, 1))
    assert isinstance(effect, LinearEffect)
    shared = SharedDraws(design, DRAWS, 0)
    assert shared.again(effect, (2, 3), (0, 1), "placebo") is None
    assert shared.again(effect, (2, 3), (0, 1), "bootstrap") is None
    assert shared.again(effect, (2, 3), (0,), "placebo") is not None


def test_a_study_may_ask_for_them(make_table) -> None:
    table = table_of(make_table)
    matrix = np.zeros((4, 4))
    matrix[1, 2] = matrix[2, 3] = matrix[0, 1] = 1
    graph = CausalGraph.from_adjacency(matrix, table.names, direction="from row to column")
    asked = {"shared_draws": True, "standard_error": "classical", "draws": 40, "bootstraps": 0}
    asked["estimator"] = "linear"
    settings = {"kind": "dowhy", "interventions": "none", **asked}
    corpus = Corpus("made", ["."] * ROWS)
    found = collect_evidence(settings, graph, table, None, None, corpus, 0, given=True)
    row = found.row("category", "rating")
    assert row["placebo_outcome"] == row["data_subset_outcome"] == "passed"
    assert row["verdict"] == "consistent"
    with pytest.raises(ConfigError, match=r"needs effects\.estimator=linear"):
        collect_evidence(
            {**settings, "standard_error": "robust"}, graph, table, None, None, corpus, 0
        )


def test_too_many_columns_are_refused(make_table) -> None:
    table = make_table(**{f"x{k}": np.random.default_rng(k).normal(size=5) for k in range(1100)})
    with pytest.raises(ConfigError, match="shared_draws=true would hold the products of 1101"):
        SharedDraws(Design(table), 100, 0)
