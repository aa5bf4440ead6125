"""A graph's claims are what all graphs of its equivalence class share."""

import numpy as np
import pytest

from causattn.effects import claims_of
from causattn.graphs import CausalGraph, Mark, to_cpdag


def dag(*edges: str, names: str = "abcd", **about) -> CausalGraph:
    matrix = np.zeros((len(names), len(names)), dtype=int)
    for a, b in edges:
        matrix[names.index(a), names.index(b)] = 1
    about = {"kind": "dag", **about}
    return CausalGraph.from_adjacency(matrix, names, direction="from row to column", **about)


@pytest.mark.parametrize("seed", range(20))
def test_a_dag_is_read_as_its_cpdag(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = np.triu(rng.random((9, 9)) < 0.35, 1)
    order = rng.permutation(9)
    graph = CausalGraph.from_adjacency(
        matrix[np.ix_(order, order)], "abcdefghi", direction="from row to column", kind="dag"
    )
    claims = claims_of(graph)
    assert np.array_equal(claims.graph.marks, to_cpdag(graph).marks)
    assert np.array_equal(claims.free, graph.directed() & ~to_cpdag(graph).directed())
    again = claims_of(claims.graph)
    assert np.array_equal(again.graph.marks, claims.graph.marks)
    assert not again.free.any()


def test_an_arrow_that_an_algorithm_added_to_its_class_is_free() -> None:
    claims = claims_of(dag("ab", "bc", kind="cpdag"))
    assert claims.free.sum() == 2
    assert not claims.graph.directed().any()


def test_knowledge_compels() -> None:
    known = dag("ab", "bc", details={"knowledge": {"required": [["a", "b"]]}})
    claims = claims_of(known)
    assert claims.free.sum() == 0  # b -> c follows by Meek's first rule
    assert claims.compelled.sum() == 2


def test_a_graph_that_was_given_is_a_claim_as_it_stands() -> None:
    graph = dag("ab", "bc")
    claims = claims_of(graph, given=True)
    assert np.array_equal(claims.graph.marks, graph.marks)
    assert claims.compelled.sum() == 0  # and all the same not compelled


def test_contradictory_tests_leave_a_class_all_the_same() -> None:
    # A cycle of arrows, which no DAG extends: its one unshielded collider is what is left.
    claims = claims_of(dag("ab", "bc", "ca", "dc", kind="cpdag"))
    directed = {(int(i), int(j)) for i, j in zip(*claims.graph.directed().nonzero(), strict=True)}
    assert {(1, 2), (3, 2)} <= directed


def test_a_pag_says_itself_what_its_class_shares() -> None:
    marks = np.zeros((2, 2), dtype=np.int8)
    marks[0, 1], marks[1, 0] = Mark.ARROW, Mark.CIRCLE
    claims = claims_of(CausalGraph(("a", "b"), marks, kind="pag"))
    assert not claims.graph.directed().any()
    assert not claims.free.any()
