"""Screens of the values: the nodewise lasso, conditional mutual information, boosted trees."""

import itertools

import numpy as np
import pytest
import scipy.stats

from causattn.base import ConfigError
from causattn.candidates import SELECTORS, score_candidates, screens_beside, select_candidates
from causattn.candidates import beside as beside_module
from causattn.candidates.contract import indicators
from causattn.candidates.max_p import minus_log_p

OWN = ("cmi", "lasso", "max_p", "trees")


def score(name, table, **settings):
    selector = SELECTORS[name]
    return selector.of_values(selector.settings(**settings), table, 0)


def chain(count=4000, seed=0):
    """X -> Z -> Y, each a copy of the one before nine times in ten, and a variable on its own."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 2, count)
    z = np.where(rng.random(count) < 0.9, x, 1 - x)
    y = np.where(rng.random(count) < 0.9, z, 1 - z)
    return np.stack([x, z, y, rng.integers(0, 3, count)], axis=1)


def test_the_lasso_of_two_continuous_variables_is_a_soft_threshold(table_of):
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    values = np.stack([x, 3 + 2 * x + rng.normal(size=300)], axis=1)
    correlation = np.corrcoef(values.T)[0, 1]
    found = score("lasso", table_of(values, continuous=(0, 1)), inverse_penalty=0.05)
    assert found[0, 1] == pytest.approx(correlation - 1 / (0.05 * 300), abs=1e-6)
    assert found[1, 0] == pytest.approx(found[0, 1])


def test_logistic_coefficients_meet_the_conditions_of_their_minimum(table_of):
    """At the minimum of |w| + C loss the loss's slope is 1 / C against a coefficient that is not 0,
    and at most that where it is."""
    from causattn.candidates.lasso import _coefficients

    table = table_of(chain(600))
    columns, owner, times = indicators(table)
    outcome, others = columns[:, owner == 2][:, 0], columns[:, owner != 2]
    strong = 0.02
    found = _coefficients(others, outcome, times, True, strong)
    assert 0 < np.count_nonzero(found) < len(found)
    # The intercept, the only number that is not given back, is penalised as well: by search.
    label = outcome > outcome.min()

    def slope(intercept):
        chance = 1 / (1 + np.exp(-(others @ found + intercept)))
        return strong * others.T @ (times * (chance - label)), chance

    best = min(
        np.linspace(-1, 1, 2001),
        key=lambda b: (
            strong * (times * np.log1p(np.exp(np.where(label, -1, 1) * (others @ found + b)))).sum()
            + abs(b)
        ),
    )
    gradient, _ = slope(best)
    used = found != 0
    np.testing.assert_allclose(gradient[used], -np.sign(found[used]), atol=0.02)
    assert (np.abs(gradient[~used]) <= 1.02).all()


def by_definition(x, y, z):
    """I(X; Y | Z) from its definition, one cell at a time."""
    count, total = len(x), 0.0
    for c in np.unique(z):
        inside = z == c
        for a, b in itertools.product(np.unique(x), np.unique(y)):
            both = np.mean(inside & (x == a) & (y == b))
            if both:
                one, other = np.mean(inside & (x == a)), np.mean(inside & (y == b))
                total += both * np.log(both * np.mean(inside) / (one * other))
        freedom = (len(np.unique(x[inside])) - 1) * (len(np.unique(y[inside])) - 1)
        total -= freedom / (2 * count)
    return total


def test_conditional_information_is_its_definition(table_of):
    values = np.random.default_rng(1).integers(0, 3, size=(200, 4))
    values[:, 3] = (values[:, 0] + values[:, 1]) % 3
    found = score("cmi", table_of(values))
    two = score("cmi", table_of(values), given=2)
    nothing = np.zeros(200, dtype=int)
    for i, j in itertools.combinations(range(4), 2):
        others = [k for k in range(4) if k not in (i, j)]
        x, y = values[:, i], values[:, j]
        single = {k: by_definition(x, y, values[:, k]) for k in others}
        smallest = min(by_definition(x, y, nothing), *single.values())
        assert found[i, j] == pytest.approx(max(smallest, 0), abs=1e-6)
        if smallest in single.values():
            given = values[:, others[0]] * 3 + values[:, others[1]]
            smallest = min(smallest, by_definition(x, y, given))
        assert two[i, j] == two[j, i] == pytest.approx(max(smallest, 0), abs=1e-6)


def test_what_a_third_explains_is_nothing_given_it(table_of):
    table = table_of(chain())
    found = score("cmi", table)
    assert found[0, 1] > 0.1
    assert found[1, 2] > 0.1
    assert found[0, 2] < 0.003
    assert found[:, 3].max() < 0.003


def test_trees_see_what_has_no_main_effect(table_of):
    rng = np.random.default_rng(2)
    values = rng.integers(0, 2, size=(3000, 4))
    values[:, 3] = values[:, 0] ^ values[:, 1]
    found = score("trees", table_of(values))
    assert min(found[0, 3], found[1, 3]) > 0.3
    assert found[2].max() < 0.02
    assert score("lasso", table_of(values)).max() < 0.2


@pytest.mark.parametrize("name", OWN)
def test_mixed_values_and_constant_ones(name, table_of):
    rng = np.random.default_rng(3)
    values = np.concatenate([chain(1500), rng.normal(size=(1500, 1))], axis=1)
    values[:, 4] += values[:, 1]
    found = score(name, table_of(values, continuous=(4,)))
    strength = np.maximum(found, found.T)
    assert np.isfinite(found).all()
    assert not found.diagonal().any()
    assert min(strength[0, 1], strength[1, 2], strength[1, 4]) > 2 * strength[3].max()


@pytest.mark.parametrize("name", OWN)
def test_candidates_of_their_own(name, table_of):
    edges = select_candidates({"kind": name, "pairs": 2}, None, table_of(chain()))
    assert edges.allowed[0, 1]
    assert edges.allowed[1, 2]
    assert edges.pair_count == 2
    assert edges.method == f"{name}, top 2 pairs"
    assert edges.about["screen"] == name


def test_what_chooses_by_attention_needs_some(table_of):
    with pytest.raises(ConfigError, match="candidates=top_k chooses by attention"):
        select_candidates({"kind": "top_k"}, None, table_of(chain()))
    with pytest.raises(ConfigError, match="aggregate is not a setting"):
        select_candidates({"kind": "lasso", "aggregate": "mean"}, None, table_of(chain()))


def test_beside_every_run(table_of, monkeypatch):
    table = table_of(chain())
    found = screens_beside({"kind": "top_k"}, table, {})
    assert set(found) == {"mutual_information", *OWN}
    assert set(screens_beside({"kind": "lasso"}, table, {})) == set(found) - {"lasso"}
    truth = np.zeros((4, 4), dtype=bool)
    truth[0, 1] = truth[1, 0] = truth[1, 2] = truth[2, 1] = True
    assert score_candidates(found["cmi"], truth)["auc"] == 1
    monkeypatch.setattr(beside_module, "LONGEST", 0.0)
    few = screens_beside({"kind": "top_k"}, table, {})
    assert set(few) == {"mutual_information"}
    assert beside_module.summary_beside(None, few, None)["screens_left_out"] == list(OWN)


def test_screens_that_cannot_fit_are_refused_with_the_size_that_would(table_of, monkeypatch):
    table = table_of(chain())
    monkeypatch.setattr(beside_module, "free_gb", lambda: 0.5e-6)
    with pytest.raises(ConfigError, match=r"screens of 4 features .*features\.top=2\)"):
        screens_beside({"kind": "top_k"}, table, {})


@pytest.mark.parametrize("given", [(), (2,), (2, 3)])
def test_max_p_is_the_g_square_test(given):
    """Stratum by stratum, SciPy's statistic, and its chi-square tail."""
    codes = np.random.default_rng(3).integers(0, 3, size=(800, 4))
    codes[:, 1] = np.where(np.random.default_rng(4).random(800) < 0.2, codes[:, 0], codes[:, 1])
    strata = np.unique(codes[:, list(given)], axis=0) if given else [()]
    statistic = freedom = 0
    for values in strata:
        inside = (codes[:, list(given)] == values).all(axis=1)
        counts = scipy.stats.contingency.crosstab(codes[inside, 0], codes[inside, 1]).count
        found = scipy.stats.chi2_contingency(counts, correction=False, lambda_="log-likelihood")
        statistic, freedom = statistic + found.statistic, freedom + found.dof
    expected = -scipy.stats.chi2.logsf(statistic, freedom)
    assert minus_log_p(codes, 0, 1, given) == pytest.approx(expected, rel=1e-9)


def test_max_p_goes_on_where_floating_point_ends():
    """Twice the rows, about twice the logarithm, on both sides of the least number."""
    codes = np.random.default_rng(5).integers(0, 3, size=(4000, 2))
    codes[:1500, 1] = codes[:1500, 0]
    once, twice = (minus_log_p(np.tile(codes, (times, 1)), 0, 1, ()) for times in (1, 2))
    assert once < 660 < twice
    assert twice == pytest.approx(2 * once, rel=0.02)


def test_max_p_of_a_pair_that_a_third_explains_is_large(table_of):
    found = score("max_p", table_of(chain()))
    assert found[0, 1] > 100
    assert found[1, 2] > 100
    assert found[0, 2] < 10
    assert np.array_equal(found, found.T)
