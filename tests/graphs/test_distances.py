"""Distances against gadjid, causal-learn and small cases by hand."""

import gadjid
import numpy as np
import pytest
from causallearn.graph.SHD import SHD
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.base import CapabilityError, DataError
from causattn.graphs import (
    CausalGraph,
    adjustment_identification_distance,
    structural_hamming_distance,
    structural_intervention_distance,
    to_cpdag,
)


@pytest.mark.parametrize(
    ("estimate", "truth", "distance"),
    [
        ("", "", 0),
        ("", "a>b b>c", 2),
        ("a>b", "b>a", 1),
        ("a-b", "b>a", 1),
        ("a-b b>c", "a-b c>b a>c", 2),
        ("a>b b>c a>c", "b>a c>b c>a", 3),
    ],
)
def test_each_differing_pair_counts_once(graph, estimate: str, truth: str, distance: int):
    assert structural_hamming_distance(graph(estimate), graph(truth)) == distance
    assert structural_hamming_distance(graph(truth), graph(estimate)) == distance


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 7), st.integers(0, 10_000), st.integers(0, 10_000))
def test_hamming_distance_is_that_of_gadjid_and_causal_learn(random_dag, size, one, other):
    first, second = (to_cpdag(random_dag(seed, size, 0.4)) for seed in (one, other))
    ours = structural_hamming_distance(first, second)
    matrices = []
    for item in (first, second):
        matrix = item.adjacency("from row to column").astype(np.int8)
        matrix[(matrix == 1) & (matrix.T == 1)] = 2
        matrices.append(matrix)
    assert ours == gadjid.shd(*matrices)[1]
    assert ours == SHD(second.to_causal_learn(), first.to_causal_learn()).get_shd()


def test_variables_are_matched_by_name(graph):
    truth = graph("a>b b>c")
    turned = CausalGraph(("c", "a", "b"), truth.marks[np.ix_([2, 0, 1], [2, 0, 1])], kind="dag")
    assert structural_hamming_distance(turned, truth) == 0
    assert adjustment_identification_distance(turned, truth, "parent").pairs == 0


def test_other_variables_are_a_sentence(graph):
    with pytest.raises(DataError, match="estimate alone has d and the truth alone has c"):
        structural_hamming_distance(graph("a>d", "abd"), graph("a>b"))


def test_adjustment_distance_by_hand(graph):
    # Truth a -> b -> c. Reversed, each of the six ordered pairs gets a wrong answer; the empty
    # graph says that nothing has an effect, which is wrong for a-b, a-c and b-c.
    truth = graph("a>b b>c")
    assert adjustment_identification_distance(graph("c>b b>a"), truth, "parent") == (1.0, 6)
    assert adjustment_identification_distance(graph(""), truth, "parent") == (0.5, 3)
    assert structural_intervention_distance(graph(""), truth) == (0.5, 3)
    assert adjustment_identification_distance(truth, truth, "oset") == (0.0, 0)


def test_direction_of_the_matrix_is_ours(graph):
    """Handing gadjid the transposed direction gives another number on this case."""
    truth, estimate = graph("a>b b>c"), graph("b>a")
    ours = structural_intervention_distance(estimate, truth).pairs
    matrices = [g.adjacency("from column to row").astype(np.int8) for g in (truth, estimate)]
    assert ours == gadjid.sid(*matrices, edge_direction="from column to row")[1]
    assert ours != gadjid.sid(*matrices, edge_direction="from row to column")[1]


def test_distances_are_not_symmetric_and_truth_comes_second(graph):
    truth, estimate = graph("a>b"), graph("a>b b>c a>c")
    assert structural_intervention_distance(estimate, truth).pairs == 0
    assert structural_intervention_distance(truth, estimate).pairs > 0


def test_a_cpdag_has_no_intervention_distance(graph):
    with pytest.raises(CapabilityError, match="member_distances"):
        structural_intervention_distance(graph("a-b"), graph("a>b"))


def test_a_cycle_is_a_sentence(graph):
    cyclic = graph("a>b b>c c>a")
    with pytest.raises(CapabilityError, match=r"cannot be read off.*valid CPDAG"):
        adjustment_identification_distance(cyclic, graph("a>b"), "parent")


def test_an_unknown_strategy_is_a_sentence(graph):
    with pytest.raises(DataError, match="say parent, ancestor or oset"):
        adjustment_identification_distance(graph(""), graph(""), "child")  # type: ignore[arg-type]
