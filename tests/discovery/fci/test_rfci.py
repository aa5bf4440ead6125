"""RFCI and GFCI with an oracle: what RFCI says is true, and GFCI says what FCI does."""

from functools import partial
from itertools import combinations

import networkx as nx
import numpy as np
import pytest

from causattn.discovery import Knowledge, discover
from causattn.discovery.fci.gfci import separated_by_parents
from causattn.discovery.fci.rfci_search import run_rfci
from causattn.discovery.fci.search import run_fci, run_fci_with
from tests.discovery.fci.equivalence import ARROW, CIRCLE, TAIL, Oracle, random_dag, subsets


def drawn(seed, smallest=8, largest=14):
    """Return an oracle over some variables of a random DAG, every third with selection."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(smallest, largest))
    dag = random_dag(rng, size, rng.uniform(2, 4))
    order = rng.permutation(size).tolist()
    observed = size - size // 3
    return Oracle(dag, sorted(order[:observed]), order[observed : observed + (seed % 3 == 0)])


def asked(search, oracle, allowed=None, knowledge=None, **more):
    size, search = len(oracle.observed), partial(search, **more)
    return run_fci_with(oracle.p_value, size, 0.5, allowed, knowledge, search=search)


def causes(oracle):
    """Return whether i causes j or what was selected on, bool [i, j]."""
    size = len(oracle.observed)
    found = np.zeros((size, size), dtype=bool)
    for j, below in enumerate(oracle.observed):
        above = nx.ancestors(oracle.graph, below).union(
            oracle.selected, *(nx.ancestors(oracle.graph, each) for each in oracle.selected)
        )
        found[:, j] = [node in above for node in oracle.observed]
    return found


def assert_true(marks, oracle):
    truly = causes(oracle)
    for i, j in np.argwhere(marks == ARROW):
        assert not truly[j, i]
    for i, j in np.argwhere(marks == TAIL):
        assert truly[j, i]


@pytest.mark.parametrize("seed", range(40))
def test_every_mark_of_rfci_is_true_and_no_edge_is_missing(seed):
    oracle = drawn(seed)
    found, exact = asked(run_rfci, oracle), asked(run_fci, oracle)
    assert_true(found.marks, oracle)
    assert ((found.marks > 0) >= (exact.marks > 0)).all()
    for (x, y), sets in found.separating_sets.items():
        assert oracle(x, y, sets[0])
        for given in subsets(sets[0]):
            assert given == sets[0] or not oracle(x, y, given)


def test_an_edge_that_stays_is_one_that_no_neighbours_separate():
    for seed in range(40, 60):
        oracle = drawn(seed, 6, 10)
        marks = asked(run_rfci, oracle).marks
        for x, y in np.argwhere(np.triu(marks)).tolist():
            for end in (x, y):
                near = [int(k) for k in np.flatnonzero(marks[end]) if k not in (x, y)]
                assert not any(oracle(x, y, given) for given in subsets(near))


def test_rfci_leaves_the_edge_that_only_possible_d_sep_sets_take_away():
    # a and e are apart given b, c and d only, and c is adjacent to neither: b and d have to be
    # given, are colliders then, and open the path over c.
    nodes = list("abcdehj")
    dag = np.zeros((7, 7), dtype=int)
    for source, target in ["ha", "hb", "jd", "je", "be", "da", "cb", "cd"]:
        dag[nodes.index(source), nodes.index(target)] = 1
    oracle = Oracle(dag, range(5))
    rfci, fci = asked(run_rfci, oracle), asked(run_fci, oracle)
    more = np.triu((rfci.marks > 0) & (fci.marks == 0))
    assert np.argwhere(more).tolist() == [[0, 4]]
    assert_true(rfci.marks, oracle)
    assert sum(rfci.tests) <= sum(fci.tests)


def test_rfci_is_fci_on_most_graphs_and_asks_for_smaller_sets():
    same, largest = 0, []
    for seed in range(40):
        oracle = drawn(seed)
        found, exact = asked(run_rfci, oracle), asked(run_fci, oracle)
        same += np.array_equal(found.marks, exact.marks)
        largest.append((len(found.tests), len(exact.tests)))
    assert same >= 30
    assert all(one <= other for one, other in largest)


@pytest.mark.parametrize("seed", range(12))
def test_rfci_with_knowledge_and_candidates_says_nothing_false(seed):
    oracle = drawn(seed, 7, 11)
    rng = np.random.default_rng(seed)
    size, truly = len(oracle.observed), causes(oracle)
    forbidden = ~truly & (rng.random((size, size)) < 0.3)
    np.fill_diagonal(forbidden, False)
    forbidden &= ~(forbidden & forbidden.T)
    knowledge = (np.zeros((size, size), dtype=bool), forbidden)
    more = rng.random((size, size)) < 0.3
    allowed = (asked(run_fci, oracle).marks > 0) | more | more.T
    np.fill_diagonal(allowed, False)
    marks = asked(run_rfci, oracle, allowed, knowledge).marks
    assert_true(marks, oracle)
    assert not (marks > 0)[~allowed].any()
    for i, j in np.argwhere(forbidden & (marks > 0)):
        assert marks[j, i] == ARROW


def least_dag(oracle, order):
    """Return the DAG along an order in which each has the fewest parents that suffice."""
    size = len(order)
    dag = np.zeros((size, size), dtype=bool)
    for place, node in enumerate(order):
        before = order[:place]
        for each in before:
            others = [other for other in before if other != each]
            dag[each, node] = not oracle(each, node, others)
    return dag


@pytest.mark.parametrize("seed", range(40))
def test_within_any_dag_that_holds_together_what_the_data_do_the_graph_is_fcis(seed):
    oracle = drawn(seed)
    size = len(oracle.observed)
    dag = least_dag(oracle, np.random.default_rng(seed).permutation(size).tolist())
    given = separated_by_parents(dag)
    assert all(oracle(x, y, between) for (x, y), between in given.items())
    assert set(given) == {
        pair for pair in combinations(range(size), 2) if not (dag[pair] or dag[pair[::-1]])
    }
    exact = asked(run_fci, oracle)
    found = asked(run_fci, oracle, dag | dag.T, given=given)
    np.testing.assert_array_equal(found.marks, exact.marks)


@pytest.mark.parametrize("chosen", [{"kind": "rfci"}, {"kind": "gfci"}, {"search": "boss"}])
@pytest.mark.parametrize("kind", ["continuous", "discrete"])
def test_a_hidden_cause_in_data(chosen, kind, graph_of, gaussian):
    data = gaussian(graph_of("a>b h>b h>c d>c", "abcdh"), 20_000, 0).drop(columns="h")
    if kind == "discrete":
        data = (data > 0).astype(int)
    chosen = {"kind": "gfci", **chosen}
    graph = discover(chosen, data)
    symbols = {frozenset(edge[:2]): edge.symbol for edge in graph.edges()}
    assert graph.kind == "pag"
    assert graph.algorithm.startswith(chosen["kind"])
    assert symbols[frozenset("bc")] == "<->"
    assert graph.tests == sum(graph.tests_by_order) > 0
    known = discover(chosen, data, knowledge=Knowledge(required=(("a", "b"),)))
    assert ("a", "b", "-->") in {tuple(edge)[:3] for edge in known.edges()}
    assert CIRCLE not in known.marks[:2, :2]
