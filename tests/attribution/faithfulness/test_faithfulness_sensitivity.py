"""Sensitivity by hand on a bag of words, and against captum.metrics."""

import numpy as np
import pytest
import torch

from causattn.attribution import LabelTarget, explain, sensitivity
from causattn.attribution.faithfulness.sensitivity import movement
from causattn.base import ConfigError
from causattn.models import encode_texts

TEXTS = ["good so bad the", "bad bad so the fine good"]
YES = LabelTarget("yes")
INPUT = {"kind": "gradient_input"}


def test_a_gradient_that_is_the_same_everywhere_does_not_move(bag):
    assert sensitivity(bag, TEXTS, {"kind": "saliency"}, target=YES) == pytest.approx(0)
    # Nor do draws that know nothing of the input: the same ones are drawn again.
    assert sensitivity(bag, TEXTS, {"kind": "random"}, target=YES) == pytest.approx(0)


def test_by_hand(bag, weights):
    # Gradient times input is the token's weight, moved by the sum of its two entries.
    found = sensitivity(bag, TEXTS, INPUT, target=YES, radius=0.5, draws=3, seed=4)
    encoding = encode_texts(bag, TEXTS)
    for number, text in enumerate(TEXTS):
        ids = encoding.ids[encoding.bounds[number] : encoding.bounds[number + 1]]
        change = max(
            np.linalg.norm(movement(bag, 0.5, draw, 4)[ids].sum(1).numpy()) for draw in range(3)
        )
        length = np.linalg.norm([weights[word] for word in text.split()])
        assert found[number] == pytest.approx(change / length)


def test_against_captum(bag):
    metrics = pytest.importorskip("captum.metrics")
    found = sensitivity(bag, TEXTS, INPUT, target=YES, radius=0.5, draws=4, seed=2)
    encoding = encode_texts(bag, TEXTS)
    for number in range(len(TEXTS)):
        ids = encoding.ids[encoding.bounds[number] : encoding.bounds[number + 1]]
        theirs = metrics.sensitivity_max(
            _gradient_times_input,
            bag.network.table.weight.detach()[ids][None],
            perturb_func=_moved(bag, ids),
            n_perturb_samples=4,
            max_examples_per_batch=1,
        )
        assert found[number] == pytest.approx(theirs.item(), rel=1e-6)


def _gradient_times_input(embedded):
    # The bag's gradient is one: what is left is the input, summed a token.
    (embedded,) = embedded if isinstance(embedded, tuple) else (embedded,)
    return (embedded.sum(-1),)


def _moved(bag, ids):
    draws = iter(range(4))

    def perturb(embedded, radius):
        return embedded + torch.stack([movement(bag, 0.5, next(draws), 2)[ids] for _ in embedded])

    return perturb


def test_given_explanations_are_used_and_the_model_is_left_as_it_was(bag):
    given = explain(bag, TEXTS, INPUT, target=YES)
    one = sensitivity(bag, TEXTS, INPUT, given, target=YES)
    assert np.array_equal(one, sensitivity(bag, TEXTS, INPUT, target=YES))
    after = explain(bag, TEXTS, INPUT, target=YES)
    for a, b in zip(given, after, strict=True):
        assert np.array_equal(a.score, b.score)


def test_special_tokens_stay(bag):
    moved = movement(bag, 1.0, 0, 0)
    special = bag.tokenizer.all_special_ids
    assert torch.all(moved[special] == 0)
    size = bag.network.table.weight.square().mean().sqrt()
    others = np.setdiff1d(np.arange(len(moved)), special)
    assert 0 < moved[others].abs().max() <= size


@pytest.mark.parametrize("wrong", [{"radius": 0}, {"draws": 0}])
def test_numbers_that_make_no_sense(bag, wrong):
    with pytest.raises(ConfigError, match="must be above 0 and draws="):
        sensitivity(bag, TEXTS, INPUT, target=YES, **wrong)
