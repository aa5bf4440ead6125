"""Members of an equivalence class against brute force over all directions."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.base import CapabilityError
from causattn.graphs import (
    CausalGraph,
    class_members,
    member_distances,
    structural_hamming_distance,
    structural_intervention_distance,
    to_cpdag,
)


def members_by_brute_force(dag: CausalGraph) -> set[bytes]:
    """Direct the skeleton in all ways and keep the DAGs whose CPDAG is that of `dag`."""
    goal = to_cpdag(dag).marks
    pairs = np.argwhere(np.triu(dag.skeleton()))
    found = set()
    for turned in product([False, True], repeat=len(pairs)):
        adjacency = np.zeros((dag.size, dag.size), dtype=np.uint8)
        for (i, j), turn in zip(pairs, turned, strict=True):
            adjacency[(j, i) if turn else (i, j)] = 1
        member = CausalGraph.from_adjacency(adjacency, dag.names, direction="from row to column")
        if member.kind == "dag" and np.array_equal(to_cpdag(member).marks, goal):
            found.add(member.marks.tobytes())
    return found


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5), st.floats(0.3, 1.0))
def test_members_are_all_and_each_comes_once(random_dag, seed, size, density):
    dag = random_dag(seed, size, density)
    members = [member.marks.tobytes() for member in class_members(to_cpdag(dag))]
    assert len(set(members)) == len(members)
    assert set(members) == members_by_brute_force(dag)


@pytest.mark.parametrize(
    ("text", "count"),
    [("a-b b-c", 3), ("a-b b-c a-c", 6), ("a>b c>b", 1), ("a-b b-c c-d", 4), ("a-b c-d", 4)],
)
def test_known_counts(graph, text, count):
    # A tree has one member for each root, a clique one for each order, two parts their product.
    assert len(list(class_members(graph(text, "abcd")))) == count


def test_too_many_members_are_a_sentence(graph):
    with pytest.raises(CapabilityError, match="more than 5 DAGs"):
        list(class_members(graph("a-b b-c a-c"), limit=5))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(2, 6), st.floats(0.3, 0.9))
def test_range_is_that_over_all_members(random_dag, one, other, size, density):
    cpdag, truth = to_cpdag(random_dag(one, size, density)), random_dag(other, size, density)
    members = list(class_members(cpdag))
    for name, distance in (
        ("shd", structural_hamming_distance),
        ("sid", lambda a, b: structural_intervention_distance(a, b).pairs),
    ):
        every = [distance(member, truth) for member in members]
        assert member_distances(cpdag, truth)[name] == (min(every), max(every))


def test_a_range_out_of_reach_is_none(graph):
    clique = graph("a-b b-c a-c")
    assert member_distances(clique, graph("a>b"), limit=5) == {"shd": None, "sid": None}
