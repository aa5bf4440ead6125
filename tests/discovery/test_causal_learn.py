"""Graphs and tests between causal-learn and causattn."""

import numpy as np
import pytest
from causallearn.utils.cit import CIT

from causattn.base import DataError
from causattn.discovery import TESTS, as_discovery_data
from causattn.discovery.libraries.causal_learn_graphs import (
    CountedTest,
    check_regular,
    collinear,
    errors_as_sentences,
    from_causal_learn,
)
from causattn.graphs import CausalGraph


def test_graphs_survive_the_round_trip():
    # a -> b, b -- c, c <-> d, d o-> e, a o-o e
    marks = np.zeros((5, 5), dtype=int)
    for i, j, at_i, at_j in ((0, 1, 1, 2), (1, 2, 1, 1), (2, 3, 2, 2), (3, 4, 3, 2), (0, 4, 3, 3)):
        marks[j, i], marks[i, j] = at_i, at_j
    graph = CausalGraph(tuple("abcde"), marks, kind="pag")
    back = from_causal_learn(graph.to_causal_learn(), graph.names, kind="pag")
    assert np.array_equal(back.marks, graph.marks)


def test_names_may_come_in_another_order():
    graph = CausalGraph(("a", "b"), np.array([[0, 2], [1, 0]]), kind="dag")
    turned = from_causal_learn(graph.to_causal_learn(), ("b", "a"), kind="dag")
    assert [tuple(edge) for edge in turned.edges()] == [("a", "b", "-->")]


@pytest.mark.parametrize(
    ("test", "theirs"), [("fisher_z", "fisherz"), ("chi_square", "chisq"), ("g_square", "gsq")]
)
def test_counted_tests_are_theirs_and_count_once(test, theirs):
    rng = np.random.default_rng(0)
    table = rng.normal(size=(200, 4)) if test == "fisher_z" else rng.integers(0, 3, (200, 4))
    counted = CountedTest(as_discovery_data(table), TESTS[test])
    reference = CIT(table, theirs)
    assert counted(0, 1, (2,)) == reference(0, 1, (2,))
    assert counted(1, 0, [2]) == reference(0, 1, (2,))
    assert counted(3, 1) == reference(3, 1)
    counted(0, 1, (3, 2))
    assert counted.total == 3
    assert counted.by_order == [1, 1, 1]


def test_collinear_columns_are_named():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(100, 3))
    table = np.column_stack([table, table[:, 0] + table[:, 1]])
    data = as_discovery_data(table, list("abcd"))
    assert sorted(collinear(data).replace(" of ", ", ").split(", ")) == ["a", "b", "d"]


def test_a_singular_block_that_no_check_saw_is_a_sentence():
    # With fewer rows than variables the whole matrix is singular anyhow, and blocks are looked at.
    data = as_discovery_data(np.random.default_rng(0).normal(size=(5, 6)), list("abcdef"))
    sentence = r"exact linear combinations.*drop one"
    with pytest.raises(DataError, match=sentence), errors_as_sentences(data):
        raise ValueError("Data correlation matrix is singular. Cannot run fisherz test.")
    with pytest.raises(ValueError, match="else"), errors_as_sentences(data):
        raise ValueError("something else")


def test_regular_data_pass_and_copies_do_not():
    table = np.random.default_rng(0).normal(size=(100, 3))
    check_regular(as_discovery_data(table))
    with pytest.raises(DataError, match="copies of each other"):
        check_regular(as_discovery_data(np.column_stack([table, table[:, 0]])))
