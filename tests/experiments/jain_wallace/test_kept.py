"""What is kept of a network is what was found, and is not found twice."""

from dataclasses import fields

import numpy as np

from causattn.results import Store
from experiments.jain_wallace import kept as kept_module
from experiments.jain_wallace.kept import kept_importance, kept_other_attention
from experiments.jain_wallace.settings import Settings
from experiments.jain_wallace.training import TrainingSettings, trained

TINY = TrainingSettings(hidden=4, embedding=4, epochs=1, batch=16)


def same(first, second):
    for field in fields(first):
        np.testing.assert_array_equal(getattr(first, field.name), getattr(second, field.name))


def test_nothing_is_found_twice(splits, tmp_path, monkeypatch):
    store = Store(tmp_path)
    network = trained(splits, "cnn", "random", TINY, 0, store=store, source="planted")
    settings = Settings(permutations=5, adversaries=2, steps=3)

    def once():
        words = kept_importance(network, splits["test"], store)
        return words, *kept_other_attention(network.key, words, settings, 0, store)

    words, permuted, adversaries = once()
    same(words, kept_module.importance(network.value, splits["test"]))
    for name in ("importance", "adversarial_attention", "permutation_change"):
        monkeypatch.delattr(kept_module, name)
    again, permuted_again, adversaries_again = once()
    same(words, again)
    same(adversaries, adversaries_again)
    np.testing.assert_array_equal(permuted, permuted_again)
    assert isinstance(again.bias, float)
