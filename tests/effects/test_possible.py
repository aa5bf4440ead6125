"""IDA against all members of the class, one by one."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.effects import AdjustmentSets
from causattn.effects.estimate.possible import possible_adjustments, possible_parents
from causattn.graphs import CausalGraph, class_members, dag_to_cpdag, meek_closure


def random_class(seed: int, size: int = 5) -> tuple[np.ndarray, CausalGraph]:
    """Return a random DAG, from row to column, and the CPDAG of its class."""
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.random((size, size)) < 0.45, 1)
    order = rng.permutation(size)
    dag = upper[np.ix_(order, order)].astype(int)
    names = [f"v{k}" for k in range(size)]
    cpdag = CausalGraph.from_adjacency(
        dag_to_cpdag(dag), names, direction="from row to column", kind="cpdag"
    )
    return dag, cpdag


@given(st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_possible_parents_are_those_of_the_members(seed: int) -> None:
    _, cpdag = random_class(seed, 6)
    members = list(class_members(cpdag))
    for source in range(6):
        found = list(possible_parents(cpdag, source))
        assert len(set(found)) == len(found)
        assert set(found) == {member.parents(source) for member in members}


@pytest.mark.parametrize("choice", ["parents", "optimal"])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_possible_effects_are_those_of_the_members(choice: str, seed: int) -> None:
    """In the population every member's own effect is among them, and nothing else is."""
    dag, cpdag = random_class(seed)
    rng = np.random.default_rng(seed)
    mixing = np.linalg.inv(np.eye(5) - dag * rng.uniform(0.3, 1.5, dag.shape))
    covariance = mixing.T @ mixing

    for source, target in itertools.permutations(range(5), 2):
        sets = possible_adjustments(cpdag, source, target, choice)  # type: ignore[arg-type]
        assert not isinstance(sets, str)
        expected = set()
        for member in class_members(cpdag):
            found = AdjustmentSets(member).find(source, target, "parents")
            expected.add(effect_in(covariance, source, target, found.variables))
        found_effects = {effect_in(covariance, source, target, one) for one in sets}
        assert len(found_effects ^ expected) == 0 or np.allclose(
            sorted(found_effects), sorted(expected), atol=1e-6
        )


@pytest.mark.parametrize("choice", ["parents", "optimal"])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_with_background_knowledge_they_are_those_of_the_members_that_agree(
    choice: str, seed: int
) -> None:
    """Some edges of the class are directed by what is known, and what follows from it."""
    dag, cpdag = random_class(seed, 6)
    rng = np.random.default_rng(seed)
    matrix = cpdag.adjacency("from row to column").copy()
    open_edges = [(i, j) for i, j in np.argwhere(matrix & matrix.T) if dag[i, j]]
    if not open_edges:
        return
    for i, j in open_edges:
        if rng.random() < 0.4:
            matrix[j, i] = 0
    matrix = meek_closure(matrix)
    graph = CausalGraph.from_adjacency(
        matrix, cpdag.names, direction="from row to column", kind="cpdag"
    )
    told = graph.directed()
    members = [one for one in class_members(cpdag) if not (told & ~one.directed()).any()]
    mixing = np.linalg.inv(np.eye(6) - dag * rng.uniform(0.3, 1.5, dag.shape))
    covariance = mixing.T @ mixing
    for source, target in itertools.permutations(range(6), 2):
        assert set(possible_parents(graph, source)) == {one.parents(source) for one in members}
        sets = possible_adjustments(graph, source, target, choice)  # type: ignore[arg-type]
        assert not isinstance(sets, str)
        expected = {
            effect_in(covariance, source, target, found.variables)
            for one in members
            for found in [AdjustmentSets(one).find(source, target, "parents")]
        }
        assert {effect_in(covariance, source, target, one) for one in sets} == expected


def effect_in(
    covariance: np.ndarray, source: int, target: int, given_set: tuple[int, ...] | None
) -> float:
    """Return the population's regression coefficient; no set means no effect."""
    if given_set is None:
        return 0.0
    inside = [source, *given_set]
    block = covariance[np.ix_(inside, inside)]
    return round(float(np.linalg.solve(block, covariance[inside, target])[0]), 6) + 0.0


def test_too_many_sets_are_refused() -> None:
    complete = np.ones((12, 12), dtype=int) - np.eye(12, dtype=int)
    names = [f"v{k}" for k in range(12)]
    graph = CausalGraph.from_adjacency(
        complete, names, direction="from row to column", kind="cpdag"
    )
    said = possible_adjustments(graph, 0, 1, "parents")
    assert isinstance(said, str)
    assert "more than 1000 parent sets of v0" in said
