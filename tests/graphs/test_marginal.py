"""Graphs over some of their variables, against d-separation in the whole graph."""

from itertools import combinations

import networkx
import numpy as np
import pytest

from causattn.graphs import CausalGraph, compare_graphs, varying, with_constant
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


@pytest.mark.parametrize("seed", range(20))
def test_a_root_that_never_varies_leaves_the_separations_given_it(random_dag, seed):
    graph = random_dag(seed, 6, 0.5)
    root = next(name for k, name in enumerate(graph.names) if not graph.parents(k))
    names = [name for name in graph.names if name != root]
    found = graph.over(names, {root: []})
    assert found.kind == "dag"
    directed = graph.to_networkx()
    for x, y in combinations(sorted(names), 2):
        for given in combinations(sorted(set(names) - {x, y}), 2):
            expected = networkx.is_d_separator(directed, x, y, {*given, root})
            assert networkx.is_d_separator(found.to_networkx(), x, y, set(given)) == expected


def test_what_its_parents_determine_leaves_a_dag_however_many_children_it_has(graph):
    whole = graph("a>b b>c b>d", "abcd")
    kept = whole.over(["a", "c", "d"], {"b": ["a"]})
    assert kept.kind == "dag"
    assert {(edge.source, edge.target) for edge in kept.edges()} == {("a", "c"), ("a", "d")}
    # Another parent, or no word of what determines it, leaves a common cause.
    more = graph("a>b e>b b>c b>d", "abcde")
    for known in ({}, {"b": ["a"]}, {"b": []}, {"other": ["a"]}):
        assert SKELETON_ALONE in more.over(["a", "c", "d", "e"], known).details


def test_isolated_variables_leave_any_graph_as_it_is(graph):
    whole = graph("a-b b>c", "abcd")
    kept = whole.over(["c", "b", "a"])
    assert (kept.kind, kept.details["left_out"]) == ("cpdag", ["d"])
    assert kept.symbol("b", "c") == "-->"
    assert kept.symbol("a", "b") == "---"


def test_a_constant_variable_is_isolated_and_judged_by_nothing(graph):
    found, truth = graph("a>c b>c"), graph("a>c b>c d>a d>b", "abcd")
    shown = with_constant(found, ["d"])
    assert shown.names == ("a", "b", "c", "d")
    assert not shown.skeleton()[3].any()
    assert varying(shown) == ("a", "b", "c")
    assert with_constant(found, []) is found
    judged = compare_graphs(shown, truth)
    assert judged == compare_graphs(found, truth.over(["a", "b", "c"], {"d": []}))
    assert (judged["shd"], judged["arrowhead_f1"], judged["true_edges"]) == (0, 1.0, 2)
    # The same where the truth has been taken over the rest already.
    over = with_constant(truth.over(["a", "b", "c"]), ["d"])
    assert SKELETON_ALONE in over.details
    assert compare_graphs(shown, over)["shd"] == 0
    assert compare_graphs(shown, over)["arrowhead_f1"] is None
    assert shown.summary(over)["truth"][SKELETON_ALONE]


def test_constant_variables_stand_where_they_are_asked_to(graph):
    found = CausalGraph(("a", "b"), graph("a>b", "ab").marks, separating_sets={(0, 1): [(1,)]})
    placed = with_constant(found, ["z"], ["z", "a", "b"])
    assert placed.names == ("z", "a", "b")
    assert placed.symbol("a", "b") == "-->"
    assert placed.separating_sets == {(1, 2): ((2,),)}
    assert placed.details == {"constant": ["z"]}
