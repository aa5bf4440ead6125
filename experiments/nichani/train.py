"""Gradient descent on the task, and how much of the forest its first layer's attention holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.base import generator

from .task import PARENTLESS, draw_sequences, draw_transitions
from .transformer import (
    loss_and_gradient,
    position_attention,
    zero_parameters,
)


@dataclass(frozen=True)
class Trained:
    """A trained first layer.

    Parameters
    ----------
    parents
        int [T - 1], the forest it was trained on.
    attention
        float64 [T, T], attention from position (row) to position (column).
    loss
        Cross-entropy over the last tenth of the steps, in nats.
    """

    parents: np.ndarray
    attention: np.ndarray
    loss: float

    @property
    def on_parents(self) -> np.ndarray:
        """Attention of each position with a parent to that parent, float [edges]."""
        children = np.flatnonzero(self.parents != PARENTLESS)
        return self.attention[children, self.parents[children]]

    @property
    def hits(self) -> int:
        """Number of positions whose largest attention is on their parent."""
        children = np.flatnonzero(self.parents != PARENTLESS)
        return int((self.attention[children].argmax(1) == self.parents[children]).sum())


def train(
    parents: np.ndarray,
    *,
    symbols: int,
    concentration: float,
    batch: int,
    steps: int,
    learning_rate: float,
    seed: int,
) -> Trained:
    """Train a disentangled transformer by plain gradient descent on fresh sequences.

    Returns
    -------
    Trained
        What its first layer attends to.
    """
    rng = generator(seed, "nichani", *parents.tolist())
    parameters = zero_parameters(symbols, len(parents) + 1)
    tail: list[float] = []
    for step in range(steps):
        transitions = draw_transitions(batch, symbols, concentration, rng)
        loss, gradient = loss_and_gradient(parameters, *draw_sequences(parents, transitions, rng))
        for weights, change in zip(parameters, gradient, strict=True):
            weights -= learning_rate * change
        if step >= 0.9 * steps:
            tail.append(loss)
    return Trained(parents, position_attention(parameters, symbols), float(np.mean(tail)))
