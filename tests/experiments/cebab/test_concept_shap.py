"""Shapley values against all orders of players and their axioms; concepts that tell or do not."""

from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.cebab.concept_shap import concept_shap, shapley_values, subsets
from experiments.cebab.head import Head


def games(players, seed, shape=(2, 3)):
    rng = np.random.default_rng(seed)
    return {members: rng.normal(size=shape) for members in subsets(players)}


@given(st.integers(1, 5), st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_values_are_mean_gains_over_all_orders(players, seed):
    worth = games(players, seed)
    expected = np.zeros((players, 2, 3))
    orders = list(permutations(range(players)))
    for order in orders:
        for place, player in enumerate(order):
            before = frozenset(order[:place])
            expected[player] += (worth[before | {player}] - worth[before]) / len(orders)
    found = shapley_values(worth, players)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    everybody = worth[frozenset(range(players))] - worth[frozenset()]
    np.testing.assert_allclose(found.sum(axis=0), everybody, atol=1e-12)


def test_who_adds_nothing_gets_nothing_and_equals_get_the_same():
    worth = {members: np.array(float(bool(members & {0, 1}))) for members in subsets(3)}
    np.testing.assert_allclose(shapley_values(worth, 3), [0.5, 0.5, 0.0])


def test_the_concept_that_tells_the_class_gets_the_value(model):
    """Classes follow the first axis, on which the head is sharp; the second axis is noise."""
    import torch

    with torch.no_grad():
        model.network.bert.pooler.dense.weight.copy_(torch.eye(16))
        model.network.bert.pooler.dense.bias.zero_()
        model.network.classifier.weight.zero_()
        model.network.classifier.weight[0, 0], model.network.classifier.weight[1, 0] = -6.0, 6.0
        model.network.classifier.bias.copy_(torch.tensor([0.0, 0.0, -9.0, -9.0, -9.0]))
    rng = np.random.default_rng(0)
    states = rng.normal(size=(600, 16))
    classes = (states[:, 0] > 0).astype(int)
    head, vectors = Head.of(model), np.eye(16)[:2]
    asked = np.zeros((2, 16))
    asked[:, 0] = [2.0, -2.0]
    found = concept_shap(head, vectors, states, classes, asked, 0, epochs=15, hidden=50)
    assert found.values.shape == (2, 2, 5)
    np.testing.assert_allclose(found.values.sum(axis=-1), 0, atol=1e-6)
    assert found.values[0, 0, 1] > 0.3
    assert found.values[0, 1, 0] > 0.3
    assert np.abs(found.values[1]).max() < 0.15
    assert 0.9 < found.completeness < 1.1
    assert found.importance[0] > 5 * abs(found.importance[1])
    again = concept_shap(head, vectors, states, classes, asked, 0, epochs=15, hidden=50)
    np.testing.assert_array_equal(again.values, found.values)
