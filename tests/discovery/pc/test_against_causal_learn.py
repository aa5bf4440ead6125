"""The rules of causal-learn give causal-learn's graph, separating sets and number of tests."""

import numpy as np
import pytest
from causallearn.utils.PCUtils.BackgroundKnowledge import BackgroundKnowledge

from causattn.discovery.pc import (
    DiscreteStatistics,
    GaussianStatistics,
    run_pc,
    run_restricted_pc_with,
)

pytestmark = pytest.mark.usefixtures("compile_always")

ROWS = (50, 200, 1000, 3000)
LEVELS = (0.01, 0.05, 0.2)
QUICK = range(24)


def check(result, adjacency, reference):
    assert np.array_equal(result.adjacency, adjacency)
    # Its cache holds a data hash, a method name and a parameter hash beside the p-values.
    assert result.tests == len(reference.test.pvalue_cache) - 3
    for (i, j), sets in result.separating_sets.items():
        union = {v for s in reference.sepset[i, j] for v in s}
        assert sets == [tuple(sorted(union))]


def check_gaussian(seed, largest, gaussian_data, by_causal_learn):
    rng = np.random.default_rng([seed, 1])
    size = int(rng.integers(3, largest + 1))
    data = gaussian_data(seed, size, rng.uniform(1, min(5, size - 1)), int(rng.choice(ROWS)))
    alpha = float(rng.choice(LEVELS))
    adjacency, reference = by_causal_learn(data, alpha, "fisherz")
    statistics = GaussianStatistics.from_data(data)
    for backend in ("compiled", "reference"):
        result = run_pc(statistics, alpha=alpha, rules="causal-learn", backend=backend)
        check(result, adjacency, reference)


def check_discrete(seed, largest, discrete_data, by_causal_learn):
    rng = np.random.default_rng([seed, 2])
    size = int(rng.integers(3, largest + 1))
    rows, most = int(rng.choice([100, 500, 2000])), int(rng.choice([2, 4, 8]))
    data = discrete_data(seed, size, rng.uniform(1, min(3, size - 1)), rows, most)
    alpha = float(rng.choice(LEVELS))
    test, theirs = (("chi_square", "chisq"), ("g_square", "gsq"))[seed % 2]
    adjacency, reference = by_causal_learn(data, alpha, theirs)
    statistics = DiscreteStatistics.from_data(data, test)
    for backend in ("compiled", "reference"):
        result = run_pc(statistics, alpha=alpha, rules="causal-learn", backend=backend)
        check(result, adjacency, reference)


@pytest.mark.parametrize("seed", QUICK)
def test_gaussian_cases(seed, gaussian_data, by_causal_learn):
    check_gaussian(seed, 14, gaussian_data, by_causal_learn)


@pytest.mark.parametrize("seed", QUICK)
def test_discrete_cases(seed, discrete_data, by_causal_learn):
    check_discrete(seed, 10, discrete_data, by_causal_learn)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 320))
def test_many_gaussian_cases(seed, gaussian_data, by_causal_learn):
    check_gaussian(seed, 40, gaussian_data, by_causal_learn)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 220))
def test_many_discrete_cases(seed, discrete_data, by_causal_learn):
    check_discrete(seed, 40 if seed % 4 == 0 else 20, discrete_data, by_causal_learn)


@pytest.mark.parametrize("seed", range(8))
def test_edges_forbidden_one_way(seed, gaussian_data, by_causal_learn):
    data = gaussian_data(seed, 9, 3, 500)
    rng = np.random.default_rng(seed)
    tier = rng.integers(0, 3, 9)
    forbidden = tier[:, None] > tier[None, :]
    knowledge = BackgroundKnowledge()
    _, reference = by_causal_learn(data, 0.05, "fisherz")
    nodes = reference.G.get_nodes()
    for i, j in np.argwhere(forbidden):
        knowledge.add_forbidden_by_node(nodes[i], nodes[j])
    adjacency, _ = by_causal_learn(data, 0.05, "fisherz", background_knowledge=knowledge)
    statistics = GaussianStatistics.from_data(data)
    for backend in ("compiled", "reference"):
        result = run_pc(
            statistics,
            alpha=0.05,
            rules="causal-learn",
            knowledge=(np.zeros_like(forbidden), forbidden),
            backend=backend,
        )
        assert np.array_equal(result.adjacency, adjacency)


@pytest.mark.parametrize("seed", range(4))
def test_around_its_own_tests(seed, gaussian_data, by_causal_learn):
    from causallearn.utils.cit import CIT

    data = gaussian_data(seed, 8, 3, 400)
    adjacency, reference = by_causal_learn(data, 0.05, "fisherz")
    result = run_restricted_pc_with(CIT(data, "fisherz"), 8, 0.05)
    check(result, adjacency, reference)


def test_limit_on_the_order(gaussian_data, by_causal_learn):
    data = gaussian_data(3, 14, 5, 3000)
    statistics = GaussianStatistics.from_data(data)
    for most in (0, 1, 2):
        adjacency, reference = by_causal_learn(data, 0.05, "fisherz", max_k=most)
        result = run_pc(statistics, alpha=0.05, rules="causal-learn", max_order=most)
        check(result, adjacency, reference)
        assert len(result.tests_by_order) == most + 1
