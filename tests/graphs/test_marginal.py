"""Graphs over some of their variables, against d-separation in the whole graph."""

from itertools import combinations

import networkx
import numpy as np
import pytest

from causattn.graphs import CausalGraph, compare_graphs
from causattn.graphs.marginal import SKELETON_ALONE


def separations(graph, names):
    """Every separation among `names`."""
    directed = graph.to_networkx()
    return {
        (x, y, given)
        for x, y in combinations(sorted(names), 2)
        for size in range(len(names) - 1)
        for given in combinations(sorted(set(names) - {x, y}), size)
        if networkx.is_d_separator(directed, x, y, set(given))
    }


@pytest.mark.parametrize("seed", range(40))
def test_a_marginal_dag_has_the_separations_of_the_whole(random_dag, seed):
    rng = np.random.default_rng(seed)
    graph = random_dag(seed, 6, 0.4)
    names = rng.permutation(graph.names)[: rng.integers(3, 6)].tolist()
    found = graph.over(names)
    assert found.names == tuple(names)
    assert set(found.details["left_out"]) == set(graph.names) - set(names)
    if found.kind == "dag":
        assert separations(found, names) == separations(graph, names)
    else:
        place = [graph.names.index(name) for name in names]
        np.testing.assert_array_equal(found.skeleton(), graph.skeleton()[np.ix_(place, place)])


def test_both_kinds_are_met(graph):
    chain = graph("a>b b>c").over(["a", "c"])
    assert chain.kind == "dag"
    assert [(edge.source, edge.symbol, edge.target) for edge in chain.edges()] == [
        ("a", "-->", "c")
    ]
    fork = graph("a>b a>c").over(["c", "b"])
    assert fork.details == {"left_out": ["a"], SKELETON_ALONE: True}
    assert fork.edge_count == 0


def test_over_all_or_other_variables(graph):
    whole = graph("a>b b>c")
    again = whole.over(["c", "b", "a"])
    assert again.names == ("c", "b", "a")
    assert not again.details
    assert whole.over(["a", "z"]) is None


def test_a_truth_of_adjacencies_alone_judges_nothing_else(graph):
    truth = graph("d>a d>b a>b b>c", "abcd").over(["a", "b", "c"])
    for kind in ("cpdag", "pag"):
        estimate = graph("b>a b>c")
        estimate = CausalGraph(estimate.names, estimate.marks, kind=kind)
        found = compare_graphs(estimate, truth)
        assert (found["adjacency_precision"], found["adjacency_recall"]) == (1.0, 1.0)
        known = {name for name, value in found.items() if value is not None}
        assert known == {
            "adjacency_precision",
            "adjacency_recall",
            "adjacency_f1",
            "edges",
            "shd",
            "true_edges",
        }


def test_the_distance_to_a_skeleton_counts_pairs_adjacent_in_one_alone(graph):
    truth = graph("d>a d>b a>b b>c", "abcd").over(["a", "b", "c"])
    for text, expected in (("b>a b>c", 0), ("a>b", 1), ("a>b b>c a>c", 1), ("a>c", 3)):
        assert compare_graphs(graph(text), truth)["shd"] == expected
    assert compare_graphs(graph("a>b", "cba"), truth)["shd"] == 1
