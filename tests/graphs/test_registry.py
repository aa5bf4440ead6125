"""The flat metrics: what is defined when, and that DAGs are compared as classes."""

import json

import numpy as np
import pytest

from causattn.graphs import CausalGraph, compare_graphs, to_cpdag


def test_an_equivalent_dag_is_no_mistake(graph):
    metrics = compare_graphs(graph("c>b b>a"), graph("a>b b>c"))
    assert metrics["shd"] == 0
    assert metrics["parent_aid"] == metrics["oset_aid"] == 0
    assert metrics["dag_shd"] == 2
    assert (metrics["shd_best_member"], metrics["shd_worst_member"]) == (0, 2)
    assert metrics["sid_best_member"] == 0
    assert metrics["valid_cpdag"] is True


def test_true_cpdag_is_perfect(random_dag):
    for seed in range(10):
        truth = random_dag(seed, 8, 0.3)
        metrics = compare_graphs(to_cpdag(truth), truth)
        assert metrics["shd"] == metrics["shd_best_member"] == metrics["sid_best_member"] == 0
        assert metrics["adjacency_f1"] == metrics["arrowhead_f1"] == 1


def test_empty_estimate(graph):
    metrics = compare_graphs(graph(""), graph("a>c b>c"))
    assert metrics["shd"] == 2
    assert metrics["adjacency_precision"] is None
    assert metrics["adjacency_recall"] == metrics["adjacency_f1"] == 0


def test_no_extension_leaves_what_needs_one_open(graph):
    square = "a-b b-c c-d d-a"
    metrics = compare_graphs(graph(square, "abcd"), graph("a>b b>c c>d", "abcd"))
    assert metrics["valid_cpdag"] is False
    assert metrics["parent_aid"] is None
    assert metrics["shd_best_member"] is None
    # The true CPDAG is the chain a - b - c - d: only the edge between a and d is extra.
    assert metrics["shd"] == 1


def test_a_pdag_counts_as_the_class_of_its_extension(graph):
    # a > b - c is no CPDAG (b > c follows); its extension's class is a - b - c.
    metrics = compare_graphs(graph("a>b b-c"), graph("a>b b>c"))
    assert metrics["valid_cpdag"] is False
    assert metrics["shd"] == 1
    assert metrics["parent_aid"] == 0


def test_arrows_at_both_ends_have_no_extension(graph):
    marks = np.array(graph("a>b").marks)
    marks[1, 0] = 2
    metrics = compare_graphs(CausalGraph(tuple("abc"), marks, kind="cpdag"), graph("a>b"))
    assert metrics["parent_aid"] is None
    assert metrics["adjacency_f1"] == 1


def test_a_pag_is_compared_by_adjacencies_and_arrowheads(graph):
    marks = np.array([[0, 0, 2], [0, 0, 2], [3, 3, 0]])
    pag = CausalGraph(tuple("abc"), marks, kind="pag")
    metrics = compare_graphs(pag, graph("a>c b>c"))
    assert metrics["shd"] is None
    assert metrics["arrowhead_f1"] == 1
    assert compare_graphs(pag, pag)["shd"] == 0


@pytest.mark.parametrize("seed", range(5))
def test_metrics_are_plain_json(random_dag, seed):
    metrics = compare_graphs(random_dag(seed, 6, 0.4), random_dag(seed + 1, 6, 0.4))
    assert json.loads(json.dumps(metrics, allow_nan=False)) == metrics


def test_larger_graphs_stay_quick(random_dag):
    truth, estimate = random_dag(1, 16, 0.15), random_dag(2, 16, 0.15)
    assert compare_graphs(estimate, truth)["true_edges"] == truth.edge_count
