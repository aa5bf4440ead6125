"""Edge probabilities, levels and priors from candidates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.base import ConfigError
from causattn.candidates import CandidateEdges
from causattn.discovery import edge_log_prior, edge_probabilities, pair_levels


def candidates(size: int, seed: int = 0) -> CandidateEdges:
    score = np.random.default_rng(seed).random((size, size))
    np.fill_diagonal(score, 0)
    names = tuple(f"v{k}" for k in range(size))
    return CandidateEdges(
        names, score, np.full((size, size), np.nan), ~np.eye(size, dtype=bool), "drawn"
    )


def test_probability_follows_the_rank_of_the_stronger_direction():
    score = np.array([[0, 0.9, 0.2], [0.1, 0, 0.3], [0.4, 0.3, 0]])
    given_ = CandidateEdges(
        tuple("abc"), score, np.full((3, 3), np.nan), np.ones((3, 3), dtype=bool), "by hand"
    )
    probability = edge_probabilities(given_, expected_edges=2, sharpness=1)
    # Strengths .9 (a-b), .4 (a-c), .3 (b-c): ranks 1, 2, 3.
    assert probability[0, 1] == pytest.approx(1 / 1.5)
    assert probability[2, 0] == pytest.approx(1 / 2)
    assert probability[1, 2] == pytest.approx(1 / 2.5)
    assert np.array_equal(probability, probability.T)


def test_ties_share_their_mean_rank():
    flat = candidates(4)
    flat = CandidateEdges(flat.names, np.ones((4, 4)), flat.p_value, flat.allowed, "flat")
    probability = edge_probabilities(flat, expected_edges=3.5, sharpness=2)
    assert np.allclose(probability[np.triu_indices(4, 1)], 0.5)


@settings(max_examples=30, deadline=None)
@given(st.integers(3, 20), st.floats(1e-4, 0.2), st.floats(0.5, 8), st.integers(0, 99))
def test_mean_level_is_never_above_alpha(size, alpha, sharpness, seed):
    level = pair_levels(candidates(size, seed), alpha, sharpness=sharpness)
    mean = level[np.triu_indices(size, 1)].mean()
    assert mean <= alpha * (1 + 1e-9)
    if level.max() < 1:
        assert mean == pytest.approx(alpha)
    assert (level > 0).all()
    assert np.array_equal(level, level.T)


def test_prior_is_the_log_odds():
    given_ = candidates(8)
    probability = edge_probabilities(given_)
    prior = edge_log_prior(given_)
    off = ~np.eye(8, dtype=bool)
    assert np.allclose(prior[off], np.log(probability[off] / (1 - probability[off])))
    assert not prior.diagonal().any()
    assert np.isfinite(prior).all()


@pytest.mark.parametrize("wrong", [{"expected_edges": 0}, {"sharpness": -1}])
def test_what_cannot_be_used_is_a_sentence(wrong):
    with pytest.raises(ConfigError, match="above 0"):
        edge_probabilities(candidates(4), **wrong)
