"""Real replacements on a bag of words, and how scores agree with them."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from causattn.attribution import LabelTarget, agreement, explain, replacement_effects
from causattn.base import ConfigError, DataError

TEXTS = ["good so bad the", "bad bad so the fine good"]
YES = LabelTarget("yes")


def test_effects_are_weights_less_the_mean_weight(bag, weights):
    found = replacement_effects(bag, TEXTS, target=YES, draws=4000, seed=1)
    words = " ".join(TEXTS).split()
    mean = np.mean([weights[word] for word in words])
    spread = np.std([weights[word] for word in words])
    for each, text in zip(found, TEXTS, strict=True):
        expected = np.array([weights[word] for word in text.split()]) - mean
        assert each.error == pytest.approx(spread / 4000**0.5, rel=0.1)
        assert np.all(np.abs(each.score - expected) < 5 * each.error)
        assert each.method == "replacement"
        assert each.tokens == tuple(text.split())
        assert each.output == pytest.approx(sum(weights[word] for word in text.split()) - 0.75)


def test_the_pool_is_what_is_put_in(bag, weights):
    found = replacement_effects(bag, TEXTS, target=YES, pool=["fine", "fine fine"], draws=2)
    for each, text in zip(found, TEXTS, strict=True):
        assert each.score == pytest.approx([weights[word] - 1 for word in text.split()])
        assert each.error == pytest.approx(0)


def test_agreement_by_hand():
    score = [np.array([1.0, -2.0, 0.0]), np.array([0.0, 0.0]), np.array([1.0, 1.0])]
    effect = [np.array([3.0, 1.0, 0.0]), np.array([1.0, 2.0]), np.array([0.0, 0.0])]
    found = agreement(score, effect)
    assert found.rank_correlation[0] == pytest.approx(
        spearmanr(np.abs(score[0]), np.abs(effect[0])).statistic
    )
    assert found.sign_agreement[0] == pytest.approx(3 / 4)
    # Shares 1/3, 2/3, 0 against 3/4, 1/4, 0.
    assert found.error[0] == pytest.approx(2 / 3 - 1 / 4)
    assert np.isnan(found.rank_correlation[1])
    assert found.sign_agreement[1] == 0
    assert found.error[1] == 1
    assert np.isnan([found.rank_correlation[2], found.sign_agreement[2], found.error[2]]).all()


def test_sizes_alone_have_no_sign(bag):
    effects = [each.score for each in replacement_effects(bag, TEXTS, target=YES)]
    unsigned = [np.abs(each) for each in effects]
    found = agreement(unsigned, effects)
    assert np.isnan(found.sign_agreement).all()
    assert found.rank_correlation == pytest.approx(1)
    assert found.error == pytest.approx(0)
    assert agreement(effects, effects).sign_agreement == pytest.approx(1)


def test_true_scores_agree_better_than_random_ones(bag):
    texts = TEXTS * 10
    effects = [each.score for each in replacement_effects(bag, texts, target=YES, draws=200)]
    errors = {
        kind: agreement(
            [each.score for each in explain(bag, texts, {"kind": kind}, target=YES)], effects
        )
        for kind in ("occlusion", "random")
    }
    assert errors["occlusion"].error.mean() < errors["random"].error.mean() / 2
    assert errors["occlusion"].rank_correlation.mean() > 0.7
    assert abs(errors["random"].rank_correlation.mean()) < 0.4


def test_what_makes_no_sense(bag):
    with pytest.raises(ConfigError, match="draws=1 must be at least 2"):
        replacement_effects(bag, TEXTS, draws=1)
    with pytest.raises(DataError, match="different units"):
        agreement([np.zeros(2)], [np.zeros(3)])
