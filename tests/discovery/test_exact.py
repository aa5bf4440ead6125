"""Exact search finds the highest score there is."""

import numpy as np
import pytest
from causallearn.search.ScoreBased.ExactSearch import bic_exact_search

from causattn.base import CapabilityError
from causattn.discovery import as_discovery_data, discover, ges
from causattn.discovery.dag_search.exact import best_dag
from causattn.discovery.shared_settings import ScoreSettings, local_score
from causattn.graphs import dag_to_cpdag, is_dag


@pytest.mark.parametrize("seed", range(8))
def test_the_class_is_causal_learns(seed):
    # By both methods, with and without bounds on parents and pairs.
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 7))
    weights = np.triu(rng.random((size, size)) < 0.6, 1) * rng.uniform(0.5, 1.5, (size, size))
    values = rng.normal(size=(60, size)) @ np.linalg.inv(np.eye(size) - weights)
    data = as_discovery_data(values[:, rng.permutation(size)])
    possible = np.triu(rng.random((size, size)) < (0.6 if seed % 3 == 0 else 1.0), 1)
    possible |= possible.T
    most = 2 if seed % 2 else None
    theirs, _ = bic_exact_search(
        data.values - data.values.mean(axis=0), super_graph=possible * 1.0, max_parents=most
    )
    score = local_score(data, "bic", ScoreSettings(kind=""))
    by_astar, by_programming = (
        best_dag(score, possible, np.zeros_like(possible), most, method)
        for method in ("astar", "dp")
    )
    assert np.array_equal(by_astar, by_programming)
    assert score.total(by_astar) == pytest.approx(score.total(theirs))
    assert np.array_equal(dag_to_cpdag(by_astar), dag_to_cpdag(theirs))


@pytest.mark.parametrize("method", ["astar", "dp"])
def test_discrete_data_and_knowledge(method):
    # Brute force over all DAGs of four variables that honour what is known.
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 2, (2, 150))
    c = (a + b + (rng.random(150) < 0.2)) % 2
    d = np.where(rng.random(150) < 0.8, c, 1 - c)
    data = as_discovery_data(np.column_stack([a, b, c, d]))
    settings = {"kind": "exact", "method": method, "score": "bdeu"}
    known = {"required": [["X4", "X1"]], "forbidden": [["X3", "X4"]]}
    score = local_score(data, "bdeu", ScoreSettings(kind=""))
    pairs = [(i, j) for i in range(4) for j in range(4) if i != j]
    best = {"free": -np.inf, "known": -np.inf}
    for edges in range(1 << len(pairs)):
        if edges.bit_count() > 6:
            continue
        dag = np.zeros((4, 4), dtype=np.uint8)
        for k, pair in enumerate(pairs):
            dag[pair] = edges >> k & 1
        if is_dag(dag):
            total = score.total(dag)
            best["free"] = max(best["free"], total)
            if dag[3, 0] and not dag[2, 3]:
                best["known"] = max(best["known"], total)
    free = discover({**settings, "knowledge": {}}, data)
    bound = discover({**settings, "knowledge": known}, data)
    assert free.score == pytest.approx(best["free"])
    assert bound.score == pytest.approx(best["known"])
    assert bound.score < free.score


def test_the_graph_is_the_same_for_any_graph_of_its_class(graph_of, gaussian):
    # Rounding depends on the columns' order; which graph of the class is returned does not.
    data = gaussian(graph_of("a>c b>c c>d d>e", "abcde"), 200, 0)
    first = discover({"kind": "exact"}, data)
    again = discover({"kind": "exact"}, data[list("ecadb")])
    assert {tuple(edge) for edge in first.edges()} == {tuple(edge) for edge in again.edges()}
    assert first.score >= ges(data).score - 1e-6


def test_candidates_bound_the_search(graph_of, gaussian, candidates_of):
    truth = graph_of("a>c b>c c>d", "abcd")
    allowed = truth.skeleton().copy()
    allowed[0, 2] = allowed[2, 0] = False
    data = gaussian(truth, 500, 0)
    graph = discover({"kind": "exact"}, data, candidates_of(truth.names, allowed))
    assert not (graph.skeleton() & ~allowed).any()
    assert graph.details["candidates"].startswith("restricted to 2 of 6")


def test_most_parents(graph_of, gaussian):
    data = gaussian(graph_of("a>e b>e c>e d>e", "abcde"), 1000, 0)
    graph = discover({"kind": "exact", "max_parents": 1}, data)
    assert graph.directed().sum(axis=0).max() == 1


def test_what_it_cannot_do_is_a_sentence():
    data = np.random.default_rng(0).normal(size=(50, 30))
    with pytest.raises(CapabilityError, match="those of 20 can be had"):
        discover({"kind": "exact", "method": "dp"}, data[:, :22])
    known = {"required": [["X1", "X4"], ["X2", "X4"]]}
    with pytest.raises(CapabilityError, match=r"requires 2 of them; raise max_parents"):
        discover({"kind": "exact", "max_parents": 1, "knowledge": known}, data[:, :4])
    with pytest.raises(CapabilityError, match="there are 29 of them"):
        discover({"kind": "exact"}, data)
