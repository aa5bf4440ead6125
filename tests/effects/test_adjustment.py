"""Adjustment sets against gadjid, networkx, brute force over classes, and graphs by hand."""

import itertools
import time

import gadjid
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.base import DataError
from causattn.effects import (
    AdjustmentSets,
    is_adjustment_set,
    optimal_adjustment,
    parent_adjustment,
)
from causattn.effects.estimate.adjustment import is_separated
from causattn.graphs import CausalGraph, Mark, dag_to_cpdag, pdag_to_dag


def random_dag(rng: np.random.Generator, size: int, probability: float) -> np.ndarray:
    """Return a random DAG, uint8 [p, p], from row to column, in shuffled order."""
    upper = np.triu(rng.random((size, size)) < probability, 1)
    order = rng.permutation(size)
    return upper[np.ix_(order, order)].astype(np.uint8)


def as_graph(matrix: np.ndarray, kind: str | None = None) -> CausalGraph:
    about = {"kind": kind} if kind else {}
    names = [f"v{k}" for k in range(len(matrix))]
    return CausalGraph.from_adjacency(matrix, names, direction="from row to column", **about)


def members(cpdag: np.ndarray) -> list[np.ndarray]:
    """Return every DAG of a class, by trying all orientations."""
    pairs = [(i, j) for i, j in zip(*np.nonzero(np.triu(cpdag & cpdag.T)), strict=True)]
    found = []
    for turns in itertools.product((False, True), repeat=len(pairs)):
        matrix = cpdag.copy()
        for (i, j), turn in zip(pairs, turns, strict=True):
            matrix[(i, j) if turn else (j, i)] = 0
        if nx.is_directed_acyclic_graph(nx.DiGraph(matrix)) and np.array_equal(
            dag_to_cpdag(matrix), cpdag
        ):
            found.append(matrix)
    return found


def valid_in_dag(dag: np.ndarray, source: int, target: int, variables: tuple[int, ...]) -> bool:
    """Judge by the adjustment criterion of Shpitser et al. (2010), with networkx alone."""
    graph = nx.DiGraph(dag)
    causal = (nx.descendants(graph, source) & (nx.ancestors(graph, target) | {target})) - {source}
    forbidden = set().union(*(nx.descendants(graph, k) | {k} for k in causal))
    if forbidden & set(variables):
        return False
    graph.remove_edges_from([(source, k) for k in causal if graph.has_edge(source, k)])
    return nx.is_d_separator(graph, {source}, {target}, set(variables))


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_separation_is_that_of_networkx(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dag = random_dag(rng, 7, 0.35)
    first, second, *rest = rng.permutation(7).tolist()
    given_set = rest[: int(rng.integers(0, 5))]
    expected = nx.is_d_separator(nx.DiGraph(dag), {first}, {second}, set(given_set))
    assert is_separated(dag != 0, first, second, given_set) == expected


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_criterion_is_brute_force_over_the_class(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cpdag = dag_to_cpdag(random_dag(rng, 5, 0.5))
    dags = members(cpdag)
    sets = AdjustmentSets(as_graph(cpdag, "cpdag"))
    for source, target in itertools.permutations(range(5), 2):
        rest = [k for k in range(5) if k not in (source, target)]
        for size in range(4):
            for variables in itertools.combinations(rest, size):
                expected = all(valid_in_dag(dag, source, target, variables) for dag in dags)
                amenable = sets._amenable(source, target)
                assert sets.is_valid(source, target, variables) == (expected and amenable)
                # Nothing is lost by asking for amenability: without it no set serves all members.
                assert amenable or not expected


@given(st.integers(0, 10**6), st.booleans())
@settings(max_examples=60, deadline=None)
def test_sets_found_are_valid_and_missing_only_where_none_is(seed: int, is_class: bool) -> None:
    rng = np.random.default_rng(seed)
    matrix = random_dag(rng, 6, 0.4)
    matrix = dag_to_cpdag(matrix) if is_class else matrix
    sets = AdjustmentSets(as_graph(matrix, "cpdag" if is_class else "dag"))
    for source, target in itertools.permutations(range(6), 2):
        for choice in ("parents", "optimal"):
            found = sets.find(source, target, choice)
            if found.variables is not None:
                assert sets.is_valid(source, target, found.variables)
                assert not found.reason
            else:
                possible = sets._reach(sets._possible, [source])[target]
                assert not possible or not sets._amenable(source, target)
                assert found.reason.endswith(".")


@pytest.mark.parametrize("is_class", [False, True])
@pytest.mark.parametrize("choice", ["parents", "optimal"])
def test_identification_distance_is_that_of_gadjid(is_class: bool, choice: str) -> None:
    """Count wrong adjustment sets between two graphs; gadjid counts the same."""
    rng = np.random.default_rng(7)
    for _ in range(25):
        truth, guess = (random_dag(rng, 7, p) for p in (0.35, 0.4))
        if is_class:
            truth, guess = dag_to_cpdag(truth), dag_to_cpdag(guess)
        in_truth, in_guess = (AdjustmentSets(as_graph(m, "cpdag")) for m in (truth, guess))
        wrong = 0
        for source, target in itertools.permutations(range(7), 2):
            found = in_guess.find(source, target, choice)  # type: ignore[arg-type]
            possible = in_truth._reach(in_truth._possible, [source])[target]
            guessed_possible = in_guess._reach(in_guess._possible, [source])[target]
            if choice == "parents":
                # Parents as drawn, whether or not a causal path to the target is drawn too.
                guessed_possible = not in_guess._directed[target, source]
            if not guessed_possible:
                wrong += bool(possible)
            elif not in_guess._amenable(source, target):
                wrong += bool(in_truth._amenable(source, target))
            elif choice == "parents":
                parents = np.flatnonzero(in_guess._directed[:, source]).tolist()
                wrong += not in_truth.is_valid(source, target, parents)
            else:
                assert found.variables is not None
                wrong += not in_truth.is_valid(source, target, found.variables)
        encode = [np.where(m & m.T & np.triu(np.ones_like(m)), 2, m & ~m.T) for m in (truth, guess)]
        distance = gadjid.parent_aid if choice == "parents" else gadjid.oset_aid
        expected = distance(
            *(np.ascontiguousarray(m, dtype=np.int8) for m in encode),
            edge_direction="from row to column",
        )[1]
        assert wrong == expected


def test_optimal_set_has_the_smallest_variance_of_all_valid_sets() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        dag = random_dag(rng, 6, 0.5)
        weights = dag * rng.uniform(0.5, 1.5, dag.shape)
        mixing = np.linalg.inv(np.eye(6) - weights)
        covariance = mixing.T @ mixing
        sets = AdjustmentSets(as_graph(dag))

        def variance(source: int, target: int, given: tuple[int, ...], c=covariance) -> float:
            residual = []
            for one, others in ((target, (source, *given)), (source, given)):
                inside = list(others)
                block = c[np.ix_(inside, inside)]
                cross = c[one, inside]
                residual.append(c[one, one] - cross @ np.linalg.solve(block, cross))
            return residual[0] / residual[1]

        for source, target in zip(*np.nonzero(dag), strict=True):
            rest = [k for k in range(6) if k not in (source, target)]
            best = min(
                variance(source, target, given)
                for size in range(5)
                for given in itertools.combinations(rest, size)
                if sets.is_valid(source, target, given)
            )
            found = sets.find(int(source), int(target), "optimal").variables
            assert found is not None
            assert variance(source, target, found) == pytest.approx(best, rel=1e-9)


def test_known_graphs_by_hand() -> None:
    # 0 -> 1 -> 2, 3 -> 1, 3 -> 2, 4 -> 2: the confounder of 1 and 2 is 3, and 4 only lowers noise.
    dag = np.zeros((5, 5), dtype=int)
    for i, j in ((0, 1), (1, 2), (3, 1), (3, 2), (4, 2)):
        dag[i, j] = 1
    graph = as_graph(dag)
    assert parent_adjustment(graph, "v1", "v2").variables == (0, 3)
    assert optimal_adjustment(graph, "v1", "v2").variables == (3, 4)
    assert is_adjustment_set(graph, "v1", "v2", ["v3"])
    assert not is_adjustment_set(graph, "v1", "v2", ["v0"])
    assert "no causal path" in parent_adjustment(graph, "v2", "v1").reason


def test_refusals_name_the_cause() -> None:
    chain = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    graph = as_graph(chain, "cpdag")
    assert "undirected" in parent_adjustment(graph, "v0", "v1").reason
    assert "not identified" in parent_adjustment(graph, "v0", "v2").reason
    assert "own outcome" in parent_adjustment(graph, "v0", "v0").reason
    marks = np.zeros((2, 2), dtype=np.int8)
    marks[0, 1] = marks[1, 0] = Mark.ARROW
    latent = CausalGraph(("v0", "v1"), marks, kind="pag")
    assert "hidden common causes" in parent_adjustment(latent, "v0", "v1").reason
    cycle = as_graph(np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]]), "cpdag")
    assert "cycle" in parent_adjustment(cycle, "v0", "v1").reason
    with pytest.raises(DataError, match="no variable v9"):
        parent_adjustment(graph, "v0", "v9")
    with pytest.raises(DataError, match="cannot hold"):
        is_adjustment_set(graph, "v0", "v1", ["v1"])


def test_all_edges_of_200_variables_take_less_than_a_second() -> None:
    graph = as_graph(random_dag(np.random.default_rng(0), 200, 0.03))
    edges = list(zip(*(k.tolist() for k in np.nonzero(graph.directed())), strict=True))
    start = time.process_time()
    sets = AdjustmentSets(graph)
    found = [sets.find(i, j, choice) for i, j in edges for choice in ("parents", "optimal")]
    assert time.process_time() - start < 1.0
    assert len(edges) > 500
    assert all(one.variables is not None for one in found)
    assert pdag_to_dag(graph.adjacency("from row to column")) is not None
