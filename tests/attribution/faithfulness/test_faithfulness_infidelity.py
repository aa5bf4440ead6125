"""Infidelity by hand on a bag of words, and against captum.metrics."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from causattn.attribution import LabelTarget, explain, infidelity
from causattn.attribution.faithfulness.infidelity import token_sets
from causattn.base import ConfigError

TEXTS = ["good so bad the", "bad bad so the fine good"]
YES = LabelTarget("yes")


@pytest.fixture
def true(bag):
    return explain(bag, TEXTS, {"kind": "occlusion"}, target=YES)


def test_a_linear_model_is_explained_by_its_weights(bag, true):
    exact = infidelity(bag, TEXTS, true, target=YES)
    assert exact.infidelity == pytest.approx(0, abs=1e-20)
    assert exact.explained == pytest.approx(1)
    doubled = [replace(each, score=2 * each.score) for each in true]
    twice = infidelity(bag, TEXTS, doubled, target=YES)
    assert (twice.infidelity > 0.1).all()
    assert twice.scaled == pytest.approx(0, abs=1e-20)
    nothing = infidelity(
        bag, TEXTS, [replace(each, score=0 * each.score) for each in true], target=YES
    )
    # The error of saying nothing is the mean squared change, that of doubling too.
    assert nothing.infidelity == pytest.approx(twice.infidelity)
    assert nothing.explained == pytest.approx(0)


@pytest.mark.parametrize("normalize", [False, True])
def test_against_captum(bag, weights, bias, true, normalize):
    metrics = pytest.importorskip("captum.metrics")
    rng = np.random.default_rng(0)
    noisy = [replace(each, score=each.score + rng.normal(size=len(each.score))) for each in true]
    ours = infidelity(bag, TEXTS, noisy, target=YES, draws=30, seed=5)
    for number, text in enumerate(TEXTS):
        own = torch.tensor([weights[word] for word in text.split()], dtype=torch.float64)
        sets = torch.from_numpy(token_sets(len(own), 30, 5, number)).double()

        def output(there, own=own):
            return (there * own + (1 - there) * weights["[MASK]"]).sum(1) + bias

        def perturbed(there, sets=sets):
            return sets, there - sets

        theirs = metrics.infidelity(
            output,
            perturbed,
            torch.ones(1, len(own), dtype=torch.float64),
            torch.from_numpy(noisy[number].score)[None],
            n_perturb_samples=30,
            max_examples_per_batch=30,
            normalize=normalize,
        )
        found = ours.scaled if normalize else ours.infidelity
        assert found[number] == pytest.approx(theirs.item())


def test_sets_of_tokens():
    sets = token_sets(5, 4000, 0, 0)
    assert np.bincount(sets.sum(1), minlength=6)[1:] == pytest.approx(800, rel=0.15)
    assert sets.mean(0) == pytest.approx(0.6, abs=0.03)
    assert np.array_equal(sets[:10], token_sets(5, 4000, 0, 0)[:10])
    assert not np.array_equal(sets, token_sets(5, 4000, 0, 1))


def test_too_few_draws(bag, true):
    with pytest.raises(ConfigError, match="draws=0 must be at least 1"):
        infidelity(bag, TEXTS, true, target=YES, draws=0)
