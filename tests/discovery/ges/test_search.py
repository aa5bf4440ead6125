"""`run_ges` against causal-learn, against exact search, and with population covariances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.discovery.ges import run_ges
from causattn.discovery.scores import BDeu, DiscreteBIC, GaussianBIC
from causattn.graphs import dag_to_cpdag
from tests.discovery.ges.cases import (
    all_dags,
    causal_learn,
    discrete_data,
    linear_data,
    population_covariance,
    random_dag,
)

CHICKERING = {"phases": ("forward", "backward"), "repeat": False}


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(3, 8),
    rows=st.sampled_from([40, 200, 1000]),
    penalty=st.sampled_from([0.5, 1.0]),
)
def test_forward_and_backward_are_causal_learns(seed, size, rows, penalty):
    """Same score always. Same graph too: gains tie only where moves lead to the same class."""
    rng = np.random.default_rng(seed)
    data = linear_data(rng, random_dag(rng, size, 3), rows)
    theirs, their_score = causal_learn(data, lambda_value=penalty)
    score = GaussianBIC.from_data(data, penalty=penalty)
    mine = run_ges(score, **CHICKERING)
    assert mine.score == pytest.approx(their_score, rel=1e-9)
    np.testing.assert_array_equal(mine.adjacency, theirs)
    assert run_ges(score).score >= their_score - 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_larger_graphs_are_causal_learns(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(10, 15))
    data = linear_data(rng, random_dag(rng, size, 2.5), 500)
    theirs, their_score = causal_learn(data)
    mine = run_ges(GaussianBIC.from_data(data), backend="compiled", **CHICKERING)
    assert mine.score == pytest.approx(their_score, rel=1e-9)
    np.testing.assert_array_equal(mine.adjacency, theirs)


@pytest.mark.parametrize("seed", range(8))
def test_bdeu_search_is_causal_learns(seed):
    rng = np.random.default_rng(seed)
    data = discrete_data(rng, random_dag(rng, 4, 2), 300)
    theirs, their_score = causal_learn(data, score_func="local_score_BDeu")
    score = BDeu(data, equivalent_sample_size=1, structure_prior=1)
    for backend in ("reference", "compiled"):
        mine = run_ges(score, backend=backend, **CHICKERING)
        assert mine.score == pytest.approx(their_score, rel=1e-9)
        np.testing.assert_array_equal(mine.adjacency, theirs)
    assert run_ges(score).score >= their_score - 1e-6


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(2, 9), degree=st.floats(0.5, 3))
def test_population_covariance_gives_the_true_class(seed, size, degree):
    rng = np.random.default_rng(seed)
    dag = random_dag(rng, size, degree)
    score = GaussianBIC(population_covariance(rng, dag), rows=10**9)
    for backend in ("reference", "compiled"):
        found = run_ges(score, backend=backend)
        assert found.score >= score.total(dag) - 1e-3
        np.testing.assert_array_equal(found.adjacency, dag_to_cpdag(dag))


@pytest.mark.parametrize(
    "make", [GaussianBIC.from_data, BDeu, DiscreteBIC], ids=["gaussian", "bdeu", "bic"]
)
def test_no_better_than_exact_search_and_seldom_worse(make):
    dags = all_dags(4)
    assert len(dags) == 543
    shortfalls = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        dag = random_dag(rng, 4, 2)
        data = discrete_data(rng, dag, 200)
        if make == GaussianBIC.from_data:
            data = linear_data(rng, dag, 200)
        score = make(data)
        best = max(score.total(candidate) for candidate in dags)
        found = run_ges(score).score
        assert found <= best + 1e-7
        shortfalls.append(best - found)
    assert np.mean(np.array(shortfalls) < 1e-6) >= 0.75


def test_score_does_not_depend_on_the_order_of_columns():
    for seed in range(10):
        rng = np.random.default_rng(seed)
        data = linear_data(rng, random_dag(rng, 8, 2), 2000)
        first = run_ges(GaussianBIC.from_data(data))
        order = rng.permutation(8)
        second = run_ges(GaussianBIC.from_data(data[:, order]))
        assert second.score == pytest.approx(first.score, rel=1e-12)
        np.testing.assert_array_equal(second.adjacency, first.adjacency[np.ix_(order, order)])


def test_turning_can_only_help():
    better = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        score = GaussianBIC.from_data(linear_data(rng, random_dag(rng, 9, 4), 100))
        plain = run_ges(score, **CHICKERING)
        turned = run_ges(score)
        assert turned.score >= plain.score - 1e-9
        better += turned.score > plain.score + 1e-6
    assert better >= 3


def test_result_tells_how_it_came_about():
    rng = np.random.default_rng(3)
    score = GaussianBIC.from_data(linear_data(rng, random_dag(rng, 8, 3), 500))
    found = run_ges(score)
    empty = score.total(np.zeros((8, 8)))
    assert found.score == pytest.approx(empty + sum(step.gain for step in found.steps))
    assert found.score == pytest.approx(score.total(found.dag))
    np.testing.assert_array_equal(dag_to_cpdag(found.dag), found.adjacency)
    assert sum(found.steps_by_phase.values()) == len(found.steps)
    assert found.steps_by_phase["forward"] >= np.count_nonzero(found.dag)
    adjacent = (found.adjacency | found.adjacency.T).astype(bool)
    np.testing.assert_array_equal(~np.isnan(found.edge_support), adjacent)
    # At a local optimum no edge can go without loss.
    assert np.all(found.edge_support[adjacent] > 0)
    np.testing.assert_array_equal(found.edge_support, found.edge_support.T)


def test_edge_support_is_the_loss_of_the_cheapest_deletion():
    """By brute force over the members of the class."""
    rng = np.random.default_rng(4)
    score = GaussianBIC.from_data(linear_data(rng, random_dag(rng, 4, 3), 100))
    found = run_ges(score)
    members = [dag for dag in all_dags(4) if np.array_equal(dag_to_cpdag(dag), found.adjacency)]
    for i, j in np.argwhere(np.triu(~np.isnan(found.edge_support))):
        losses = []
        for dag in members:
            without = dag.copy()
            without[i, j] = without[j, i] = 0
            losses.append(score.total(dag) - score.total(without))
        assert found.edge_support[i, j] == pytest.approx(min(losses))


def test_known_small_cases():
    collider = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.5, 0.5, 1.0]])
    np.testing.assert_array_equal(
        run_ges(GaussianBIC(collider, rows=1000)).adjacency, [[0, 0, 1], [0, 0, 1], [0, 0, 0]]
    )
    chain = np.array([[1.0, 0.6, 0.36], [0.6, 1.0, 0.6], [0.36, 0.6, 1.0]])
    np.testing.assert_array_equal(
        run_ges(GaussianBIC(chain, rows=1000)).adjacency, [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    )
    for backend in ("reference", "compiled"):
        alone = run_ges(GaussianBIC(np.eye(1), rows=10), backend=backend)
        assert alone.adjacency.shape == (1, 1)
        assert not alone.steps


def test_fewer_rows_than_variables_still_gives_a_class():
    rng = np.random.default_rng(5)
    data = linear_data(rng, random_dag(rng, 12, 1), 8)
    with_bound = run_ges(GaussianBIC.from_data(data), max_parents=2)
    assert with_bound.dag.sum(axis=0).max() < 8
    assert np.isfinite(with_bound.score)
    assert np.isfinite(run_ges(GaussianBIC.from_data(data)).score)
