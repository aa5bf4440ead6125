"""Adversarial attention keeps its constraints; permutation against all permutations."""

from itertools import permutations

import numpy as np
import pytest
import torch
from scipy.spatial.distance import jensenshannon

from experiments.jain_wallace import perturbation
from experiments.jain_wallace.importance import Importance
from experiments.jain_wallace.perturbation import (
    BOUND,
    adversarial_attention,
    jensen_shannon,
    permutation_change,
)

BIAS = 0.3


def words_of(attention, contributions):
    """Return importance of sentences given as lists of attention and contributions."""
    probability = [
        1 / (1 + np.exp(-(np.dot(one, other) + BIAS)))
        for one, other in zip(attention, contributions, strict=True)
    ]
    flat = np.concatenate(attention)
    return Importance(
        np.cumsum([0, *map(len, attention)]),
        np.array(probability),
        flat,
        np.concatenate(contributions),
        np.zeros(len(flat)),
        np.zeros(len(flat)),
        BIAS,
    )


@pytest.fixture
def some():
    rng = np.random.default_rng(0)
    lengths = (3, 7, 2, 5, 4)
    return words_of(
        [rng.dirichlet(np.ones(length)) for length in lengths],
        [rng.normal(scale=2, size=length) for length in lengths],
    )


def test_divergence_is_scipys():
    rng = np.random.default_rng(1)
    first, second = rng.dirichlet(np.ones(6), 20), rng.dirichlet(np.ones(6), 20)
    first[0], second[0] = np.eye(6)[0], np.eye(6)[3]
    found = jensen_shannon(torch.from_numpy(first), torch.from_numpy(second)).numpy()
    np.testing.assert_allclose(found, jensenshannon(first, second, axis=1) ** 2, atol=1e-9)
    assert found[0] == pytest.approx(BOUND)


def test_adversaries_are_attention_and_are_what_they_say(some):
    rng = np.random.default_rng(2)
    found = adversarial_attention(some, count=3, epsilon=0.01, steps=200, rng=rng)
    assert found.attention.shape == (5, 3, 7)
    np.testing.assert_allclose(found.attention.sum(2), 1)
    for row, (low, high) in enumerate(zip(some.bounds[:-1], some.bounds[1:], strict=True)):
        assert (found.attention[row, :, high - low :] == 0).all()
        for number in range(3):
            other = found.attention[row, number, : high - low]
            logit = np.dot(other, some.contributions[low:high]) + BIAS
            change = abs(1 / (1 + np.exp(-logit)) - some.probability[row])
            assert found.change[row, number] == pytest.approx(change, abs=1e-9)
            far = jensenshannon(other, some.attention[low:high]) ** 2
            assert found.divergence[row, number] == pytest.approx(far, abs=1e-6)


def test_largest_divergence_is_of_those_within_epsilon(some):
    found = adversarial_attention(
        some, count=3, epsilon=0.01, steps=200, rng=np.random.default_rng(2)
    )
    for epsilon in (0.0, 0.02, 0.05):
        for row, largest in enumerate(found.largest(epsilon)):
            allowed = found.divergence[row][found.change[row] <= epsilon]
            assert largest == max([0.0, *allowed])
    assert (found.largest(0.05) >= found.largest(0.02)).all()
    assert (found.largest(1.0) <= BOUND + 1e-9).all()


def test_search_goes_farther_than_where_it_starts(some):
    def largest(steps):
        rng = np.random.default_rng(3)
        return adversarial_attention(some, count=4, epsilon=0.01, steps=steps, rng=rng).largest(
            0.02
        )

    assert largest(500).mean() > largest(0).mean() + 0.1


def test_chunks_change_nothing(some, monkeypatch):
    def found():
        rng = np.random.default_rng(4)
        return adversarial_attention(some, count=2, epsilon=0.01, steps=30, rng=rng)

    whole = found()
    monkeypatch.setattr(perturbation, "_CHUNK", 2)
    parts = found()
    np.testing.assert_allclose(whole.attention, parts.attention, atol=1e-9)
    np.testing.assert_allclose(whole.change, parts.change, atol=1e-9)


def test_permutation_is_the_median_over_all_orders():
    attention, contributions = np.array([0.7, 0.2, 0.1]), np.array([2.0, -1.0, 0.5])
    uniform = np.full(4, 0.25)
    words = words_of([attention, uniform], [contributions, np.array([3.0, -2.0, 1.0, 0.0])])
    outputs = [
        1 / (1 + np.exp(-(np.dot(order, contributions) + BIAS)))
        for order in permutations(attention)
    ]
    exact = np.median(np.abs(np.array(outputs) - words.probability[0]))
    found = permutation_change(words, 20_001, np.random.default_rng(0))
    spacing = np.diff(np.sort(outputs)).max()
    assert found[0] == pytest.approx(exact, abs=spacing)
    assert found[0] > 0.01
    assert found[1] == pytest.approx(0, abs=1e-12)
