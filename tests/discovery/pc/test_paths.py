"""Conditioning sets drawn from paths between a pair: blocks by brute force, and what comes out."""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.discovery.pc import GaussianStatistics, run_pc
from causattn.discovery.pc.edges import Edges
from causattn.discovery.pc.knowledge import constraints
from causattn.discovery.pc.pools import Pools
from causattn.discovery.running import compiling
from causattn.graphs import dag_to_cpdag

RULES = ("causal-learn", "standard", "majority", "conservative")


def random_adjacency(seed, size, share):
    upper = np.triu(np.random.default_rng(seed).random((size, size)) < share, 1)
    return upper | upper.T


@pytest.mark.parametrize("small", [0, 12])
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 7), st.floats(0, 1))
def test_groups_and_pools_hold_what_lies_on_a_simple_path(small, seed, size, share):
    adjacency = random_adjacency(seed, size, share)
    graph = nx.from_numpy_array(adjacency)
    known = constraints(size, None, None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiling, "PLAIN_UP_TO", small)
        edges = Edges.of(adjacency, known, narrow=False).by_paths()
        pools = Pools.of(adjacency, known, narrow=False, on_paths=True)
        triples = pools.unshielded_triples()
        pairs = pools.pairs(triples)
    ends = list(zip(edges.x.tolist(), edges.y.tolist(), strict=True))
    assert sorted(ends) == [tuple(pair) for pair in np.argwhere(adjacency).tolist()]
    assert edges.centers[edges.group].tolist() == edges.x.tolist()
    group = dict(zip(ends, edges.group.tolist(), strict=True))
    for a in range(size):
        for b in range(size):
            if a == b or not adjacency[a, b]:
                continue
            mine = {v for v in graph[a] if v != b and group[a, v] == group[a, b]}
            assert mine == begins(graph, a, b)
    expected = [
        (x, middle, z)
        for middle in range(size)
        for x, z in combinations(sorted(graph[middle]), 2)
        if not adjacency[x, z]
    ]
    assert [tuple(triple) for triple in triples.tolist()] == expected
    assert len(pairs.ends) == len({(x, z) for x, _, z in expected})
    assert (pairs.ends[pairs.of_triple] == triples[:, [0, 2]]).all()
    for (x, z), own in zip(pairs.ends.tolist(), pairs.pool.tolist(), strict=True):
        for (end, other), pool in zip(((x, z), (z, x)), own, strict=True):
            rows = pools.rows[pools.row_pointer[pool] : pools.row_pointer[pool + 1]]
            assert set(rows.tolist()) == begins(graph, end, other)


def begins(graph, start, end):
    """Return the second nodes of all simple paths longer than an edge."""
    return {path[1] for path in nx.all_simple_paths(graph, start, end) if len(path) > 2}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("rules", RULES)
def test_population_correlations_give_the_true_class(rules, seed, draw_dag, draw_weights):
    rng = np.random.default_rng([seed, 11])
    size = int(rng.integers(4, 16))
    dag = draw_dag(rng, size, 2.5)
    mix = np.linalg.inv(np.eye(size) - draw_weights(rng, dag))
    statistics = GaussianStatistics.from_covariance(mix.T @ mix, 10**12)
    more = random_adjacency(seed, size, 0.3)
    for allowed in (None, dag | dag.T, dag | dag.T | more):
        found = run_pc(statistics, alpha=1e-4, rules=rules, allowed=allowed, conditioning="paths")
        assert np.array_equal(found.adjacency, dag_to_cpdag(dag))
        if allowed is not None:
            again = run_pc(statistics, alpha=1e-4, rules=rules, allowed=allowed)
            assert np.array_equal(again.tests_by_order, found.tests_by_order)


def test_a_tree_needs_no_set_of_two(gaussian_data):
    # In a tree of candidates no neighbour lies on a path to another one's end but the edge itself.
    rng = np.random.default_rng(0)
    size, allowed = 30, np.zeros((30, 30), dtype=bool)
    for child in range(1, size):
        parent = int(rng.integers(0, child))
        allowed[parent, child] = allowed[child, parent] = True
    statistics = GaussianStatistics.from_data(gaussian_data(3, size, 3, 500))
    by_paths = run_pc(statistics, alpha=0.05, allowed=allowed)
    by_neighbours = run_pc(statistics, alpha=0.05, allowed=allowed, conditioning="neighbours")
    assert by_paths.tests_by_order.tolist() == [size - 1]
    assert by_neighbours.tests_by_order.sum() > size - 1
    assert by_paths.orientation_tests_by_order.sum() <= 2 * len(by_paths.separating_sets) + 60


def test_paths_never_cost_a_test(gaussian_data):
    for seed in range(10):
        statistics = GaussianStatistics.from_data(gaussian_data(seed, 25, 3, 400))
        allowed = random_adjacency(seed, 25, 0.15)
        tests = {
            drawn: run_pc(
                statistics, alpha=1e-12, allowed=allowed, rules="causal-learn", conditioning=drawn
            ).tests_by_order
            for drawn in ("paths", "neighbours")
        }
        assert tests["paths"][0] == tests["neighbours"][0]
        assert tests["paths"][:2].sum() <= tests["neighbours"][:2].sum()


@pytest.mark.parametrize("rules", RULES)
def test_correlations_on_demand_are_those_of_the_whole_matrix(rules, gaussian_data, monkeypatch):
    # It is the compiled search that asks; plain code, where none is loaded, has the whole matrix.
    monkeypatch.setattr(compiling, "PLAIN_UP_TO", 0)
    data = gaussian_data(5, 60, 3, 300)
    allowed = random_adjacency(1, 60, 0.12)
    whole = GaussianStatistics.from_data(data)
    asked = GaussianStatistics.from_data(data, on_demand=True)
    one = run_pc(whole, alpha=0.01, rules=rules, allowed=allowed)
    other = run_pc(asked, alpha=0.01, rules=rules, allowed=allowed)
    assert np.array_equal(one.adjacency, other.adjacency)
    assert one.tests == other.tests
    assert dict(one.separating_sets) == dict(other.separating_sets)
    known = asked.correlation != 0
    # The diagonal and each order's, not all.
    assert allowed.mean() < known.mean() < 0.9
    assert np.allclose(asked.correlation[known], whole.correlation[known], atol=1e-12)
