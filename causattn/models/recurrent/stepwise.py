"""A decoder that attends before each step, so that no attention is known before the last is over.

Its attention cannot be computed for all positions at once, as transformers' attention functions
do. Whoever wants to see it or to change it hands a function to the network's forward pass.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

Stepwise = Callable[[torch.Tensor, int, int], torch.Tensor]
"""From the scores of one step, [B, 1, 1, K], that step's number and the number of steps to the
attention weights of the step, [B, 1, 1, K]."""


def softmax_step(scores: torch.Tensor, step: int, steps: int) -> torch.Tensor:
    """Return the softmax over the keys: what a decoder does where nobody looks."""
    return scores.softmax(-1)
