"""The disentangled transformer and its gradient, for one-hot tokens and positions.

Nichani, Damian and Lee (2024), definition 2.3: with X the one-hot token (S) beside the one-hot
position (T) of each place, a layer appends to what it was given what it reads,

    H = [X, P X]      P = softmax(mask(X A1 X'))                   the first layer, one head
    m = a H           a = softmax(h A2 H')      h the last row of H    the second, read at the end
    logits = [h, m] O

Both layers concatenate and have one head, so that nothing is lost in a sum. Since X is one-hot,
products with it are look-ups, and since only the last position is read, the second layer has one
query: the code below is those formulas with the zeros left out, and their derivatives by hand. The
tests hold it against the same model in torch, gradients by automatic differentiation.

A row of H is laid out as ``[token S, position T, tokens read S, positions read T]``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit


class Parameters(NamedTuple):
    """Weights, or their gradients.

    Parameters
    ----------
    first
        float64 [S + T, S + T], A1.
    second
        float64 [2 (S + T), 2 (S + T)], A2.
    output
        float64 [4 (S + T), S], O.
    """

    first: np.ndarray
    second: np.ndarray
    output: np.ndarray


def zero_parameters(symbols: int, length: int) -> Parameters:
    """Return all weights zero, where training starts."""
    width = symbols + length
    return Parameters(
        np.zeros((width, width)),
        np.zeros((2 * width, 2 * width)),
        np.zeros((4 * width, symbols)),
    )


def position_attention(parameters: Parameters, symbols: int) -> np.ndarray:
    """Return the first layer's attention by position alone, float64 [T, T].

    From row to what it reads: the softmax, over its own and earlier positions, of the block of A1
    between positions.
    """
    scores = parameters.first[symbols:, symbols:]
    seen = np.tril(np.ones_like(scores, dtype=bool))
    weights = np.where(seen, np.exp(scores - scores.max(1, keepdims=True)), 0.0)
    return weights / weights.sum(1, keepdims=True)


def loss_and_gradient(
    parameters: Parameters, tokens: np.ndarray, targets: np.ndarray
) -> tuple[float, Parameters]:
    """Return the mean cross-entropy in nats over a batch, and its gradient.

    Parameters
    ----------
    parameters
        Of a model over S tokens and T positions.
    tokens, targets
        int64 [n, T] and [n].
    """
    gradient = Parameters(*map(np.zeros_like, parameters))
    total = _accumulate(*parameters, tokens, targets, *gradient)
    for part in gradient:
        part /= len(tokens)
    return total / len(tokens), gradient


@njit(cache=True, fastmath=True)
def _softmax(scores: np.ndarray, count: int) -> None:
    """Turn the first `count` scores into shares, in place."""
    largest = scores[0]
    for k in range(1, count):
        largest = max(largest, scores[k])
    total = 0.0
    for k in range(count):
        scores[k] = np.exp(scores[k] - largest)
        total += scores[k]
    for k in range(count):
        scores[k] /= total


@njit(cache=True, fastmath=True)
def _softmax_gradient(shares: np.ndarray, upstream: np.ndarray, count: int) -> None:
    """Turn the gradient by shares into that by scores, in place."""
    mean = 0.0
    for k in range(count):
        mean += shares[k] * upstream[k]
    for k in range(count):
        upstream[k] = shares[k] * (upstream[k] - mean)


@njit(cache=True, fastmath=True)
def _weighted_rows(
    weights: np.ndarray, reading: np.ndarray, tokens: np.ndarray, symbols: int, out: np.ndarray
) -> None:
    """Write the weighted sum of the rows of H into `out`, [2 (S + T)]."""
    length = len(tokens)
    width = symbols + length
    out[:] = 0.0
    for t in range(length):
        weight = weights[t]
        out[tokens[t]] += weight
        out[symbols + t] += weight
        for j in range(t + 1):
            out[width + symbols + j] += weight * reading[t, j]
    for j in range(length):
        out[width + tokens[j]] += out[width + symbols + j]


@njit(cache=True, fastmath=True)
def _products(
    vector: np.ndarray,
    by_read: np.ndarray,
    reading: np.ndarray,
    tokens: np.ndarray,
    symbols: int,
    out: np.ndarray,
) -> None:
    """Write the product of every row of H with a vector into `out`, [T].

    What the vector gives for reading position j, token and position, goes to `by_read`, [T].
    """
    length = len(tokens)
    width = symbols + length
    for j in range(length):
        by_read[j] = vector[width + symbols + j] + vector[width + tokens[j]]
    for t in range(length):
        total = vector[tokens[t]] + vector[symbols + t]
        for j in range(t + 1):
            total += reading[t, j] * by_read[j]
        out[t] = total


@njit(cache=True, fastmath=True)
def _accumulate(
    first: np.ndarray,
    second: np.ndarray,
    output: np.ndarray,
    all_tokens: np.ndarray,
    targets: np.ndarray,
    d_first: np.ndarray,
    d_second: np.ndarray,
    d_output: np.ndarray,
) -> float:
    """Add the gradients of all sequences and return the summed loss."""
    count, length = all_tokens.shape
    symbols = output.shape[1]
    width = symbols + length
    last = length - 1
    reading = np.zeros((length, length))
    ending, d_ending = np.empty(2 * width), np.empty(2 * width)
    summary, d_summary = np.empty(2 * width), np.empty(2 * width)
    query, d_query = np.empty(2 * width), np.empty(2 * width)
    only_last = np.zeros(length)
    only_last[last] = 1.0
    weights, d_weights = np.empty(length), np.empty(length)
    by_query, by_summary = np.empty(length), np.empty(length)
    shares, d_reading = np.empty(symbols), np.empty(length)
    loss = 0.0
    for row in range(count):
        tokens = all_tokens[row]
        for i in range(length):
            mine = tokens[i]
            for j in range(i + 1):
                other = tokens[j]
                reading[i, j] = (
                    first[mine, other]
                    + first[mine, symbols + j]
                    + first[symbols + i, other]
                    + first[symbols + i, symbols + j]
                )
            _softmax(reading[i], i + 1)
        _weighted_rows(only_last, reading, tokens, symbols, ending)
        query[:] = 0.0
        for k in range(2 * width):
            if ending[k] != 0.0:
                for other in range(2 * width):
                    query[other] += ending[k] * second[k, other]
        _products(query, by_query, reading, tokens, symbols, weights)
        _softmax(weights, length)
        _weighted_rows(weights, reading, tokens, symbols, summary)
        shares[:] = 0.0
        for k in range(2 * width):
            for s in range(symbols):
                shares[s] += ending[k] * output[k, s] + summary[k] * output[2 * width + k, s]
        _softmax(shares, symbols)
        loss -= np.log(max(shares[targets[row]], 1e-300))

        shares[targets[row]] -= 1.0
        for k in range(2 * width):
            d_ending[k] = d_summary[k] = 0.0
            for s in range(symbols):
                d_output[k, s] += ending[k] * shares[s]
                d_output[2 * width + k, s] += summary[k] * shares[s]
                d_ending[k] += output[k, s] * shares[s]
                d_summary[k] += output[2 * width + k, s] * shares[s]
        _products(d_summary, by_summary, reading, tokens, symbols, d_weights)
        _softmax_gradient(weights, d_weights, length)
        _weighted_rows(d_weights, reading, tokens, symbols, d_query)
        for k in range(2 * width):
            if ending[k] != 0.0:
                for other in range(2 * width):
                    d_second[k, other] += ending[k] * d_query[other]
        for k in range(width, 2 * width):
            for other in range(2 * width):
                d_ending[k] += second[k, other] * d_query[other]
        for i in range(length):
            for j in range(i + 1):
                d_reading[j] = weights[i] * by_summary[j] + d_weights[i] * by_query[j]
                if i == last:
                    d_reading[j] += d_ending[width + symbols + j] + d_ending[width + tokens[j]]
            _softmax_gradient(reading[i], d_reading, i + 1)
            mine = tokens[i]
            for j in range(i + 1):
                other, change = tokens[j], d_reading[j]
                d_first[mine, other] += change
                d_first[mine, symbols + j] += change
                d_first[symbols + i, other] += change
                d_first[symbols + i, symbols + j] += change
    return loss
