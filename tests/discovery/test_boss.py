"""BOSS against exact search by brute force, and its options."""

from itertools import permutations

import numpy as np
import pytest

from causattn.base import ConfigError
from causattn.discovery import discover
from causattn.discovery.data import as_discovery_data
from causattn.discovery.permutation.order_search import best_order
from causattn.discovery.shared_settings import ScoreSettings, local_score
from causattn.graphs import is_dag


def best_by_brute_force(score) -> float:
    """Return the highest score of any DAG: the best parents before each variable in any order."""
    size = score.size
    best = {}
    for v in range(size):
        for mask in range(1 << size):
            if not mask >> v & 1:
                parents = [u for u in range(size) if mask >> u & 1]
                best[v, mask] = max(
                    [score.local_score(v, parents)] + [best[v, mask & ~(1 << u)] for u in parents]
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
