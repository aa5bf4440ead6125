"""Other attention for the same sentence: shuffled, and as different as can be at the same output.

Jain and Wallace (2019), section 4.2.1, algorithm 2 (permutation): the attention of a sentence is
given to its words in random orders; how far does the output move, in the median over orders?

Section 4.2.2, algorithm 3 (adversarial attention): find k distributions a(1) ... a(k) that maximise

    sum_i JSD(a(i), a) + 1 / (k (k - 1)) sum_{i<j} JSD(a(i), a(j))
    subject to  TVD(y(x, a(i)), y(x, a)) <= epsilon  for all i,

relaxed to a penalty of lambda max(0, TVD - epsilon) and solved with Adam from random starts; JSD is
the Jensen-Shannon divergence in nats, at most ln 2. Of those that end within epsilon the largest
JSD is the sentence's *epsilon-max JSD*; the sentence's own attention is always among them, so that
it is at least 0.

The output depends on attention through sum_t a_t c_t + b alone (see `network`), so that no network
runs here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from .importance import Importance

BOUND = float(np.log(2))
"""The largest Jensen-Shannon divergence, in nats."""
_FLOOR = 1e-12
_CHUNK = 400


def permutation_change(words: Importance, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Return the median change of the output over permutations of attention, float64 [n]."""
    attention = words.padded(words.attention)
    contributions = words.padded(words.contributions)
    beyond = np.arange(attention.shape[1]) >= np.diff(words.bounds)[:, None]
    changes = np.empty((draws, len(words)))
    for draw in range(draws):
        # Padding sorts behind all words, so that words change places among themselves.
        order = np.argsort(np.where(beyond, 2.0, rng.random(attention.shape)), axis=1)
        shuffled = np.take_along_axis(attention, order, axis=1)
        output = 1 / (1 + np.exp(-((shuffled * contributions).sum(1) + words.bias)))
        changes[draw] = np.abs(output - words.probability)
    found: np.ndarray = np.median(changes, axis=0)
    return found


@dataclass(frozen=True)
class Adversaries:
    """Other attention for each of n sentences.

    Parameters
    ----------
    attention
        float64 [n, k, T].
    change
        Of the probability of label 1, float64 [n, k].
    divergence
        Jensen-Shannon, from the sentence's own attention, float64 [n, k], in nats.
    """

    attention: np.ndarray
    change: np.ndarray
    divergence: np.ndarray

    def largest(self, epsilon: float) -> np.ndarray:
        """Return the epsilon-max JSD of each sentence, float64 [n]."""
        within = np.where(self.change <= epsilon, self.divergence, 0.0)
        found: np.ndarray = within.max(1)
        return found


def adversarial_attention(
    words: Importance,
    *,
    count: int,
    epsilon: float,
    steps: int,
    rng: np.random.Generator,
    learning_rate: float = 0.01,
    penalty: float = 500.0,
) -> Adversaries:
    """Search attention far from each sentence's own at the same output.

    Parameters
    ----------
    words
        Sentences with their attention and contributions.
    count
        k, distributions a sentence.
    epsilon
        Change of the output that costs nothing.
    steps, learning_rate, penalty
        Of Adam (amsgrad), and lambda.
    rng
        Draws the starts: logits of standard deviation 3.

    Returns
    -------
    Adversaries
        All k of each sentence, within epsilon or not.
    """
    own = words.padded(words.attention)
    contributions = words.padded(words.contributions)
    lengths = np.diff(words.bounds)
    starts = 3 * rng.standard_normal((len(words), count, own.shape[1]))
    found = Adversaries(np.zeros(starts.shape), *np.zeros((2, len(words), count)))
    order = np.argsort(lengths, kind="stable")
    # Sentences are independent; those of like length go together, or most of it would be padding.
    for rows in np.array_split(order, range(_CHUNK, len(order), _CHUNK)):
        longest = lengths[rows].max()
        task = _Task(
            torch.from_numpy(own[rows, None, :longest]),
            torch.from_numpy(contributions[rows, None, :longest]),
            torch.from_numpy(np.arange(longest) >= lengths[rows, None, None]),
            torch.from_numpy(words.probability[rows, None]),
            words.bias,
        )
        logits = torch.from_numpy(starts[rows, :, :longest])
        attention = task.search(logits, epsilon, steps, learning_rate, penalty)
        found.attention[rows, :, :longest] = attention.numpy()
        found.change[rows] = task.change(attention).numpy()
        found.divergence[rows] = jensen_shannon(attention, task.own).numpy()
    return found


@dataclass(frozen=True)
class _Task:
    """Sentences of like length: attention and contributions [B, 1, T], padding, output [B, 1]."""

    own: torch.Tensor
    contributions: torch.Tensor
    beyond: torch.Tensor
    probability: torch.Tensor
    bias: float

    def change(self, attention: torch.Tensor) -> torch.Tensor:
        """Return how far the output is from its own under other attention, [B, k]."""
        logit = (attention * self.contributions).sum(-1) + self.bias
        return (torch.sigmoid(logit) - self.probability).abs()

    def search(
        self,
        logits: torch.Tensor,
        epsilon: float,
        steps: int,
        learning_rate: float,
        penalty: float,
    ) -> torch.Tensor:
        """Return attention [B, k, T] found from starting logits of the same shape."""
        logits = logits.clone().requires_grad_(True)
        optimiser = torch.optim.Adam([logits], lr=learning_rate, amsgrad=True)
        for _ in range(steps):
            attention = self._attention(logits)
            over = torch.relu(self.change(attention) - epsilon).sum(1)
            loss = (penalty * over - _spread(attention, self.own)).sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        return self._attention(logits).detach()

    def _attention(self, logits: torch.Tensor) -> torch.Tensor:
        return torch.softmax(logits.masked_fill(self.beyond, -torch.inf), -1)


def _spread(attention: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    """Return what algorithm 3 maximises, [B], from attention [B, k, T] and a sentence's own."""
    count = attention.shape[1]
    # Each distribution is in several divergences; its entropy is taken once.
    entropy = _entropy(attention)
    far = _entropy((attention + own) / 2) - (entropy + _entropy(own)) / 2
    found: torch.Tensor = far.sum(1)
    first, second = np.triu_indices(count, 1)
    if len(first):
        between = _entropy((attention[:, first] + attention[:, second]) / 2)
        apart = between - (entropy[:, first] + entropy[:, second]) / 2
        found = found + apart.sum(1) / (count * (count - 1))
    return found


def jensen_shannon(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return the Jensen-Shannon divergence along the last axis, in nats; 0 log 0 is 0."""
    apart = _entropy((first + second) / 2) - (_entropy(first) + _entropy(second)) / 2
    # Equal distributions differ by rounding.
    return apart.clamp(min=0)


def _entropy(distribution: torch.Tensor) -> torch.Tensor:
    # A floor under the logarithm's argument keeps gradients finite at 0.
    return -(distribution * distribution.clamp(min=_FLOOR).log()).sum(-1)
