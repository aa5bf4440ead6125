import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mutual_info_score

from causattn.graphs import CausalGraph, dag_to_cpdag
from experiments.alarm500.measure import conditional_mutual_information, mistakes, textbook_pc
from experiments.alarm500.published import Pattern, published_pc


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_conditional_mutual_information_is_the_mean_over_strata(seed):
    rng = np.random.default_rng(seed)
    data = rng.integers(0, 3, (60, 4))
    expected = 0.0
    for stratum in np.unique(data[:, 2:], axis=0):
        rows = data[(data[:, 2:] == stratum).all(1)]
        expected += len(rows) / len(data) * mutual_info_score(rows[:, 0], rows[:, 1])
    assert conditional_mutual_information(data, 0, 1, (2, 3)) == pytest.approx(expected, abs=1e-12)
    plain = conditional_mutual_information(data, 0, 1, ())
    assert plain == pytest.approx(mutual_info_score(data[:, 0], data[:, 1]), abs=1e-12)


@pytest.mark.parametrize("conflicts", ["free", "first", "last"])
def test_textbook_pc_finds_the_class_with_an_oracle(conflicts):
    import networkx as nx

    rng = np.random.default_rng(5)
    for _ in range(20):
        dag = np.triu(rng.random((6, 6)) < 0.4, 1).astype(int)
        graph = nx.DiGraph(dag)

        def independent(x, y, given, graph=graph):
            return nx.is_d_separator(graph, {x}, {y}, set(given))

        found, separating = textbook_pc(6, independent, conflicts)
        np.testing.assert_array_equal(found, dag_to_cpdag(dag))
        assert all(independent(x, y, given) for (x, y), given in separating.items())


@pytest.mark.parametrize("walk", [iter, sorted])
def test_published_rules_find_the_class_with_an_oracle(walk):
    import networkx as nx

    rng = np.random.default_rng(6)
    for _ in range(20):
        dag = np.triu(rng.random((6, 6)) < 0.4, 1).astype(int)
        graph = nx.DiGraph(dag)

        def independent(x, y, given, graph=graph):
            return nx.is_d_separator(graph, {x}, {y}, set(given))

        found, separating = published_pc(6, independent, walk)
        np.testing.assert_array_equal(found, dag_to_cpdag(dag))
        assert all(independent(x, y, tuple(given)) for (x, y), given in separating.items())


def test_arrowheads_from_both_ends_are_none():
    # a - b - c - d, each middle said to be a collider: b and c point at each other.
    pattern = Pattern(4, iter)
    edges = {(0, 1), (1, 2), (2, 3)}
    pattern.undirected = {
        node: {other for edge in edges if node in edge for other in edge if other != node}
        for node in range(4)
    }
    pattern.separating = {(0, 2): set(), (1, 3): set(), (0, 3): set()}
    pattern.direct_colliders()
    assert pattern.parents == {0: set(), 1: {0}, 2: {3}, 3: set()}
    assert pattern.undirected == {0: set(), 1: {2}, 2: {1}, 3: set()}


def test_mistakes_counts_each_pair_once():
    names = ("a", "b", "c", "d")
    truth = np.zeros((4, 4), int)
    truth[0, 1] = truth[1, 2] = 1
    found = np.zeros((4, 4), int)
    found[1, 0] = found[2, 3] = found[3, 2] = 1
    graphs = [
        CausalGraph.from_adjacency(matrix, names, direction="from row to column")
        for matrix in (found, truth)
    ]
    assert mistakes(*graphs) == (1, 1, 1)
