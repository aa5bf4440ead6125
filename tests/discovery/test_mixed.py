"""Continuous and discrete columns in one table: tests, scores, and the graphs they give."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import statsmodels.api as sm

from causattn.base import CapabilityError, DataError
from causattn.discovery import TESTS, as_discovery_data, boss, compare_algorithms, discover, ges, pc

NAMES = ("degenerate_gaussian", "conditional_gaussian")


def mixed(rows, seed=0):
    """Return x -> kind <- y, kind -> z -> w: kind has three categories, the others are numbers."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, rows))
    kind = np.digitize(x + y + 0.5 * rng.normal(size=rows), [-0.7, 0.7])
    z = np.array([-1.0, 1.5, 0.0])[kind] + rng.normal(size=rows)
    w = 0.9 * z + rng.normal(size=rows)
    labels = np.array(["low", "middle", "high"])[kind]
    return pd.DataFrame({"x": x, "y": y, "kind": labels, "z": z, "w": w})


TRUTH = {("x", "kind"), ("y", "kind"), ("kind", "z"), ("z", "w")}


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "pc"},
        {"kind": "pc", "engine": "causal-learn"},
        {"kind": "pc", "test": "conditional_gaussian"},
        {"kind": "ges"},
        {"kind": "ges", "score": "conditional_gaussian"},
        {"kind": "boss"},
        {"kind": "boss", "score": "conditional_gaussian"},
        {"kind": "ils", "restarts": 2},
        {"kind": "hill_climbing"},
    ],
    ids=lambda s: "-".join(map(str, s.values())),
)
def test_algorithms_take_mixed_data(settings):
    graph = discover(settings, mixed(3000))
    found = {frozenset(edge[:2]) for edge in graph.edges()}
    # Cutting makes of a sum something that one Gaussian follows only nearly.
    assert {frozenset(pair) for pair in TRUTH} <= found
    assert len(found) <= 5
    assert "gaussian" in graph.algorithm


@pytest.mark.parametrize("kind", ["fci", "gfci", "icd", "rfci"])
def test_hidden_causes_among_mixed_data(kind):
    graph = discover({"kind": kind}, mixed(3000))
    marks = {edge[:2]: edge.symbol for edge in graph.edges()}
    assert marks["kind", "z"] == "-->"
    assert marks["z", "w"] == "-->"


@pytest.mark.parametrize("name", NAMES)
def test_p_values_are_uniform_where_nothing_depends(name):
    p_values = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        group = rng.integers(0, 3, 1500)
        x = group + rng.normal(size=1500)
        other = np.where(rng.random(1500) < 0.2 + 0.3 * (group == 1), 1, 0)
        table = pd.DataFrame({"x": x, "other": other, "group": group})
        test = TESTS[name].on(as_discovery_data(table))
        p_values.append(test(0, 1, (2,)))
    assert scipy.stats.kstest(p_values, "uniform").pvalue > 0.01


def test_the_degenerate_gaussian_is_a_likelihood_ratio_of_regressions():
    table = mixed(400)
    test = TESTS["degenerate_gaussian"].on(as_discovery_data(table))
    kinds = pd.get_dummies(table["kind"], drop_first=True).to_numpy(dtype=float)
    small = sm.OLS(table["x"], sm.add_constant(table[["y"]])).fit()
    large = sm.OLS(table["x"], sm.add_constant(np.column_stack([table["y"], kinds]))).fit()
    expected = scipy.stats.chi2.sf(2 * (large.llf - small.llf), 2)
    assert test(0, 2, (1,)) == pytest.approx(expected)


def test_the_conditional_gaussian_is_a_likelihood_ratio_of_cells():
    table = mixed(400)
    test = TESTS["conditional_gaussian"].on(as_discovery_data(table))
    z = table["z"]
    alone = scipy.stats.norm.logpdf(z, z.mean(), z.std(ddof=0)).sum()
    cells = sum(
        scipy.stats.norm.logpdf(part, part.mean(), part.std(ddof=0)).sum()
        for _, part in z.groupby(table["kind"])
    )
    assert test(2, 3, ()) == pytest.approx(scipy.stats.chi2.sf(2 * (cells - alone), 4))


@pytest.mark.parametrize("name", NAMES)
def test_equivalent_graphs_have_one_score(name):
    class Free:
        penalty = 0.5

    from causattn.discovery import SCORES

    score = SCORES[name].on(as_discovery_data(mixed(300)), Free())
    for a, b in combinations(range(5), 2):
        one = score.local_score(a, ()) + score.local_score(b, (a,))
        other = score.local_score(b, ()) + score.local_score(a, (b,))
        assert one == pytest.approx(other)


def test_an_order_makes_one_number_of_a_category():
    rng = np.random.default_rng(1)
    x = rng.normal(size=150)
    stars = np.clip(np.round(3 + 0.5 * x + 1.2 * rng.normal(size=150)), 1, 5).astype(int)
    words = np.array(["awful", "poor", "fair", "good", "superb"])
    scale = pd.CategoricalDtype(words.tolist(), ordered=True)
    nominal = pd.DataFrame({"x": x, "stars": words[stars - 1]})
    ranked = nominal.astype({"stars": scale})
    read = as_discovery_data(ranked)
    assert read.ordered == ("stars",)
    assert np.array_equal(read.values[:, 1], stars - 1)  # by the scale, not by the alphabet
    test = TESTS["degenerate_gaussian"]
    r = np.corrcoef(x, stars)[0, 1]
    expected = scipy.stats.chi2.sf(-150 * np.log(1 - r**2), 1)
    assert test.on(read)(0, 1, ()) == pytest.approx(expected)
    assert test.on(as_discovery_data(nominal))(0, 1, ()) > 3 * expected
    discrete = pd.DataFrame({"stars": ranked["stars"], "more": ranked["stars"]})
    assert "degenerate_gaussian" in pc(discrete).algorithm
    limited = discover({"kind": "pc", "timeout_s": 60}, ranked)
    assert np.array_equal(limited.marks, pc(ranked).marks)


@pytest.mark.parametrize("search", [pc, ges, boss])
def test_columns_in_any_order_give_one_graph(search):
    table = mixed(800, 3)
    order = ["w", "kind", "y", "z", "x"]
    found, turned = search(table), search(table[order])
    place = [order.index(name) for name in table.columns]
    assert np.array_equal(turned.marks[np.ix_(place, place)], found.marks)


def test_a_copy_of_a_category_is_answered():
    table = mixed(300)
    table["same"] = table["kind"]
    assert "same" in {name for edge in pc(table).edges() for name in edge[:2]}


def test_who_cannot_says_so():
    with pytest.raises(CapabilityError, match="takes discrete data and the data are mixed"):
        discover({"kind": "mmhc"}, mixed(100))
    with pytest.raises(CapabilityError, match="the data are mixed"):
        discover({"kind": "ges", "engine": "causal-learn"}, mixed(100))
    with pytest.raises(CapabilityError, match="set score=degenerate_gaussian, which is for both"):
        ges(mixed(100), score="bdeu")
    status = compare_algorithms(mixed(200), ["pc", "direct_lingam"]).set_index("label").status
    assert status["pc"] == "done"
    assert status["direct_lingam"] != "done"


@pytest.mark.parametrize(
    ("name", "most"), [("degenerate_gaussian", 6), ("conditional_gaussian", 2)]
)
def test_more_columns_than_rows_allow_are_not_tested(name, most):
    numbers = as_discovery_data(np.random.default_rng(0).normal(size=(10, 14)))
    assert TESTS[name].largest_set(numbers) == most
    test = TESTS[name].on(numbers)
    assert 0.01 < test(0, 1, tuple(range(2, 2 + most))) <= 1
    with pytest.raises(DataError, match="10 rows are too few for a likelihood of X1, X2"):
        test(0, 1, tuple(range(2, 3 + most)))
    assert pc(numbers, test=name, alpha=0.2).tests > 91  # and goes on with what can be tested


@pytest.mark.parametrize("name", NAMES)
def test_few_complete_rows_are_no_evidence(name):
    table = np.random.default_rng(0).normal(size=(40, 3))
    table[2:, 0] = np.nan  # two points lie on a line
    with pytest.raises(DataError, match="2 rows are too few for a likelihood of X1, X2;"):
        pc(table, test=name, missing="test-wise")
