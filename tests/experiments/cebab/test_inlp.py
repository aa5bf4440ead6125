"""A projection that takes out what it should, and no more."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from experiments.cebab.head import Head
from experiments.cebab.inlp import erase, erased_effects, random_projection


def planted_states(seed, count=1500, width=12):
    """Return states whose first two axes alone tell one of three labels."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 3, count)
    centres = np.array([[4.0, 0.0], [-4.0, 0.0], [0.0, 5.0]])
    states = rng.normal(size=(count, width))
    states[:, :2] += centres[codes]
    return states, np.array(["Negative", "Positive", "unknown"])[codes], rng


@given(st.integers(0, 1000), st.integers(0, 4))
@settings(max_examples=10, deadline=None)
def test_projection_is_symmetric_and_idempotent(seed, rounds):
    states, labels, rng = planted_states(seed, count=200)
    found = erase(states, labels, rng, rounds=rounds)
    projection = found.projection
    np.testing.assert_allclose(projection, projection.T, atol=1e-12)
    np.testing.assert_allclose(projection @ projection, projection, atol=1e-10)
    assert np.linalg.matrix_rank(projection, tol=1e-8) == 12 - found.directions
    assert (found.directions == 0) == (rounds == 0)
    assert len(found.told) <= rounds + 1


def test_what_is_left_tells_no_label_and_the_rest_is_kept():
    states, labels, rng = planted_states(0)
    found = erase(states, labels, rng)
    assert found.told[0] > 0.95
    assert found.told[-1] < 0.37
    assert found.chance == pytest.approx(1 / 3)
    # Another kind of classifier, on other texts, is at a loss as well.
    fresh, fresh_labels, _ = planted_states(1)
    learner = LogisticRegression(max_iter=1000).fit(states @ found.projection, labels)
    assert learner.score(fresh @ found.projection, fresh_labels) < 0.45
    # The plane that told is gone; of the other ten axes most of the length is left.
    assert np.linalg.norm(np.eye(12)[:, :2].T @ found.projection) < 0.5
    assert found.directions <= 9
    assert np.trace(found.projection) == pytest.approx(12 - found.directions)


def test_random_directions_take_out_as_many():
    found = random_projection(12, 5, np.random.default_rng(0))
    np.testing.assert_allclose(found @ found, found, atol=1e-12)
    np.testing.assert_allclose(found, found.T, atol=1e-12)
    assert np.trace(found) == pytest.approx(7)


def test_effect_is_what_the_head_says_of_the_projected_state(model):
    rng = np.random.default_rng(0)
    head, states = Head.of(model), rng.normal(size=(3, 16))
    np.testing.assert_array_equal(erased_effects(head, states, np.eye(16)), 0)
    nothing = erased_effects(head, states, np.zeros((16, 16)))
    expected = head.probabilities(np.zeros((1, 16))) - head.probabilities(states)
    np.testing.assert_allclose(nothing, expected, atol=1e-7)
