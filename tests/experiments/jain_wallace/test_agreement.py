"""Kendall's tau-b against counting pairs, first words by hand, and the bootstrap."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from experiments.jain_wallace.agreement import agreement, bootstrap_interval, top_hit

LISTS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=8)


def by_pairs(first, second):
    """Return tau-b by counting all pairs."""
    agree = apart = first_tied = second_tied = 0
    for i in range(len(first)):
        for j in range(i):
            one, other = first[i] - first[j], second[i] - second[j]
            agree += one * other > 0
            apart += one * other < 0
            first_tied += one != 0
            second_tied += other != 0
    scale = math.sqrt(first_tied * second_tied)
    return (agree - apart) / scale if scale else math.nan


@given(st.lists(LISTS, min_size=1, max_size=4))
def test_tau_is_that_of_the_pairs_and_scipys(sentences):
    bounds = np.cumsum([0, *map(len, sentences)])
    flat = np.array([pair for sentence in sentences for pair in sentence], dtype=float)
    tau, p_value = agreement(bounds, flat[:, 0], flat[:, 1])
    for row, sentence in enumerate(sentences):
        first, second = np.array(sentence, dtype=float).T
        assert tau[row] == pytest.approx(by_pairs(first, second), nan_ok=True)
        assert p_value[row] == pytest.approx(kendalltau(first, second).pvalue, nan_ok=True)


def test_first_words_share_where_they_are_tied():
    bounds = np.array([0, 3, 6, 9])
    first = np.array([3.0, 1, 2, 5, 5, 0, 0, 0, 0])
    second = np.array([9.0, 1, 1, 0, 7, 1, 4, 4, 1])
    np.testing.assert_allclose(top_hit(bounds, first, second), [1, 1 / 2, 2 / 3])


def test_interval_holds_the_mean_and_shrinks_with_sentences():
    rng = np.random.default_rng(0)
    values = rng.normal(size=2000)
    low, high = bootstrap_interval(values, np.random.default_rng(1), 500)
    assert low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 / math.sqrt(2000), rel=0.15)
    assert bootstrap_interval(np.ones(5), rng, 10) == (1.0, 1.0)
