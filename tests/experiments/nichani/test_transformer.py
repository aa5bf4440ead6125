"""Loss and gradient against the same model written with whole matrices in torch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.nichani.transformer import (
    Parameters,
    loss_and_gradient,
    position_attention,
    zero_parameters,
)


def reference(parameters, tokens, targets, symbols):
    """Return loss and gradients of the disentangled transformer, nothing left out."""
    first, second, output = (torch.tensor(part, requires_grad=True) for part in parameters)
    tokens, length = torch.tensor(tokens), tokens.shape[1]
    one_hot = torch.nn.functional.one_hot(tokens, symbols).double()
    places = torch.eye(length).double().expand(len(tokens), -1, -1)
    hidden = torch.cat([one_hot, places], dim=-1)
    later = ~torch.ones(length, length).tril().bool()
    for weights in (first, second):
        scores = (hidden @ weights @ hidden.transpose(1, 2)).masked_fill(later, float("-inf"))
        hidden = torch.cat([hidden, scores.softmax(-1) @ hidden], dim=-1)
    loss = torch.nn.functional.cross_entropy((hidden @ output)[:, -1], torch.tensor(targets))
    loss.backward()
    return loss.item(), [first.grad.numpy(), second.grad.numpy(), output.grad.numpy()]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.integers(2, 7))
def test_loss_and_gradient_are_those_of_torch(seed, symbols, length):
    rng = np.random.default_rng(seed)
    parameters = Parameters(
        *(rng.normal(size=part.shape) for part in zero_parameters(symbols, length))
    )
    tokens = rng.integers(symbols, size=(9, length))
    targets = rng.integers(symbols, size=9)
    loss, gradient = loss_and_gradient(parameters, tokens, targets)
    expected, expected_gradient = reference(parameters, tokens, targets, symbols)
    assert loss == pytest.approx(expected, abs=1e-12)
    for part, other in zip(gradient, expected_gradient, strict=True):
        np.testing.assert_allclose(part, other, atol=1e-12)


def test_position_attention_is_causal_and_sums_to_one():
    parameters = zero_parameters(3, 4)
    parameters.first[3 + 2, 3 + 0] = np.log(5)
    parameters.first[3 + 2, 3 + 3] = 99.0
    attention = position_attention(parameters, 3)
    np.testing.assert_allclose(attention[2], [5 / 7, 1 / 7, 1 / 7, 0])
    np.testing.assert_allclose(attention.sum(1), 1)
