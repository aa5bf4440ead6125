"""Baselines do what they say, and the random one is uniform and seeded."""

from collections import Counter

import numpy as np
import pytest
from CausalDisco import baselines

from causattn.base import CapabilityError, ConfigError
from causattn.candidates import CandidateEdges
from causattn.discovery import discover


@pytest.fixture(scope="module")
def data(graph_of, gaussian):
    return gaussian(graph_of("a>b b>c c>d", "abcd"), 500, 0)


@pytest.fixture(scope="module")
def candidates():
    score = np.array([[0, 0.9, 0.1, 0], [0.2, 0, 0.3, 0], [0, 0.8, 0, 0], [0.5, 0, 0.4, 0]])
    allowed = np.maximum(score, score.T) > 0.3
    return CandidateEdges(tuple("abcd"), score, np.full((4, 4), np.nan), allowed, "by hand")


def test_empty(data):
    graph = discover({"kind": "empty"}, data)
    assert graph.edge_count == 0
    assert graph.kind == "dag"


def test_random_has_its_edges_and_its_seed(data):
    one, again, other = (discover({"kind": "random", "edges": 4}, data, seed=s) for s in (1, 1, 2))
    assert one.kind == "dag"
    assert one.edge_count == 4
    assert np.array_equal(one.marks, again.marks)
    assert not np.array_equal(one.marks, other.marks)
    assert discover({"kind": "random"}, data).edge_count == 4


def test_random_is_uniform_over_edges(data):
    counts = Counter(
        edge
        for seed in range(600)
        for edge in discover({"kind": "random", "edges": 1}, data, seed=seed).edges()
    )
    assert len(counts) == 12
    # 600 draws over 12 directed edges: 50 each, standard deviation 6.8.
    assert max(abs(count - 50) for count in counts.values()) < 28


def test_random_cannot_have_more_edges_than_pairs(data):
    with pytest.raises(ConfigError, match="from 0 to 6"):
        discover({"kind": "random", "edges": 7}, data)


def test_attention_threshold(data, candidates):
    graph = discover({"kind": "attention_threshold", "edges": 2}, data, candidates)
    assert [tuple(e) for e in graph.edges()] == [("a", "b", "---"), ("b", "c", "---")]
    directed = discover({"kind": "attention_threshold", "directed": True}, data, candidates)
    assert {tuple(e) for e in directed.edges()} == {
        ("a", "b", "-->"),
        ("c", "b", "-->"),
        ("d", "a", "-->"),
        ("d", "c", "-->"),
    }


def test_attention_threshold_needs_candidates(data):
    with pytest.raises(CapabilityError, match="made of candidates and none were given"):
        discover({"kind": "attention_threshold"}, data)


def test_mutual_information(data, network):
    graph = discover({"kind": "mutual_information", "edges": 3}, data)
    assert {(e.source, e.target) for e in graph.edges()} == {("a", "b"), ("b", "c"), ("c", "d")}
    discrete, _ = network("asia", 500)
    assert discover({"kind": "mutual_information"}, discrete).edge_count > 0


@pytest.mark.parametrize(
    ("criterion", "theirs"),
    [("r2", baselines.r2_sort_regress), ("variance", baselines.var_sort_regress)],
)
def test_sort_regress_is_that_of_its_authors(data, criterion, theirs):
    graph = discover({"kind": "sort_regress", "criterion": criterion}, data)
    expected = theirs(data.to_numpy()) != 0
    assert np.array_equal(graph.adjacency("from row to column"), expected)


def test_sort_regress_is_for_continuous_data(network):
    with pytest.raises(CapabilityError, match="takes continuous data and the data are discrete"):
        discover({"kind": "sort_regress"}, network("asia", 1000)[0])
