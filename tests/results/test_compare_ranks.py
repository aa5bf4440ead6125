import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from causattn.results.compare.ranks import (
    Ranking,
    cliques,
    critical_difference,
    friedman,
    rank,
    ranks_by_row,
)

# Demšar (2006), table 6: the ranks of C4.5, C4.5+m, C4.5+cf and C4.5+m+cf on 14 data sets.
DEMSAR = np.array(
    [
        [4, 3, 2, 1],
        [1, 2, 3, 4],
        [4, 1, 2, 3],
        [4, 1, 3, 2],
        [4, 2, 3, 1],
        [1, 2.5, 4, 2.5],
        [3, 2, 4, 1],
        [2.5, 2.5, 4, 1],
        [4, 3, 2, 1],
        [2.5, 2.5, 2.5, 2.5],
        [4, 2.5, 1, 2.5],
        [3, 2, 4, 1],
        [4, 1, 2, 3],
        [3, 1, 4, 2],
    ]
)
NAMES = ("C4.5", "C4.5+m", "C4.5+cf", "C4.5+m+cf")


def test_the_example_of_demsar() -> None:
    found = rank(DEMSAR, NAMES, range(14), level=0.10)
    assert isinstance(found, Ranking)
    assert found.mean_ranks == pytest.approx([3.143, 2.000, 2.893, 1.964], abs=5e-4)
    # Page 14 gives the statistics without a correction for ties.
    rows, columns = DEMSAR.shape
    plain = 12 * rows / (columns * (columns + 1))
    plain *= (found.mean_ranks**2).sum() - columns * (columns + 1) ** 2 / 4
    assert plain == pytest.approx(9.28, abs=5e-3)
    assert (rows - 1) * plain / (rows * (columns - 1) - plain) == pytest.approx(3.69, abs=5e-3)
    assert critical_difference(4, 14, 0.05) == pytest.approx(1.25, abs=5e-3)
    assert found.critical_difference == pytest.approx(1.12, abs=5e-3)
    # "C4.5 performs significantly worse than C4.5+m and C4.5+m+cf."
    assert {frozenset(group) for group in found.groups} == {frozenset({1, 2, 3}), frozenset({0, 2})}


@pytest.mark.parametrize(
    ("contestants", "q"), [(2, 1.960), (3, 2.343), (5, 2.728), (8, 3.031), (10, 3.164)]
)
def test_critical_values_are_those_of_table_5a(contestants: int, q: float) -> None:
    scale = np.sqrt(contestants * (contestants + 1) / (6 * 20))
    assert critical_difference(contestants, 20, 0.05) == pytest.approx(q * scale, abs=1e-3 * scale)


@given(
    arrays(
        float,
        st.tuples(st.integers(2, 8), st.integers(3, 6)),
        elements=st.integers(0, 4).map(float),
    )
)
def test_friedman_is_scipys(scores: np.ndarray) -> None:
    ranks = ranks_by_row(scores)
    if (ranks == ranks[:, :1]).all():
        assert rank(scores, range(99), range(99)) == "all contestants tie on all data sets"
        return
    expected = stats.friedmanchisquare(*scores.T)
    found = rank(scores, [str(k) for k in range(scores.shape[1])], range(len(scores)))
    assert isinstance(found, Ranking)
    assert friedman(ranks) == pytest.approx(expected.statistic)
    assert found.chi_square == pytest.approx(expected.statistic)
    assert found.p_chi_square == pytest.approx(expected.pvalue)


def test_who_did_not_come_in_is_last_and_rounding_is_a_tie() -> None:
    ranks = ranks_by_row(np.array([[1.0, np.inf, np.inf], [0.1 + 0.2, 0.3, 5.0]]))
    assert ranks.tolist() == [[1, 2.5, 2.5], [1.5, 1.5, 3]]


def test_two_contestants_or_one_data_set_are_no_ranking() -> None:
    assert rank(np.ones((4, 2)), "ab", "wxyz") == (
        "ranks take 3 contestants or more, and there are 2"
    )
    assert rank(np.ones((1, 3)), "abc", "x") == (
        "ranks take 2 networks or more on which all contestants ran, and there is 1"
    )


@given(arrays(float, (9, 4), elements=st.integers(0, 4).map(float)))
def test_sizes_of_a_network_are_one_row_of_friedmans_test(scores: np.ndarray) -> None:
    blocks = "aaabbcccc"
    ranks = stats.rankdata(scores, axis=1)
    averaged = np.array([ranks[:3].mean(0), ranks[3:5].mean(0), ranks[5:].mean(0)])
    found = rank(scores, "wxyz", range(9), blocks)
    again = stats.rankdata(averaged.round(9), axis=1)
    if (again == again[:, :1]).all():
        assert found == "all contestants tie on all data sets"
        return
    assert isinstance(found, Ranking)
    assert found.blocks == tuple("abc")
    expected = stats.friedmanchisquare(*averaged.round(9).T)
    assert found.chi_square == pytest.approx(expected.statistic)
    assert found.critical_difference == critical_difference(4, 3)


def test_bars_join_those_within_the_difference() -> None:
    assert cliques(np.array([1.0, 2.0, 3.5, 4.0]), 1.5) == ((0, 1), (1, 2), (2, 3))
    assert cliques(np.array([3.0, 1.0, 2.0]), 9.0) == ((1, 2, 0),)
    assert cliques(np.array([1.0, 5.0]), 1.0) == ()
