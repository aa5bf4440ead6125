"""Data drawn from structural equation models: graphs, weights and noise are what was asked for."""

import networkx
import numpy as np
import pytest
import scipy.stats

from causattn.base import ConfigError
from causattn.corpora import load_corpus
from causattn.corpora.sem import SemSettings, _graph, _noise, _values


def _load(seed=0, **settings):
    return load_corpus({"kind": "sem", **settings}, seed)


def test_equal_seeds_give_equal_data():
    one, two, three = _load(), _load(), _load(1)
    np.testing.assert_array_equal(one.values, two.values)
    assert not np.array_equal(one.values, three.values)
    np.testing.assert_allclose(one.values.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(one.values.std(axis=0), 1)
    assert one.truth.kind == "dag"
    assert one.truth_over(one.variables).edge_count > 0


@pytest.mark.parametrize(("graph", "degree"), [("erdos_renyi", 3.0), ("scale_free", 4.0)])
def test_degrees(graph, degree):
    settings = SemSettings(variables=30, graph=graph, degree=degree)
    counts = [int(_graph(settings, seed)[0].sum()) for seed in range(60)]
    if graph == "erdos_renyi":
        assert np.mean(counts) == pytest.approx(30 * degree / 2, rel=0.05)
    else:
        assert {*counts} == {2 * (30 - 2)}  # each new variable brings two edges
        largest = [
            max(dict(networkx.from_numpy_array(_graph(settings, seed)[0]).degree()).values())
            for seed in range(20)
        ]
        assert np.mean(largest) > 9  # hubs, which a random graph of this density lacks


def test_linear_weights_are_found_again_by_regression():
    settings = SemSettings(documents=40_000, variables=6, degree=3.0, standardise=False)
    adjacency, order = _graph(settings, 3)
    values, weights = _values(settings, adjacency, order, 3)
    assert adjacency.sum() > 4
    size = np.abs(weights[adjacency])
    assert ((size >= 0.5) & (size <= 2)).all()
    for variable in range(6):
        parents = np.flatnonzero(adjacency[:, variable])
        found, *_ = np.linalg.lstsq(values[:, parents], values[:, variable], rcond=None)
        np.testing.assert_allclose(found, weights[parents, variable], atol=0.03)
        left = values[:, variable] - values[:, parents] @ weights[parents, variable]
        assert left.std() == pytest.approx(1, abs=0.02)


def test_nonlinear_functions_are_not_linear():
    settings = SemSettings(documents=20_000, variables=8, function="nonlinear", standardise=False)
    shares = []
    for seed in range(4):
        adjacency, order = _graph(settings, seed)
        values, weights = _values(settings, adjacency, order, seed)
        assert weights is None
        for variable in np.flatnonzero(adjacency.any(axis=0)):
            parents = np.flatnonzero(adjacency[:, variable])
            design = np.column_stack([np.ones(len(values)), values[:, parents]])
            fitted = design @ np.linalg.lstsq(design, values[:, variable], rcond=None)[0]
            shares.append((values[:, variable] - fitted).var())
    assert max(shares) > 1.2  # more than the noise is left


@pytest.mark.parametrize(
    ("noise", "law"),
    [
        ("gaussian", scipy.stats.norm()),
        ("uniform", scipy.stats.uniform(-np.sqrt(3), 2 * np.sqrt(3))),
        ("exponential", scipy.stats.expon(-1)),
        ("laplace", scipy.stats.laplace(scale=np.sqrt(0.5))),
        ("gumbel", scipy.stats.gumbel_r(-np.euler_gamma * np.sqrt(6) / np.pi, np.sqrt(6) / np.pi)),
    ],
)
def test_noise_follows_its_law(noise, law):
    drawn = _noise(noise, np.random.default_rng(0), 5000)
    assert law.mean() == pytest.approx(0, abs=1e-9)
    assert law.std() == pytest.approx(1)
    assert scipy.stats.kstest(drawn, law.cdf).pvalue > 0.01


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"variables": 1}, "corpus.variables=1 is too few"),
        ({"degree": 10.0}, "corpus.degree=10 should be above 0 and at most 9"),
        ({"weights": [2.0, 0.5]}, r"corpus.weights=\[2.0, 0.5\] should be two numbers"),
        ({"noise": "cauchy"}, "choose one of gaussian"),
    ],
)
def test_settings_that_make_no_sense(wrong, words):
    with pytest.raises(ConfigError, match=words):
        _load(**wrong)
