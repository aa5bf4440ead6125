"""Directions and sensitivities where they are known."""

import numpy as np
import pytest

from causattn.base import DataError
from experiments.cebab.head import Head
from experiments.cebab.tcav import along_the_edit, concept_vector, sensitivities


def planted_states(rng, count=400, gap=3.0):
    """Return states that differ between labels along the first axis alone."""
    labels = rng.choice(["Negative", "Positive", "unknown"], count)
    states = rng.normal(size=(count, 16)) * 0.5
    states[:, 0] += gap * ((labels == "Positive").astype(float) - (labels == "Negative"))
    return states, labels


def test_the_vector_points_from_absent_to_present():
    states, labels = planted_states(np.random.default_rng(0))
    vector = concept_vector(states, labels, "Positive", "unknown")
    assert np.linalg.norm(vector) == pytest.approx(1)
    assert vector[0] > 0.9
    other = concept_vector(states, labels, "unknown", "Positive")
    np.testing.assert_allclose(other, -vector, atol=1e-6)
    with pytest.raises(DataError, match="has the label absent"):
        concept_vector(states, labels, "Positive", "absent")


def test_sensitivity_is_tanh_of_the_logits_derivative(model):
    rng = np.random.default_rng(1)
    head, states = Head.of(model), rng.normal(size=(5, 16))
    vector = np.eye(16)[2]
    found = sensitivities(head, states, vector)
    np.testing.assert_allclose(np.arctanh(found), head.derivatives(states, vector, "logit"))
    np.testing.assert_allclose(sensitivities(head, states, -vector), -found)


def test_the_directed_variant_turns_with_the_edit(model):
    rng = np.random.default_rng(2)
    reference, labels = planted_states(rng)
    head, states = Head.of(model), rng.normal(size=(4, 16))
    start = np.array(["Negative", "Positive", "Negative", "unknown"])
    end = np.array(["Positive", "Negative", "unknown", "Positive"])
    found = along_the_edit(head, states, reference, labels, start, end)
    np.testing.assert_allclose(found.sum(axis=1), 0, atol=1e-6)
    back = along_the_edit(head, states, reference, labels, end, start)
    np.testing.assert_allclose(back, -found, rtol=1e-4, atol=1e-7)
    # The step is the distance of the groups' means along the vector: 2 gaps for the whole way.
    vector = concept_vector(reference, labels, "Positive", "Negative")
    slope = head.derivatives(states[:1], vector, "probability")
    assert np.linalg.norm(found[0]) / np.linalg.norm(slope[0]) == pytest.approx(6, rel=0.1)
