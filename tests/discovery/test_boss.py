"""BOSS against exact search by brute force, and its options."""

from itertools import permutations

import numpy as np
import pytest

from causattn.base import ConfigError
from causattn.discovery import Knowledge, boss, discover
from causattn.discovery.data import as_discovery_data
from causattn.discovery.permutation.order_search import best_order
from causattn.discovery.shared_settings import ScoreSettings, local_score
from causattn.graphs import is_dag


def best_by_brute_force(score, required=None, possible=None) -> float:
    """Return the highest score of any DAG: the best parents before each variable in any order."""
    size = score.size
    needed = np.zeros((size, size), dtype=bool) if required is None else required
    open_ = np.ones((size, size), dtype=bool) if possible is None else possible | needed
    best = {}
    for v in range(size):
        for mask in range(1 << size):
            if not mask >> v & 1:
                parents = [u for u in range(size) if mask >> u & 1]
                fits = set(np.flatnonzero(needed[:, v])) <= set(parents) and open_[parents, v].all()
                best[v, mask] = max(
                    [score.local_score(v, parents) if fits else -np.inf]
                    + [best[v, mask & ~(1 << u)] for u in parents]
                )
    totals = []
    for order in permutations(range(size)):
        mask, total = 0, 0.0
        for v in order:
            total += best[v, mask]
            mask |= 1 << v
        totals.append(total)
    return max(totals)


@pytest.mark.parametrize("seed", range(8))
def test_finds_the_optimum_on_small_graphs(graph_of, gaussian, seed):
    data = gaussian(graph_of("a>c b>c c>d d>e a>e", "abcde"), 200, seed)
    score = local_score(as_discovery_data(data), "bic", ScoreSettings(kind=""))
    dag = best_order(score, np.random.default_rng(seed), starts=50)
    assert is_dag(dag)
    assert score.total(dag) == pytest.approx(best_by_brute_force(score))


def test_a_prior_is_part_of_what_is_maximised(graph_of, gaussian):
    data = gaussian(graph_of("a>b b>c", "abc"), 200, 0)
    score = local_score(as_discovery_data(data), "bic", ScoreSettings(kind=""))
    free = best_order(score, np.random.default_rng(0))
    assert free[0, 1] or free[1, 0]
    prior = np.zeros((3, 3))
    prior[0, 1] = prior[1, 0] = -1e6
    bound = best_order(score, np.random.default_rng(0), edge_log_prior=prior)
    assert not bound[0, 1]
    assert not bound[1, 0]


def test_only_possible_edges(graph_of, gaussian):
    data = gaussian(graph_of("a>c b>c c>d d>e", "abcde"), 500, 0)
    score = local_score(as_discovery_data(data), "bic", ScoreSettings(kind=""))
    possible = np.random.default_rng(1).random((5, 5)) < 0.5
    dag = best_order(score, np.random.default_rng(0), possible=possible)
    assert not (dag.astype(bool) & ~possible).any()
    assert dag.any()


def test_seeds_decide(graph_of, gaussian):
    data = gaussian(graph_of("a>c b>c c>d d>e", "abcde"), 30, 0)
    one, again = (discover({"kind": "boss"}, data, seed=1) for _ in range(2))
    assert np.array_equal(one.marks, again.marks)


def test_no_start_is_a_sentence():
    with pytest.raises(ConfigError, match="starts=0"):
        discover({"kind": "boss", "starts": 0}, np.random.default_rng(0).normal(size=(20, 3)))


@pytest.mark.parametrize("seed", range(12))
def test_the_best_dag_that_honours_knowledge(graph_of, gaussian, seed):
    rng = np.random.default_rng(seed)
    data = gaussian(graph_of("a>c b>c c>d d>e a>e", "abcde"), 200, seed)
    score = local_score(as_discovery_data(data), "bic", ScoreSettings(kind=""))
    # Required edges against the data's own order as well as with it.
    place = rng.permutation(5)
    required = (place[:, None] < place) & (rng.random((5, 5)) < 0.3)
    possible = (rng.random((5, 5)) < 0.8) & ~required.T
    dag = best_order(score, rng, starts=50, possible=possible, required=required)
    assert is_dag(dag)
    assert dag[required].all()
    assert not (dag.astype(bool) & ~possible & ~required).any()
    assert score.total(dag) == pytest.approx(best_by_brute_force(score, required, possible))


@pytest.mark.parametrize("kind", ["boss", "hill_climbing", "ges", "pc"])
def test_knowledge_is_honoured_by_name(graph_of, gaussian, kind):
    data = gaussian(graph_of("a>c b>c c>d d>e", "abcde"), 500, 0)
    known = {"required": [["d", "c"]], "forbidden": [["a", "c"], ["c", "a"]], "order": ["e", "b"]}
    graph = discover({"kind": kind, "knowledge": known}, data)
    found = {tuple(edge)[:3] for edge in graph.edges()}
    assert ("d", "c", "-->") in found
    assert not graph.skeleton()[0, 2]
    assert ("b", "e", "-->") not in found


def test_knowledge_directs_what_it_compels(graph_of, gaussian):
    data = gaussian(graph_of("a>b b>c c>d", "abcd"), 2000, 0)
    free = {tuple(edge)[:3] for edge in boss(data).edges()}
    assert {symbol for _, _, symbol in free} == {"---"}
    told = boss(data, knowledge=Knowledge(tiers=(("a",), ("b", "c", "d"))))
    assert {tuple(edge)[:3] for edge in told.edges()} == {
        ("a", "b", "-->"),
        ("b", "c", "-->"),
        ("c", "d", "-->"),
    }
