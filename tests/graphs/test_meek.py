"""Meek's rules against equivalence classes enumerated by brute force, and by hand."""

from itertools import permutations, product

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.graphs.meek import meek_closure


def colliders(dag: np.ndarray) -> set[tuple[int, int, int]]:
    """Return the unshielded colliders (x, y, z), x < z, of a DAG from row to column."""
    adjacent = dag | dag.T
    return {
        (x, y, z)
        for y in range(len(dag))
        for x, z in permutations(np.flatnonzero(dag[:, y]).tolist(), 2)
        if x < z and not adjacent[x, z]
    }


def class_by_brute_force(dag: np.ndarray) -> list[np.ndarray]:
    """Return every DAG with the skeleton and the unshielded colliders of `dag`."""
    pairs = np.argwhere(np.triu(dag | dag.T))
    members = []
    for turned in product([False, True], repeat=len(pairs)):
        member = np.zeros_like(dag)
        for (i, j), turn in zip(pairs, turned, strict=True):
            member[(j, i) if turn else (i, j)] = True
        acyclic = networkx.is_directed_acyclic_graph(networkx.DiGraph(member))
        if acyclic and colliders(member) == colliders(dag):
            members.append(member)
    return members


def pattern(dag: np.ndarray) -> np.ndarray:
    """Return the skeleton with only the unshielded colliders directed."""
    graph = dag | dag.T
    for x, y, z in colliders(dag):
        graph[y, x] = graph[y, z] = False
    return graph


def drawn_dag(seed: int, size: int, density: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    order = rng.permutation(size)
    return np.triu(rng.random((size, size)) < density, 1)[np.ix_(order, order)]


SMALL_DAGS = given(st.integers(0, 10**6), st.integers(2, 5), st.floats(0.3, 1.0))


@pytest.mark.parametrize("compiled", [False, True])
@settings(max_examples=150, deadline=None)
@SMALL_DAGS
def test_from_colliders_to_the_class(compiled, seed, size, density):
    dag = drawn_dag(seed, size, density)
    expected = np.any(class_by_brute_force(dag), axis=0)
    closed = meek_closure(pattern(dag), compiled=compiled)
    assert np.array_equal(closed, expected)


@pytest.mark.parametrize("compiled", [False, True])
@settings(max_examples=150, deadline=None)
@SMALL_DAGS
def test_with_knowledge_to_the_members_that_agree_with_it(compiled, seed, size, density):
    dag = drawn_dag(seed, size, density)
    rng = np.random.default_rng(seed)
    members = class_by_brute_force(dag)
    chosen = members[rng.integers(len(members))]
    known = chosen & (rng.random(dag.shape) < 0.4)
    agreeing = [member for member in members if not (known & ~member).any()]
    start = pattern(dag) & ~known.T
    closed = meek_closure(start, compiled=compiled)
    assert np.array_equal(closed, np.any(agreeing, axis=0))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 12))
def test_any_graph_closes_alike_in_any_order_and_either_way(seed, size):
    rng = np.random.default_rng(seed)
    graph = rng.random((size, size)) < 0.45
    np.fill_diagonal(graph, False)
    frozen = np.triu(rng.random((size, size)) < 0.1)
    frozen |= frozen.T
    triples = rng.integers(size, size=(4, 3))
    closed = meek_closure(graph, ambiguous=triples, frozen=frozen, compiled=False)
    assert np.array_equal(
        meek_closure(graph, ambiguous=triples, frozen=frozen, compiled=True), closed
    )
    order = rng.permutation(size)
    place = np.argsort(order)
    turned = meek_closure(
        graph[np.ix_(order, order)],
        ambiguous=place[triples],
        frozen=frozen[np.ix_(order, order)],
    )
    assert np.array_equal(turned, closed[np.ix_(order, order)])
    assert np.array_equal(closed | closed.T, graph | graph.T)


def graph_of(text: str) -> np.ndarray:
    """Return the graph of a text such as ``"a>b b-c"`` over a to e."""
    matrix = np.zeros((5, 5), dtype=np.uint8)
    for left, mark, right in text.split():
        matrix["abcde".index(left), "abcde".index(right)] = 1
        if mark == "-":
            matrix["abcde".index(right), "abcde".index(left)] = 1
    return matrix


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a>b b-c", "a>b b>c", id="R1"),
        pytest.param("a>b b>c a-c", "a>b b>c a>c", id="R2"),
        pytest.param("a-b a-c a-d b>d c>d", "a-b a-c b>d c>d a>d", id="R3"),
        pytest.param("a-b a-c a-d c>d d>b", "a>b a-c a-d c>d d>b", id="R4"),
        pytest.param("a-b b-c c-d", "a-b b-c c-d", id="nothing to direct"),
        pytest.param("a>b b-c d>c", "a>b b-c d>c", id="directed both ways, so left alone"),
        pytest.param("a>b b-c c-d d-e", "a>b b>c c>d d>e", id="R1 along a chain"),
    ],
)
def test_rules_by_hand(before, after):
    assert np.array_equal(meek_closure(graph_of(before)), graph_of(after))


def test_an_ambiguous_triple_is_no_ground_for_a_rule():
    chain, kite = graph_of("a>b b-c"), graph_of("a-b a-c a-d b>d c>d")
    assert np.array_equal(meek_closure(chain, ambiguous=np.array([[2, 1, 0]])), chain)
    assert np.array_equal(meek_closure(kite, ambiguous=np.array([[1, 0, 2]])), kite)


def test_a_frozen_edge_stays_undirected_and_passes_nothing_on():
    graph = graph_of("a>b b-c c-d")
    frozen = graph_of("b-c") != 0
    assert np.array_equal(meek_closure(graph, frozen=frozen), graph)
