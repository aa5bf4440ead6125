"""Comprehensiveness and sufficiency of a bag of words, worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causattn.attribution import LabelTarget, erasure, explain
from causattn.attribution.faithfulness.erasure import ranking
from causattn.base import ConfigError

TEXTS = ["good so bad the", "bad bad so the"]


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _explained(bag, target=None):
    # The logit of class no is always 0: what it loses by a word, only its probability tells.
    target = target or LabelTarget(scale="log_probability")
    return explain(bag, TEXTS, {"kind": "occlusion"}, target=target)


def test_by_hand(bag):
    # Class yes of the first text: weights 2, .5, -1.5, 0, bias -.75, a mask weighs .25.
    found = erasure(
        bag,
        TEXTS,
        _explained(bag, LabelTarget("yes")),
        target=LabelTarget("yes"),
        shares=[0.25, 0.5],
    )
    p = _sigmoid(np.array([0.25, 0.25]))  # whole; nothing left: four masks
    assert found.whole[0] == pytest.approx(p[0])
    assert found.nothing[0] == pytest.approx(p[1])
    # Ranked good, so, the, bad. Without good: -1.5; without good and so: -1.75.
    assert found.without[0] == pytest.approx(_sigmoid(np.array([-1.5, -1.75])))
    # Good alone with three masks: 2; good and so with two: 2.25.
    assert found.alone[0] == pytest.approx(_sigmoid(np.array([2.0, 2.25])))
    assert found.comprehensiveness[0] == pytest.approx(
        np.mean(p[0] - _sigmoid(np.array([-1.5, -1.75])))
    )
    assert found.sufficiency[0] == pytest.approx(np.mean(p[0] - _sigmoid(np.array([2.0, 2.25]))))
    # The model says the same of nothing, so there is nothing to share out.
    assert not found.is_normalised[0]
    assert np.isnan(found.normalised_comprehensiveness[0])


def test_normalised_by_hand(bag):
    # The second text is of class no: weights -1.5, -1.5, .5, 0; whole -3.25, nothing .25.
    found = erasure(bag, TEXTS, _explained(bag), shares=[0.25, 0.5])
    no = lambda logit: _sigmoid(-np.array(logit))  # noqa: E731
    whole, nothing = no(-3.25), no(0.25)
    without, alone = no([-1.5, 0.25]), no([-1.5, -3.25])
    assert found.without[1] == pytest.approx(without)
    assert found.alone[1] == pytest.approx(alone)
    assert found.normalised_comprehensiveness[1] == pytest.approx(
        np.mean(np.clip((whole - without) / (whole - nothing), 0, 1))
    )
    assert found.normalised_sufficiency[1] == pytest.approx(
        np.mean(np.clip((alone - nothing) / (whole - nothing), 0, 1))
    )


def test_true_scores_beat_turned_ones_and_all_tokens_take_all(bag):
    true = _explained(bag)
    turned = [replace(each, score=-each.score) for each in true]
    good, poor = (erasure(bag, TEXTS, each) for each in (true, turned))
    assert (good.comprehensiveness > poor.comprehensiveness).all()
    assert (good.sufficiency < poor.sufficiency).all()
    everything = erasure(bag, TEXTS, true, shares=[1.0])
    assert everything.without[:, 0] == pytest.approx(everything.nothing)
    assert everything.alone[:, 0] == pytest.approx(everything.whole)


@given(score=st.lists(st.integers(-2, 2), min_size=1, max_size=12), seed=st.integers(0, 9))
def test_ranking(score, seed):
    order = ranking(np.array(score, dtype=float), seed, 0)
    assert sorted(order.tolist()) == list(range(len(score)))
    assert (np.diff(np.array(score)[order]) <= 0).all()


def test_equal_scores_are_not_ranked_by_place():
    first = [ranking(np.zeros(8), 0, number)[0] for number in range(200)]
    assert np.bincount(first, minlength=8).min() > 8


@pytest.mark.parametrize("shares", [[], [0.0], [1.2]])
def test_shares_that_make_no_sense(bag, shares):
    with pytest.raises(ConfigError, match="must lie above 0 and be at most 1"):
        erasure(bag, TEXTS, _explained(bag), shares=shares)
