"""Classes of DAGs against brute force: every DAG, grouped by what networkx says it separates."""

from __future__ import annotations

import itertools
from collections import defaultdict
from functools import cache

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.base import DataError
from causattn.graphs.equivalence import (
    dag_to_cpdag,
    is_dag,
    pdag_to_dag,
    same_skeleton_and_colliders,
    topological_order,
)

BACKENDS = ["plain", "compiled"]


@cache
def every_dag(size: int) -> list[np.ndarray]:
    """Every DAG over `size` variables: each pair none, forward or backward, kept where acyclic."""
    pairs = list(itertools.combinations(range(size), 2))
    forward = np.array(list(itertools.product((0, 1, 2), repeat=len(pairs))), dtype=np.uint8)
    matrices = np.zeros((len(forward), size, size), dtype=np.uint8)
    for place, (i, j) in enumerate(pairs):
        matrices[:, i, j] = forward[:, place] == 1
        matrices[:, j, i] = forward[:, place] == 2
    # Acyclic: no walk is as long as there are variables.
    walks = matrices.astype(int)
    for _ in range(size - 1):
        walks = np.minimum(walks @ matrices, 1)
    return list(matrices[~walks.any(axis=(1, 2))])


def collider_key(matrix: np.ndarray) -> tuple:
    """Skeleton and unshielded colliders, found with networkx."""
    graph = nx.from_numpy_array(matrix, create_using=nx.DiGraph)
    skeleton = frozenset(frozenset(edge) for edge in graph.edges)
    return skeleton, frozenset((frozenset((x, z)), y) for x, y, z in nx.dag.v_structures(graph))


def union_of_class(members: list[np.ndarray]) -> np.ndarray:
    """An edge is directed where all members agree."""
    return np.bitwise_or.reduce(members)


@cache
def classes(size: int) -> list[tuple[np.ndarray, list[np.ndarray]]]:
    groups = defaultdict(list)
    for dag in every_dag(size):
        groups[collider_key(dag)].append(dag)
    return [(union_of_class(members), members) for members in groups.values()]


def random_dag(rng: np.random.Generator, size: int, degree: float) -> np.ndarray:
    chance = min(1.0, degree / max(size - 1, 1))
    upper = np.triu(rng.random((size, size)) < chance, 1)
    order = rng.permutation(size)
    return upper[np.ix_(order, order)].astype(np.uint8)


def test_number_of_dags_and_classes_is_known():
    # Robinson (1973) for DAGs; Gillispie and Perlman (2002), table 1, for classes.
    assert [len(every_dag(size)) for size in (1, 2, 3, 4)] == [1, 3, 25, 543]
    assert [len(classes(size)) for size in (1, 2, 3, 4)] == [1, 2, 11, 185]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_cpdag_is_the_union_of_the_class(size, backend):
    for cpdag, members in classes(size):
        for dag in members:
            np.testing.assert_array_equal(dag_to_cpdag(dag, backend=backend), cpdag)


def test_cpdag_is_the_union_of_the_class_at_five_variables():
    # All 29,281 DAGs would take a minute; every class once is enough, with a random member.
    rng = np.random.default_rng(5)
    seen = 0
    for cpdag, members in classes(5):
        member = members[rng.integers(len(members))]
        for backend in BACKENDS:
            np.testing.assert_array_equal(dag_to_cpdag(member, backend=backend), cpdag)
        seen += 1
    assert seen == 8782  # Gillispie and Perlman (2002)


def test_classes_are_d_separation_classes():
    """The key used above (Verma and Pearl) is itself checked: equal keys, equal separations."""
    rng = np.random.default_rng(0)
    by_separations = {}
    for dag in every_dag(4):
        graph = nx.from_numpy_array(dag, create_using=nx.DiGraph)
        separations = tuple(
            nx.is_d_separator(graph, {i}, {j}, set(given))
            for i, j in itertools.combinations(range(4), 2)
            for size in range(3)
            for given in itertools.combinations(sorted(set(range(4)) - {i, j}), size)
        )
        assert by_separations.setdefault(separations, collider_key(dag)) == collider_key(dag)
    assert len(by_separations) == len(set(by_separations.values())) == 185
    first, second = rng.choice(543, 2, replace=False)
    dags = every_dag(4)
    assert same_skeleton_and_colliders(dags[first], dags[first])
    assert same_skeleton_and_colliders(dags[first], dags[second]) == (
        collider_key(dags[first]) == collider_key(dags[second])
    )


def test_equivalence_of_all_pairs_of_three():
    dags = every_dag(3)
    for first, second in itertools.product(dags, dags):
        assert same_skeleton_and_colliders(first, second) == (
            collider_key(first) == collider_key(second)
        )


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("size", [2, 3, 4])
def test_extension_of_a_cpdag_is_a_member(size, backend):
    for cpdag, members in classes(size):
        dag = pdag_to_dag(cpdag, backend=backend)
        assert any(np.array_equal(dag, member) for member in members)


@pytest.mark.parametrize("backend", BACKENDS)
def test_extension_exists_where_brute_force_finds_one(backend):
    """Every PDAG over three variables, and many over four."""
    rng = np.random.default_rng(1)
    for size, share in ((3, 1.0), (4, 0.25)):
        pairs = list(itertools.combinations(range(size), 2))
        keys = defaultdict(list)
        for dag in every_dag(size):
            keys[tuple((dag | dag.T)[i, j] for i, j in pairs)].append(dag)
        found = {True: 0, False: 0}
        for marks in itertools.product((0, 1, 2, 3), repeat=len(pairs)):
            if rng.random() > share:
                continue
            pdag = np.zeros((size, size), dtype=np.uint8)
            for (i, j), mark in zip(pairs, marks, strict=True):
                pdag[i, j], pdag[j, i] = mark & 1, mark >> 1
            directed = pdag & ~pdag.T
            extensions = [
                dag
                for dag in keys[tuple(int(mark > 0) for mark in marks)]
                if np.all(dag >= directed) and same_colliders(dag, pdag)
            ]
            found[bool(extensions)] += 1
            if extensions:
                dag = pdag_to_dag(pdag, backend=backend)
                assert any(np.array_equal(dag, other) for other in extensions)
            else:
                with pytest.raises(DataError, match="no consistent extension"):
                    pdag_to_dag(pdag, backend=backend)
        assert found[False] >= 2  # at three variables the two cycles alone
        assert found[True] > 50


def same_colliders(dag: np.ndarray, pdag: np.ndarray) -> bool:
    directed = pdag & ~pdag.T
    adjacent = pdag | pdag.T
    return all(
        bool(dag[x, y] and dag[z, y]) == bool(directed[x, y] and directed[z, y])
        for y in range(len(pdag))
        for x, z in itertools.combinations(range(len(pdag)), 2)
        if not adjacent[x, z] and adjacent[x, y] and adjacent[z, y]
    )


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(2, 130), degree=st.floats(0.5, 8))
def test_backends_agree_and_go_round(seed, size, degree):
    rng = np.random.default_rng(seed)
    dag = random_dag(rng, size, degree)
    plain, compiled = (dag_to_cpdag(dag, backend=backend) for backend in BACKENDS)
    np.testing.assert_array_equal(plain, compiled)
    for backend in BACKENDS:
        member = pdag_to_dag(plain, backend=backend)
        assert is_dag(member)
        assert same_skeleton_and_colliders(member, dag)
        np.testing.assert_array_equal(dag_to_cpdag(member, backend=backend), plain)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(2, 40))
def test_renaming_the_variables_renames_the_class(seed, size):
    rng = np.random.default_rng(seed)
    dag = random_dag(rng, size, 3)
    order = rng.permutation(size)
    np.testing.assert_array_equal(
        dag_to_cpdag(dag[np.ix_(order, order)]), dag_to_cpdag(dag)[np.ix_(order, order)]
    )


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(1, 40))
def test_topological_order(seed, size):
    dag = random_dag(np.random.default_rng(seed), size, 3)
    order = topological_order(dag)
    place = np.argsort(order)
    assert sorted(order) == list(range(size))
    assert all(place[i] < place[j] for i, j in zip(*np.nonzero(dag), strict=True))


def test_known_small_cases():
    chain = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    np.testing.assert_array_equal(dag_to_cpdag(chain), chain | chain.T)
    collider = np.array([[0, 1, 0], [0, 0, 0], [0, 1, 0]])
    np.testing.assert_array_equal(dag_to_cpdag(collider), collider)
    assert not same_skeleton_and_colliders(chain, collider)
    with pytest.raises(DataError):
        pdag_to_dag(np.array([[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]]))


def test_what_is_no_dag_is_refused_in_a_sentence():
    cycle = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    undirected = np.array([[0, 1], [1, 0]])
    assert not is_dag(cycle)
    assert not is_dag(undirected)
    for matrix in (cycle, undirected):
        with pytest.raises(DataError, match="cycle"):
            dag_to_cpdag(matrix)
        with pytest.raises(DataError, match="cycle"):
            topological_order(matrix)
    with pytest.raises(DataError, match="itself"):
        is_dag(np.eye(2))
    with pytest.raises(DataError, match="square"):
        is_dag(np.zeros((2, 3)))
    with pytest.raises(DataError, match="backend"):
        dag_to_cpdag(np.zeros((2, 2)), backend="fast")
