"""Precision and recall against causal-learn's confusion counts, and where nothing is claimed."""

import math

import pytest
from causallearn.graph.AdjacencyConfusion import AdjacencyConfusion
from causallearn.graph.ArrowConfusion import ArrowConfusion
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.graphs import (
    METRICS,
    adjacency_agreement,
    arrowhead_agreement,
    compare_graphs,
    to_cpdag,
)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 7), st.integers(0, 10_000), st.integers(0, 10_000))
def test_counts_are_those_of_causal_learn(random_dag, size, one, other):
    estimate, truth = (to_cpdag(random_dag(seed, size, 0.4)) for seed in (one, other))
    theirs = (truth.to_causal_learn(), estimate.to_causal_learn())
    adjacency, arrow = AdjacencyConfusion(*theirs), ArrowConfusion(*theirs)
    ours = adjacency_agreement(estimate, truth)
    # causal-learn counts an adjacency once for each order of the pair in some releases.
    factor = 1 if adjacency.get_adj_tp() == ours.true_positives else 2
    assert ours.true_positives * factor == adjacency.get_adj_tp()
    assert ours.false_positives * factor == adjacency.get_adj_fp()
    assert ours.false_negatives * factor == adjacency.get_adj_fn()
    ours = arrowhead_agreement(estimate, truth)
    assert ours.true_positives == arrow.get_arrows_tp()
    assert ours.false_positives == arrow.get_arrows_fp()
    assert ours.false_negatives == arrow.get_arrows_fn()


def test_by_hand(graph):
    found = adjacency_agreement(graph("a>b a>c"), graph("b>a b>c"))
    assert found[:3] == (0.5, 0.5, 0.5)
    found = arrowhead_agreement(graph("a>b c>b"), graph("a>b b-c"))
    assert found[:3] == (0.5, 1.0, pytest.approx(2 / 3))


def test_nothing_over_nothing(graph):
    nan = pytest.approx(math.nan, nan_ok=True)
    assert adjacency_agreement(graph(""), graph("a>b"))[:3] == (nan, 0.0, 0.0)
    assert adjacency_agreement(graph("a>b"), graph(""))[:3] == (0.0, nan, 0.0)
    assert adjacency_agreement(graph(""), graph(""))[:3] == (nan, nan, nan)
    assert arrowhead_agreement(graph("a-b"), graph("a>b"))[:3] == (nan, 0.0, 0.0)
    numbers = compare_graphs(graph(""), graph("a>b"))
    assert (numbers["adjacency_precision"], numbers["adjacency_recall"]) == (None, 0.0)
    assert METRICS["adjacency_precision"].undefined == "last"
    assert METRICS["adjacency_recall"].undefined == "left out"
