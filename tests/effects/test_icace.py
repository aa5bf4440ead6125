"""ICaCE errors by hand, and explainers on outputs whose effects are planted."""

import numpy as np
import pytest

from causattn.base import DataError
from causattn.effects import (
    conditional_effects,
    icace_errors,
    matched_effects,
    random_effects,
    s_learner_effects,
)


def test_distances_by_hand() -> None:
    true = np.array([[3.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    estimated = np.array([[0.0, 4.0], [0.0, 3.0], [-1.0, -1.0], [1.0, 0.0]])
    found = icace_errors(true, estimated)
    np.testing.assert_allclose(found.l2, [5.0, 2.0, 8**0.5, 1.0])
    np.testing.assert_allclose(found.cosine, [1.0, 0.0, 2.0, 1.0], atol=1e-12)
    np.testing.assert_allclose(found.norm_difference, [1.0, 2.0, 0.0, 1.0], atol=1e-12)
    with pytest.raises(DataError, match="one row a pair"):
        icace_errors(true, estimated[:2])


def planted(seed: int = 0, count: int = 4000):
    """Return outputs that follow two concepts, which come together, of weights 2 and 1."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 2, count)
    second = np.where(rng.random(count) < 0.8, first, 1 - first)
    chance = 1 / (1 + np.exp(-(2.0 * first + second - 1.5)))
    labels = np.column_stack([first, second]).astype(str)
    return np.column_stack([1 - chance, chance]), labels, chance


def test_conditional_expectation_holds_the_confounding_and_matching_does_not() -> None:
    outputs, labels, _ = planted()
    rng = np.random.default_rng(1)
    rows = np.flatnonzero(labels[:, 1] == "0")[:200]
    start, end = labels[rows, 1], np.full(200, "1")
    naive = conditional_effects(outputs, labels[:, 1], start, end)
    held = labels[rows]
    matched = matched_effects(outputs, labels, outputs[rows], held, 1, end, rng)
    other = 1 / (1 + np.exp(-(2.0 * held[:, 0].astype(float) + 1.0 - 1.5)))
    true = np.column_stack([1 - other, other]) - outputs[rows]
    np.testing.assert_allclose(matched, true, atol=1e-12)
    assert icace_errors(true, naive).l2.mean() > 0.3
    assert (naive[:, 1] > true[:, 1] + 0.1).all()


def test_the_s_learner_learns_the_models_choice() -> None:
    _, labels, chance = planted(count=8000)
    rng = np.random.default_rng(2)
    drawn = (rng.random(len(chance)) < chance).astype(int)
    chosen = np.eye(2)[drawn]
    held = np.array([["0", "0"], ["1", "0"]])
    found = s_learner_effects(chosen, labels, held, 1, np.array(["0", "0"]), np.array(["1", "1"]))
    chances = 1 / (1 + np.exp(1.5 - np.array([[0.0, 1.0], [2.0, 3.0]])))
    expected = chances[:, 1] - chances[:, 0]
    np.testing.assert_allclose(found[:, 1], expected, atol=0.05)
    np.testing.assert_allclose(found.sum(axis=1), 0.0, atol=1e-12)


def test_random_effects_are_differences_and_seeded() -> None:
    outputs, _, _ = planted()
    first, again = (random_effects(outputs, 50, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_allclose(first.sum(axis=1), 0.0, atol=1e-12)
    assert first.std() > 0


def test_a_label_that_nobody_has_is_a_sentence() -> None:
    outputs, labels, _ = planted()
    with pytest.raises(DataError, match="No reference text has the label 2"):
        conditional_effects(outputs, labels[:, 0], np.array(["0"]), np.array(["2"]))
    with pytest.raises(DataError, match="No reference text has the label 2"):
        matched_effects(
            outputs, labels, outputs[:1], labels[:1], 0, np.array(["2"]), np.random.default_rng(0)
        )
