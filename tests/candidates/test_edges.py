"""Figures of a screen against the truth, and truths that leave them undefined."""

import json

import numpy as np
import pytest

from causattn.base import DataError
from causattn.candidates import score_candidates

TRUTH = np.zeros((4, 4), dtype=bool)
TRUTH[[0, 1, 1, 2], [1, 0, 2, 1]] = True


def symmetric(values: dict[tuple[int, int], float]) -> np.ndarray:
    matrix = np.zeros((4, 4))
    for (i, j), value in values.items():
        matrix[i, j] = matrix[j, i] = value
    return matrix


def test_by_hand():
    # Strongest first: true, false, true, then three of strength 0.
    strength = symmetric({(0, 1): 3.0, (0, 3): 2.0, (1, 2): 1.0})
    found = score_candidates(strength, TRUTH, strength > 1.5)
    assert found == {
        "auc": pytest.approx(7 / 8),
        "average_precision": pytest.approx((1 + 2 / 3) / 2),
        "precision_at_truth": 0.5,
        "pairs": 6,
        "true_pairs": 2,
        "allowed_pairs": 2,
        "allowed_precision": 0.5,
        "allowed_recall": 0.5,
    }
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("edges", [False, True])
def test_a_truth_without_edges_or_with_all(edges):
    truth = np.full((4, 4), edges)
    strength = symmetric({(0, 1): 1.0})
    found = score_candidates(strength, truth, np.zeros((4, 4), dtype=bool))
    assert found["auc"] is None
    assert found["average_precision"] == (1.0 if edges else None)
    assert found["allowed_precision"] is None
    assert found["allowed_recall"] == (0.0 if edges else None)
    json.dumps(found, allow_nan=False)


def test_one_feature_has_no_pairs():
    found = score_candidates(np.zeros((1, 1)), np.zeros((1, 1), dtype=bool))
    assert found["pairs"] == 0
    assert found["auc"] is None


def test_strengths_that_cannot_be_scored():
    with pytest.raises(DataError, match="not a number"):
        score_candidates(symmetric({(0, 1): np.nan}), TRUTH)
    with pytest.raises(DataError, match="cannot be scored"):
        score_candidates(np.zeros((3, 3)), TRUTH)
