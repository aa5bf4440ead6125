"""The task: tokens that follow a latent causal forest, under a transition matrix of their own.

Nichani, Damian and Lee (2024), "How transformers learn causal structure with gradient descent",
ICML, section 2.1 (task 2.4). Positions ``0 .. T - 2`` carry a forest: a position has no parent, or
one earlier position. Each sequence has a transition matrix of its own, each row from a symmetric
Dirichlet distribution; a root's token is drawn from the matrix's stationary distribution, any other
token from the row of its parent's token. The last token is uniform, and the target is drawn from
its row: to predict it, a model has to find in the sequence what followed that token, and for that
it has to know who is whose parent.

The forest of figure 9: each position is parentless with probability one half, otherwise its parent
is uniform among the earlier positions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

PARENTLESS = -1


class Sequences(NamedTuple):
    """A batch of sequences with what comes next.

    Parameters
    ----------
    tokens
        int64 [n, T].
    targets
        int64 [n], drawn from the last token's row.
    """

    tokens: np.ndarray
    targets: np.ndarray


def draw_forest(length: int, rng: np.random.Generator, parentless: float = 0.5) -> np.ndarray:
    """Return the parent of each position but the last, int [length - 1]; -1 for none."""
    parents = np.full(length - 1, PARENTLESS)
    for position in range(1, length - 1):
        if rng.random() >= parentless:
            parents[position] = rng.integers(position)
    return parents


def draw_transitions(
    count: int, symbols: int, concentration: float, rng: np.random.Generator
) -> np.ndarray:
    """Return transition matrices with Dirichlet rows, float64 [n, S, S]."""
    weights = rng.standard_gamma(concentration, (count, symbols, symbols))
    total = weights.sum(-1, keepdims=True)
    # With a small concentration all weights of a row can underflow: its mass is then on one token.
    lost = total[..., 0] == 0
    if lost.any():
        weights[lost] = np.eye(symbols)[rng.integers(symbols, size=int(lost.sum()))]
        total = weights.sum(-1, keepdims=True)
    return weights / total


def draw_sequences(
    parents: np.ndarray, transitions: np.ndarray, rng: np.random.Generator
) -> Sequences:
    """Draw one sequence for each transition matrix.

    Parameters
    ----------
    parents
        int [T - 1], the forest.
    transitions
        float64 [n, S, S], rows sum to 1.
    """
    uniform = rng.random((len(transitions), len(parents) + 2))
    tokens = np.empty((len(transitions), len(parents) + 1), dtype=np.int64)
    targets = np.empty(len(transitions), dtype=np.int64)
    _fill(np.asarray(parents, dtype=np.int64), transitions, uniform, tokens, targets)
    return Sequences(tokens, targets)


@njit(cache=True)
def stationary_distribution(transition: np.ndarray, share: np.ndarray) -> None:
    """Write the stationary distribution of one transition matrix into `share`, float64 [S].

    By the elimination of Grassmann, Taksar and Heyman (1985), which subtracts nothing and so keeps
    its digits where the chain nearly falls apart.
    """
    size = len(share)
    chain = transition.copy()
    for last in range(size - 1, 0, -1):
        leaving = chain[last, :last].sum()
        if leaving <= 0.0:
            leaving = 1e-300
        for i in range(last):
            chain[i, last] /= leaving
            for j in range(last):
                chain[i, j] += chain[i, last] * chain[last, j]
    share[0] = 1.0
    total = 1.0
    for state in range(1, size):
        share[state] = 0.0
        for earlier in range(state):
            share[state] += share[earlier] * chain[earlier, state]
        # A state that is never left would hold all the mass: keep the ratio, not the size.
        if share[state] > 1e150:
            for other in range(state + 1):
                share[other] /= share[state]
            total = 0.0
            for other in range(state):
                total += share[other]
        total += share[state]
    for state in range(size):
        share[state] /= total


@njit(cache=True)
def _pick(shares: np.ndarray, uniform: float) -> int:
    """Return the category that a uniform number falls into."""
    passed = 0.0
    for category in range(len(shares) - 1):
        passed += shares[category]
        if uniform < passed:
            return category
    return len(shares) - 1


@njit(cache=True)
def _fill(
    parents: np.ndarray,
    transitions: np.ndarray,
    uniform: np.ndarray,
    tokens: np.ndarray,
    targets: np.ndarray,
) -> None:
    """Draw tokens and targets."""
    count, symbols = transitions.shape[:2]
    last = len(parents)
    stationary = np.empty(symbols)
    for row in range(count):
        stationary_distribution(transitions[row], stationary)
        for position in range(last):
            parent = parents[position]
            if parent < 0:
                tokens[row, position] = _pick(stationary, uniform[row, position])
            else:
                follow = transitions[row, tokens[row, parent]]
                tokens[row, position] = _pick(follow, uniform[row, position])
        tokens[row, last] = min(int(uniform[row, last] * symbols), symbols - 1)
        targets[row] = _pick(transitions[row, tokens[row, last]], uniform[row, last + 1])
