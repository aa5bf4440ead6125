"""Rollout on three tokens and two layers, worked out by hand."""

import numpy as np
import pytest
import torch

from causattn.attention import AttentionLayer
from causattn.attention.contract import BatchCarriers, LayerView, MeasureShape
from causattn.attention.measures.carried import CarriedFeatures
from causattn.attention.measures.rollout import RolloutMeasure

# Two heads a layer; their means are A1 = [[1,0,0],[.5,.5,0],[0,.5,.5]] and
# A2 = [[0,1,0],[0,0,1],[1,0,0]].
FIRST = torch.tensor(
    [
        [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    ]
)
SECOND = torch.tensor([[[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]] * 2)
# (A2 + I)/2 (A1 + I)/2 with (A1 + I)/2 = [[1,0,0],[.25,.75,0],[0,.25,.75]]
BY_HAND = np.array(
    [
        [0.625, 0.375, 0.0],
        [0.125, 0.5, 0.375],
        [0.5, 0.125, 0.375],
    ]
)


def rolled(tokens: list[list[int]], multiplicity: int = 1, alone: bool = True) -> np.ndarray:
    """Rollout between features; the last layer comes `alone` with the rows of their tokens."""
    flat = [(feature, token) for feature, of in enumerate(tokens) for token in of]
    feature, position = np.array(flat).T
    carried = CarriedFeatures.of(np.zeros_like(feature), feature, position, 1, torch.device("cpu"))
    measure = RolloutMeasure(MeasureShape((0, 1), (0, 1), len(tokens)))
    measure.begin(BatchCarriers(carried, carried, np.array([multiplicity])))
    rows = carried.tokens
    last = SECOND[None][:, :, rows[0]] if alone else SECOND[None]
    for index, weights, some in ((0, FIRST[None], None), (1, last, rows if alone else None)):
        layer = AttentionLayer(index, "", "self")
        measure.visit(LayerView(layer, weights, some, measure.batch, None, chosen=True))
    measure.end()
    moments = measure.moments()
    assert (moments.count == multiplicity).all()
    return moments.sum[0, 0]


@pytest.mark.parametrize("alone", [True, False])
def test_three_tokens_three_features(alone):
    np.testing.assert_allclose(rolled([[0], [1], [2]], alone=alone), BY_HAND)


def test_features_in_another_order_than_their_tokens():
    order = [2, 0, 1]
    np.testing.assert_allclose(rolled([[2], [0], [1]]), BY_HAND[np.ix_(order, order)])


def test_a_feature_of_two_tokens_is_a_mean_of_rows_and_a_sum_of_columns():
    expected = [
        [BY_HAND[:2, :2].sum(1).mean(), BY_HAND[:2, 2].mean()],
        [BY_HAND[2, :2].sum(), BY_HAND[2, 2]],
    ]
    np.testing.assert_allclose(rolled([[0, 1], [2]]), expected)


def test_documents_that_stand_for_several():
    np.testing.assert_allclose(rolled([[0], [1], [2]], multiplicity=3), 3 * BY_HAND)
