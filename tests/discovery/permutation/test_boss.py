"""Searches over orders against exact search by brute force, and the options of BOSS."""

from itertools import permutations

import numpy as np
import pytest

from causattn.base import ConfigError
from causattn.discovery import Knowledge, as_discovery_data, boss, discover
from causattn.discovery.permutation.order_question import OrderQuestion
from causattn.discovery.permutation.order_search import best_order, iterated_order
from causattn.discovery.permutation.order_trees import TreeOrders
from causattn.discovery.scores import GaussianBIC
from causattn.graphs import is_dag

SEARCHES = {
    "boss": lambda question, rng: best_order(question, rng, starts=50),
    "ils": lambda question, rng: iterated_order(question, rng, restarts=50),
}


@pytest.fixture(params=["compiled", "trees"])
def engine(request, monkeypatch):
    """Have orders judged by compiled code, then by trees."""
    if request.param == "trees":
        monkeypatch.setattr("causattn.discovery.permutation.order_search.orders_of", TreeOrders)


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


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("seed", range(8))
def test_finds_the_optimum_on_small_graphs(graph_of, gaussian, seed, search):
    data = gaussian(graph_of("a>c b>c c>d d>e a>e", "abcde"), 200, seed)
    score = GaussianBIC.from_data(as_discovery_data(data).values)
    dag = SEARCHES[search](OrderQuestion.of(score), np.random.default_rng(seed))
    assert is_dag(dag)
    assert score.total(dag) == pytest.approx(best_by_brute_force(score))


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("search", SEARCHES.values())
def test_a_prior_is_part_of_what_is_maximised(graph_of, gaussian, search):
    data = gaussian(graph_of("a>b b>c", "abc"), 200, 0)
    score = GaussianBIC.from_data(as_discovery_data(data).values)
    free = search(OrderQuestion.of(score), np.random.default_rng(0))
    assert free[0, 1] or free[1, 0]
    prior = np.zeros((3, 3))
    prior[0, 1] = prior[1, 0] = -1e6
    bound = search(OrderQuestion.of(score, edge_log_prior=prior), np.random.default_rng(0))
    assert not bound[0, 1]
    assert not bound[1, 0]


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("search", SEARCHES.values())
def test_only_possible_edges(graph_of, gaussian, search):
    data = gaussian(graph_of("a>c b>c c>d d>e", "abcde"), 500, 0)
    score = GaussianBIC.from_data(as_discovery_data(data).values)
    possible = np.random.default_rng(1).random((5, 5)) < 0.5
    dag = search(OrderQuestion.of(score, possible), np.random.default_rng(0))
    assert not (dag.astype(bool) & ~possible).any()
    assert dag.any()


@pytest.mark.parametrize("seed", range(20))
def test_compiled_and_plain_boss_agree(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 14))
    weights = np.triu(rng.random((size, size)) < 3 / size, 1) * rng.uniform(0.5, 1.5, (size, size))
    data = rng.normal(size=(100, size)) @ np.linalg.inv(np.eye(size) - weights)
    score = GaussianBIC.from_data(as_discovery_data(data).values)
    possible, prior = rng.random((2, size, size))
    question = OrderQuestion.of(score, possible < 0.8, None, prior - 0.5)
    one = best_order(question, np.random.default_rng(seed), starts=2)
    monkeypatch.setattr("causattn.discovery.permutation.order_search.orders_of", TreeOrders)
    assert np.array_equal(one, best_order(question, np.random.default_rng(seed), starts=2))


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("search", SEARCHES.values())
def test_required_parents_that_determine_each_other(search):
    """Such a family has no score, which ends neither engine."""
    data = np.random.default_rng(0).normal(size=(4, 6))
    data[:, 2] = data[:, 0] + data[:, 1]
    required = np.zeros((6, 6), dtype=bool)
    required[[0, 1, 2], 3] = True
    question = OrderQuestion.of(GaussianBIC.from_data(data), None, required)
    dag = search(question, np.random.default_rng(0))
    assert is_dag(dag)
    assert dag[[0, 1, 2], 3].all()


@pytest.mark.usefixtures("engine")
def test_restarts_never_lose():
    rng = np.random.default_rng(0)
    data = rng.normal(size=(100, 25)) @ rng.normal(size=(25, 25))
    score = GaussianBIC.from_data(as_discovery_data(data).values)
    totals = [
        score.total(
            iterated_order(OrderQuestion.of(score), np.random.default_rng(0), restarts=count)
        )
        for count in (0, 5, 40)
    ]
    assert totals == sorted(totals)
    assert totals[0] < totals[2]


def test_discrete_data_by_bdeu(graph_of, gaussian):
    data = gaussian(graph_of("a>c b>c c>d", "abcd"), 2000, 0)
    found = discover({"kind": "ils", "discretise": 3}, data)
    assert {tuple(edge)[:3] for edge in found.edges()} == {
        ("a", "c", "-->"),
        ("b", "c", "-->"),
        ("c", "d", "-->"),
    }


def test_seeds_decide(graph_of, gaussian):
    data = gaussian(graph_of("a>c b>c c>d d>e", "abcde"), 30, 0)
    one, again = (discover({"kind": "boss"}, data, seed=1) for _ in range(2))
    assert np.array_equal(one.marks, again.marks)


def test_no_start_is_a_sentence():
    with pytest.raises(ConfigError, match="restarts=-1"):
        discover({"kind": "ils", "restarts": -1}, np.random.default_rng(0).normal(size=(20, 3)))
    with pytest.raises(ConfigError, match="starts=0"):
        discover({"kind": "boss", "starts": 0}, np.random.default_rng(0).normal(size=(20, 3)))


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("seed", range(12))
def test_the_best_dag_that_honours_knowledge(graph_of, gaussian, seed, search):
    rng = np.random.default_rng(seed)
    data = gaussian(graph_of("a>c b>c c>d d>e a>e", "abcde"), 200, seed)
    score = GaussianBIC.from_data(as_discovery_data(data).values)
    # Required edges against the data's own order as well as with it.
    place = rng.permutation(5)
    required = (place[:, None] < place) & (rng.random((5, 5)) < 0.3)
    possible = (rng.random((5, 5)) < 0.8) & ~required.T
    dag = SEARCHES[search](OrderQuestion.of(score, possible, required), rng)
    assert is_dag(dag)
    assert dag[required].all()
    assert not (dag.astype(bool) & ~possible & ~required).any()
    assert score.total(dag) == pytest.approx(best_by_brute_force(score, required, possible))


@pytest.mark.parametrize("kind", ["boss", "ils", "hill_climbing", "ges", "pc"])
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
