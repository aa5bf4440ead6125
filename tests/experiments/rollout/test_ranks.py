import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from causattn.base import ConfigError, DataError
from experiments.rollout.ranks import rank_correlation


@given(st.permutations(range(9)), st.permutations(range(9)))
def test_without_ties_both_conventions_are_scipys(one, other):
    expected = spearmanr(one, other).statistic
    for ranks in ("standard", "dense"):
        assert rank_correlation(np.array(one), np.array(other), ranks) == pytest.approx(expected)


@given(
    st.lists(st.integers(0, 3), min_size=8, max_size=8).filter(lambda row: len(set(row)) > 1),
    st.permutations(range(8)),
)
def test_standard_is_scipys_with_ties(one, other):
    expected = spearmanr(one, other).statistic
    assert rank_correlation(np.array(one), np.array(other)) == pytest.approx(expected)


def test_ties_by_hand():
    tied, rising = np.array([0.1, 0.1, 0.5, 0.9]), np.array([1.0, 2.0, 3.0, 4.0])
    # Ranks 1.5 1.5 3 4 and 1 2 3 4: covariance 4.5, squares 4.5 and 5.
    assert rank_correlation(tied, rising) == pytest.approx(4.5 / np.sqrt(4.5 * 5))
    # Ranks 1 1 2 3: differences 0 1 1 1.
    assert rank_correlation(tied, rising, "dense") == pytest.approx(1 - 6 * 3 / (4 * 15))


def test_a_constant_list_has_no_standard_correlation_and_a_dense_figure():
    flat, rising = np.ones(3), np.arange(3.0)
    assert np.isnan(rank_correlation(flat, rising))
    assert rank_correlation(flat, rising, "dense") == pytest.approx(1 - 6 * 5 / 24)


def test_what_cannot_be_ranked_is_refused():
    with pytest.raises(DataError, match="equal length"):
        rank_correlation(np.arange(3), np.arange(4))
    with pytest.raises(DataError, match="infinite or no number"):
        rank_correlation(np.array([1, np.nan]), np.arange(2))
    with pytest.raises(ConfigError, match="ranks"):
        rank_correlation(np.arange(3), np.arange(3), "ordinal")
