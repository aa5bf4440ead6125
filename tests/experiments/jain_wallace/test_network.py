"""The attention against a plain loop, and what padding must not change."""

import math

import numpy as np
import pytest
import torch

from experiments.jain_wallace.network import ENCODERS, AttentiveClassifier, TanhAttention
from experiments.jain_wallace.sentences import padded

VECTORS = torch.randn(9, 6, generator=torch.Generator().manual_seed(0))
VECTORS[0] = 0


def network_of(encoder):
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return AttentiveClassifier(VECTORS, encoder, 8)


def test_attention_is_the_formula_and_nothing_where_no_word_stands():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        attention = TanhAttention(6)
        states = torch.randn(2, 5, 6)
    is_word = torch.tensor([[False, True, True, True, False], [False, True, False, False, False]])
    found = attention(states, is_word)
    inner, bias = attention.inner.weight.tolist(), attention.inner.bias.tolist()
    outer = attention.outer.weight[0].tolist()
    for row in range(2):
        scores = []
        for place in range(5):
            score = 0.0
            for unit, weights in enumerate(inner):
                total = bias[unit]
                for weight, value in zip(weights, states[row, place].tolist(), strict=True):
                    total += weight * value
                score += outer[unit] * math.tanh(total)
            scores.append(math.exp(score) if is_word[row, place] else 0.0)
        expected = [score / sum(scores) for score in scores]
        np.testing.assert_allclose(found[row].detach(), expected, atol=1e-6)
    assert (found[~is_word] == 0).all()


@pytest.mark.parametrize("encoder", ENCODERS)
def test_output_is_the_decision_on_the_attended_states(encoder):
    network = network_of(encoder)
    batch = padded([np.array([2, 4, 5, 6, 3]), np.array([2, 7, 8, 3])], np.array([0, 1]))
    reading = network.read(batch.ids, batch.is_word)
    states = network.states(network.embedding(batch.ids), batch.ids != 0)
    context = torch.einsum("bl,blh->bh", reading.attention, states)
    torch.testing.assert_close(reading.logit, network.decision(context)[:, 0])
    torch.testing.assert_close(reading.attention.sum(1), torch.ones(2))


@pytest.mark.parametrize("encoder", ENCODERS)
def test_padding_changes_nothing(encoder):
    network = network_of(encoder)
    short, long = np.array([2, 4, 5, 3]), np.array([2, 6, 7, 8, 4, 5, 6, 7, 3])
    alone = padded([short], np.array([0]))
    both = padded([short, long], np.array([0, 1]))
    one = network.read(alone.ids, alone.is_word)
    other = network.read(both.ids, both.is_word)
    torch.testing.assert_close(one.logit[0], other.logit[0])
    torch.testing.assert_close(one.attention[0], other.attention[0, : len(short)])
    assert (other.attention[0, len(short) :] == 0).all()


def test_context_reaches_other_words_but_in_the_average():
    first, second = np.array([2, 4, 5, 6, 3]), np.array([2, 4, 5, 7, 3])
    batch = padded([first, second], np.array([0, 1]))
    for encoder in ENCODERS:
        network = network_of(encoder)
        states = network.states(network.embedding(batch.ids), batch.ids != 0)
        same = torch.allclose(states[0, 2], states[1, 2])
        assert same == (encoder == "average")
