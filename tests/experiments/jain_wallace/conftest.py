"""Sentences whose label two words tell, and a small network trained on them."""

import numpy as np
import pytest

from experiments.jain_wallace.sentences import Sentences
from experiments.jain_wallace.training import TrainingSettings, train

SMALL = TrainingSettings(hidden=8, embedding=8, epochs=4, batch=8, learning_rate=0.02)


def planted(count, seed=0):
    """Return sentences of 5 to 11 words; in four of five *good* or *bad* tells the label."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    words = []
    for label in labels:
        sentence = [f"w{number}" for number in rng.integers(12, size=rng.integers(5, 11))]
        if rng.random() < 0.8:
            sentence.insert(rng.integers(len(sentence) + 1), ("bad", "good")[label])
        words.append(tuple(sentence))
    return Sentences(tuple(words), labels)


@pytest.fixture(scope="session")
def splits():
    return {"train": planted(160), "dev": planted(40, 1), "test": planted(24, 2)}


@pytest.fixture(scope="session", params=["bilstm", "cnn", "average"])
def trained(request, splits):
    return train(splits, request.param, "random", SMALL, 0)


@pytest.fixture(scope="session")
def average(splits):
    return train(splits, "average", "random", SMALL, 0)
