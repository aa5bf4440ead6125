"""BOSS and GRaSP: seeded, silent, with the penalty that was asked for."""

import numpy as np
import pytest

from causattn.base import CapabilityError
from causattn.discovery import discover, ges
from causattn.graphs import compare_graphs

CASES = [
    {"kind": "boss"},
    {"kind": "boss", "engine": "causal-learn"},
    {"kind": "grasp"},
]


@pytest.fixture(scope="module")
def case(graph_of, gaussian):
    truth = graph_of("a>c b>c c>d d>e b>f f>e", "abcdef")
    return gaussian(truth, 1500, 0), truth


@pytest.mark.parametrize("settings", CASES)
def test_finds_the_class_and_says_nothing(case, capfd, settings):
    data, truth = case
    graph = discover(settings, data, seed=0)
    assert compare_graphs(graph, truth)["shd"] <= compare_graphs(ges(data), truth)["shd"]
    assert graph.score >= ges(data).score - 1e-6
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


@pytest.mark.parametrize("settings", CASES)
def test_same_seed_same_graph_and_the_world_as_before(case, settings):
    data = case[0].iloc[:40]
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    one, again = (discover(settings, data, seed=5) for _ in range(2))
    assert np.array_equal(one.marks, again.marks)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


@pytest.mark.parametrize("settings", CASES)
def test_the_penalty_is_that_of_ges(case, settings):
    data = case[0].iloc[:100]
    counts = [
        discover({**settings, "penalty": penalty}, data).edge_count for penalty in (0.1, 20.0)
    ]
    assert counts[0] > counts[1]
    assert "penalty 0.5 log n" in discover(settings, data).algorithm


@pytest.mark.parametrize("settings", CASES)
def test_discrete_data(network, settings):
    data, truth = network("asia", 1500)
    graph = discover(settings, data)
    assert "bdeu" in graph.algorithm
    assert compare_graphs(graph, truth)["adjacency_f1"] > 0.7


def test_candidates_restrict_and_weigh(case, candidates_of):
    data, truth = case
    candidates = candidates_of(truth.names, truth.skeleton())
    bound = discover({"kind": "boss"}, data, candidates)
    assert not (bound.skeleton() & ~truth.skeleton()).any()
    weighed = discover({"kind": "boss", "candidates": "weigh"}, data.iloc[:15], candidates)
    plain = discover({"kind": "boss"}, data.iloc[:15])
    f1 = [compare_graphs(graph, truth)["adjacency_f1"] for graph in (plain, weighed)]
    assert f1[1] > f1[0]
    with pytest.raises(CapabilityError, match="cannot weigh by candidates"):
        discover(
            {"kind": "boss", "engine": "causal-learn", "candidates": "weigh"}, data, candidates
        )
