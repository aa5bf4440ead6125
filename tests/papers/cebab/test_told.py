import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from causattn.papers.cebab._told import mean_recall


def test_against_balanced_accuracy():
    rng = np.random.default_rng(0)
    labels = rng.choice(["a", "b", "c"], 200, p=[0.8, 0.15, 0.05])
    told = np.where(rng.random(200) < 0.6, labels, rng.choice(["a", "b", "c"], 200))
    assert mean_recall(labels, told) == pytest.approx(balanced_accuracy_score(labels, told))
    assert mean_recall(labels, np.full(200, "a")) == pytest.approx(1 / 3)
