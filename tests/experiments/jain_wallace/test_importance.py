"""Gradient against finite differences, leave-one-out against really leaving out."""

import numpy as np
import pytest
import torch

from experiments.jain_wallace.importance import importance
from experiments.jain_wallace.sentences import Sentences, padded


@pytest.fixture(scope="module")
def few(splits):
    return splits["test"].take(np.arange(4))


def output(trained, words, *, attention=None, scaled=None):
    """Return the probability of label 1 in double precision, by the plain way."""
    network = trained.network.double()
    try:
        batch = padded(trained.vocabulary.numbered([words]), np.array([0]))
        with torch.no_grad():
            embedded = network.embedding(batch.ids)
            if scaled is not None:
                place, factor = scaled
                embedded[0, 1 + place] *= factor
            states = network.states(embedded, batch.ids != 0)
            own = network.attention(states, batch.is_word)
            used = own if attention is None else attention
            logit = network.decision((used[..., None] * states).sum(1))[0, 0]
        return float(torch.sigmoid(logit)), own
    finally:
        trained.network.float()


def test_gradient_is_the_slope_by_each_word_with_attention_held(trained, few):
    found = importance(trained, few)
    step = 1e-4
    moving, slopes = [], []
    for row, words in enumerate(few.words):
        probability, own = output(trained, words)
        assert found.probability[row] == pytest.approx(probability, abs=1e-5)
        for place in range(len(words)):
            held, free = (
                [
                    output(trained, words, attention=given, scaled=(place, 1 + sign * step))[0]
                    for sign in (1, -1)
                ]
                for given in (own, None)
            )
            slope = abs(held[0] - held[1]) / (2 * step)
            at = found.bounds[row] + place
            assert found.gradient[at] == pytest.approx(slope, rel=2e-3, abs=1e-5)
            assert found.attention[at] == pytest.approx(float(own[0, 1 + place]), abs=1e-5)
            moving.append(abs(slope - abs(free[0] - free[1]) / (2 * step)))
            slopes.append(slope)
    # Attention that is not held gives another slope, so that the comparison above can fail.
    assert max(moving) > 0.02 * max(slopes)


def test_leave_one_out_is_really_leaving_out(trained, few):
    found = importance(trained, few)
    for row, words in enumerate(few.words):
        whole, _ = output(trained, words)
        for place in range(len(words)):
            shorter, _ = output(trained, words[:place] + words[place + 1 :])
            at = found.bounds[row] + place
            assert found.leave_one_out[at] == pytest.approx(abs(shorter - whole), abs=1e-5)
    assert found.leave_one_out.max() > 0.05


def test_order_of_the_sentences_does_not_matter(trained, splits):
    forth = importance(trained, splits["test"])
    order = np.arange(len(splits["test"]))[::-1]
    back = importance(trained, splits["test"].take(order))
    for name in ("attention", "gradient", "leave_one_out"):
        first, second = getattr(forth, name), getattr(back, name)
        rows = [first[forth.bounds[row] : forth.bounds[row + 1]] for row in order]
        np.testing.assert_allclose(np.concatenate(rows), second, atol=1e-6)


def test_words_go_into_a_table_and_come_back(average):
    sentences = Sentences((("w1", "good", "w2"), ("bad",)), np.array([1, 0]))
    found = importance(average, sentences)
    table = found.padded(found.attention)
    assert table.shape == (2, 3)
    np.testing.assert_allclose(table[0], found.attention[:3])
    assert table[1].tolist() == [1.0, 0.0, 0.0]
    assert found.largest_attention.tolist() == [found.attention[:3].max(), 1.0]
