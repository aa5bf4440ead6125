import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from experiments.nichani.task import (
    PARENTLESS,
    draw_forest,
    draw_sequences,
    draw_transitions,
    stationary_distribution,
)


def stationary(transition):
    share = np.empty(len(transition))
    stationary_distribution(transition, share)
    return share


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.sampled_from([0.05, 0.3, 1.0]))
def test_stationary_distribution_is_left_unchanged_by_the_chain(seed, symbols, concentration):
    rng = np.random.default_rng(seed)
    transition = draw_transitions(1, symbols, concentration, rng)[0]
    share = stationary(transition)
    assert share.sum() == pytest.approx(1)
    assert np.all(share >= 0)
    np.testing.assert_allclose(share @ transition, share, atol=1e-9)


def test_stationary_distribution_by_hand():
    transition = np.array([[0.9, 0.1], [0.3, 0.7]])
    np.testing.assert_allclose(stationary(transition), [0.75, 0.25], rtol=1e-14)


def test_transitions_are_dirichlet_rows():
    found = draw_transitions(20_000, 3, 0.1, np.random.default_rng(0))
    np.testing.assert_allclose(found.sum(-1), 1, rtol=1e-12)
    # Each entry of a symmetric Dirichlet row is Beta(a, (S - 1) a).
    assert stats.kstest(found[:, 0, 0], stats.beta(0.1, 0.2).cdf).pvalue > 1e-3


def test_tokens_follow_their_parents_rows_and_roots_the_stationary_distribution():
    rng = np.random.default_rng(1)
    transition = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5]])
    parents = np.array([PARENTLESS, 0, 0, PARENTLESS, 2])
    count = 60_000
    tokens, targets = draw_sequences(parents, transition[None].repeat(count, 0), rng)
    assert tokens.shape == (count, 6)
    share = stationary(transition)
    for position, parent in enumerate(parents):
        for given_token in range(3):
            rows = slice(None) if parent == PARENTLESS else tokens[:, parent] == given_token
            expected = share if parent == PARENTLESS else transition[given_token]
            seen = np.bincount(tokens[rows, position], minlength=3)
            assert stats.chisquare(seen, expected * seen.sum()).pvalue > 1e-4
    seen = np.bincount(tokens[:, -1], minlength=3)
    assert stats.chisquare(seen).pvalue > 1e-4
    for last in range(3):
        seen = np.bincount(targets[tokens[:, -1] == last], minlength=3)
        assert stats.chisquare(seen, transition[last] * seen.sum()).pvalue > 1e-4


def test_forest_has_earlier_parents_and_half_the_positions_without():
    rng = np.random.default_rng(2)
    forests = np.array([draw_forest(20, rng) for _ in range(500)])
    assert forests.shape == (500, 19)
    assert np.all(forests < np.arange(19))
    assert np.all(forests[:, 0] == PARENTLESS)
    share = (forests[:, 1:] == PARENTLESS).mean()
    assert share == pytest.approx(0.5, abs=0.02)
