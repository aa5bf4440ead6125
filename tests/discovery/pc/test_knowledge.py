"""Required and forbidden edges: honoured, cheaper, and refused where they contradict."""

import numpy as np
import pytest

from causattn.base import ConfigError
from causattn.discovery import Knowledge, pc
from causattn.discovery.pc import GaussianStatistics, run_pc
from causattn.discovery.pc.knowledge import constraints
from causattn.graphs import CausalGraph, class_members, dag_to_cpdag

RULES = ("causal-learn", "standard", "majority", "conservative")


def edges(size, *pairs):
    matrix = np.zeros((size, size), dtype=bool)
    for i, j in pairs:
        matrix[i, j] = True
    return matrix


@pytest.mark.parametrize("rules", RULES)
def test_required_edges_stay_and_are_not_tested(rules, gaussian_data):
    statistics = GaussianStatistics.from_data(gaussian_data(0, 8, 2, 1000))
    free = run_pc(statistics, alpha=0.01, rules=rules)
    i, j = np.argwhere(np.triu(~free.skeleton, 1))[0]
    known = edges(8, (i, j)), edges(8)
    result = run_pc(statistics, alpha=0.01, rules=rules, knowledge=known)
    assert result.adjacency[i, j]
    assert not result.adjacency[j, i]
    assert np.isnan(result.p_value[i, j])
    assert result.tests_by_order[0] == free.tests_by_order[0] - 1


@pytest.mark.parametrize("rules", RULES)
def test_edges_forbidden_both_ways_are_absent_and_untested(rules, gaussian_data):
    statistics = GaussianStatistics.from_data(gaussian_data(0, 8, 2, 1000))
    free = run_pc(statistics, alpha=0.01, rules=rules)
    i, j = np.argwhere(np.triu(free.skeleton, 1))[0]
    known = edges(8), edges(8, (i, j), (j, i))
    result = run_pc(statistics, alpha=0.01, rules=rules, knowledge=known)
    assert not result.skeleton[i, j]
    assert result.tests_by_order[0] == free.tests_by_order[0] - 1
    bound = run_pc(
        statistics, alpha=0.01, rules=rules, allowed=~known[1], conditioning="neighbours"
    )
    assert np.array_equal(result.adjacency, bound.adjacency)


@pytest.mark.parametrize("rules", RULES)
def test_a_known_order_directs_every_edge(rules, draw_dag, draw_weights):
    rng = np.random.default_rng(5)
    dag = draw_dag(rng, 12, 3)
    mix = np.linalg.inv(np.eye(12) - draw_weights(rng, dag))
    statistics = GaussianStatistics.from_covariance(mix.T @ mix, 10**12)
    left, order = list(range(12)), []
    while left:
        order += [v for v in left if not dag[left, v].any()]
        left = [v for v in left if v not in order]
    place = np.argsort(order)
    forbidden = place[:, None] > place[None, :]
    free = run_pc(statistics, alpha=1e-4, rules=rules)
    known = run_pc(statistics, alpha=1e-4, rules=rules, knowledge=(edges(12), forbidden))
    assert np.array_equal(known.adjacency, dag)
    if rules != "causal-learn":
        assert known.tests < free.tests


def test_knowledge_spreads_by_meeks_rules():
    # The class of a chain is undirected; its first arrow directs the rest.
    rng = np.random.default_rng(6)
    data = rng.standard_normal((5000, 4))
    for k in range(1, 4):
        data[:, k] += data[:, k - 1]
    statistics = GaussianStatistics.from_data(data)
    for rules in RULES:
        free = run_pc(statistics, alpha=0.001, rules=rules).adjacency
        assert np.array_equal(free, free.T)
        for known in ((edges(4, (0, 1)), edges(4)), (edges(4), edges(4, (1, 0)))):
            result = run_pc(statistics, alpha=0.001, rules=rules, knowledge=known)
            assert np.argwhere(result.adjacency).tolist() == [[0, 1], [1, 2], [2, 3]]


def test_knowledge_comes_before_colliders():
    rng = np.random.default_rng(7)
    x, z = rng.standard_normal((2, 5000))
    data = np.stack([x, x + z + rng.standard_normal(5000), z], axis=1)
    statistics = GaussianStatistics.from_data(data)
    for rules in RULES:
        result = run_pc(statistics, alpha=0.01, rules=rules, knowledge=(edges(3), edges(3, (0, 1))))
        assert result.adjacency[1, 0]
        assert not result.adjacency[0, 1]
        assert not result.conflicts.any()


@pytest.mark.parametrize(
    ("required", "forbidden", "sentence"),
    [
        ([(0, 1)], [(0, 1)], "a -> b is required and forbidden"),
        ([(0, 1), (1, 0)], [], "a -> b is required, and so is the other way round"),
        ([(0, 1), (1, 2), (2, 0)], [], "the cycle a -> b -> c -> a"),
    ],
)
def test_contradictions_are_refused(required, forbidden, sentence):
    with pytest.raises(ConfigError, match=sentence):
        constraints(3, None, (edges(3, *required), edges(3, *forbidden)), "abc")


@pytest.mark.parametrize("rules", RULES)
def test_a_cycle_that_the_data_complete_is_refused(rules):
    rng = np.random.default_rng(8)
    data = rng.standard_normal((2000, 3)) + rng.standard_normal((2000, 1))
    statistics = GaussianStatistics.from_data(data, ["a", "b", "c"])
    known = edges(3), edges(3, (1, 0), (2, 1), (0, 2))
    with pytest.raises(ConfigError, match="the cycle a -> b -> c -> a"):
        run_pc(statistics, alpha=0.05, rules=rules, knowledge=known)


def test_a_required_edge_need_not_be_a_candidate():
    known = constraints(3, edges(3), (edges(3, (0, 1)), edges(3)))
    assert not known.tested.any()
    assert known.arrows(~np.eye(3, dtype=bool))[0, 1]


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("seed", range(25))
def test_what_knowledge_compels_is_directed_and_nothing_else(rules, seed, draw_dag, draw_weights):
    # Against all members of the class that honour the knowledge, listed one by one.
    rng = np.random.default_rng(seed)
    dag = draw_dag(rng, 6, 3.5)
    mix = np.linalg.inv(np.eye(6) - draw_weights(rng, dag))
    statistics = GaussianStatistics.from_covariance(mix.T @ mix, 10**12)
    required = dag & (rng.random(dag.shape) < 0.3)
    members = [
        member.adjacency("from row to column") != 0
        for member in class_members(
            CausalGraph.from_adjacency(
                dag_to_cpdag(dag.astype(np.uint8)), tuple("abcdef"), direction="from row to column"
            )
        )
    ]
    honouring = np.array([member for member in members if member[required].all()])
    found = run_pc(statistics, alpha=1e-4, rules=rules, knowledge=(required, edges(6)))
    assert np.array_equal(found.adjacency != 0, honouring.any(axis=0))


def test_meeks_fourth_rule_holds_on_data():
    rng = np.random.default_rng(0)
    first, second, third, c = rng.normal(size=(4, 20000))
    a = 0.8 * c + first
    d = 0.6 * a + 0.7 * c + second
    b = 0.9 * a + 0.5 * d + third
    known = Knowledge(required=(("c", "d"),))
    graph = pc(np.c_[a, b, c, d], names="abcd", knowledge=known)
    assert ("a", "b", "-->") in [tuple(edge)[:3] for edge in graph.edges()]
