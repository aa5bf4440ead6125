"""How important each word is: by attention, by the gradient, by leaving it out.

Jain and Wallace (2019), algorithm 1. For a sentence of words x_1 ... x_T and an output y (the
probability of label 1):

gradient      |sum_e (dy / dx_te) x_te| over the embedding's dimensions e: the derivative by how
              much of the word there is, attention taken as given
leave one out TVD(y(x without x_t), y(x)), which for two labels is the difference of the
              probabilities of one

The word is really taken out, so that its neighbours meet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from .sentences import Sentences, batches
from .training import Trained, log_odds

_BATCH = 128


@dataclass(frozen=True)
class Importance:
    """Words of sentences, one after the other, and how important they are.

    Parameters
    ----------
    bounds
        int64 [n + 1]; sentence i has the words ``bounds[i]:bounds[i + 1]``.
    probability
        Of label 1, float64 [n].
    attention, contributions, gradient, leave_one_out
        float64 [W], one value a word; contributions are those of `Reading`.
    bias
        The decision's.
    """

    bounds: np.ndarray
    probability: np.ndarray
    attention: np.ndarray
    contributions: np.ndarray
    gradient: np.ndarray
    leave_one_out: np.ndarray
    bias: float

    def __len__(self) -> int:
        return len(self.probability)

    @property
    def predicted(self) -> np.ndarray:
        """The predicted label, int64 [n]."""
        return (self.probability > 0.5).astype(int)

    @property
    def largest_attention(self) -> np.ndarray:
        """The largest attention of each sentence, float64 [n]."""
        return np.maximum.reduceat(self.attention, self.bounds[:-1])

    def padded(self, values: np.ndarray) -> np.ndarray:
        """Return values of words [W] as [n, T], 0 behind each sentence."""
        lengths = np.diff(self.bounds)
        rows = np.repeat(np.arange(len(self)), lengths)
        columns = np.arange(len(values)) - np.repeat(self.bounds[:-1], lengths)
        found = np.zeros((len(self), lengths.max()), dtype=values.dtype)
        found[rows, columns] = values
        return found


def importance(trained: Trained, sentences: Sentences) -> Importance:
    """Return all measures for all words of some sentences."""
    bounds = np.concatenate([[0], np.cumsum(sentences.lengths)])
    probability = np.empty(len(sentences))
    attention, contributions, gradient = np.zeros((3, bounds[-1]))
    network = trained.network
    for batch in batches(trained.vocabulary.numbered(sentences.words), _BATCH):
        embedded = network.embedding(batch.ids).detach().requires_grad_(True)
        reading = network.read(batch.ids, batch.is_word, embedded=embedded, detach_attention=True)
        output = torch.sigmoid(reading.logit)
        (slope,) = torch.autograd.grad(output.sum(), embedded)
        by_word = (slope * embedded).sum(-1).abs().detach()
        probability[batch.rows] = output.detach().double().numpy()
        for place, row in enumerate(batch.rows):
            here = slice(bounds[row], bounds[row + 1])
            words = batch.is_word[place]
            attention[here] = reading.attention[place, words].double().numpy()
            contributions[here] = reading.contributions[place, words].detach().double().numpy()
            gradient[here] = by_word[place, words].double().numpy()
    return Importance(
        bounds,
        probability,
        attention,
        contributions,
        gradient,
        leave_one_out(trained, sentences),
        float(network.decision.bias.detach()),
    )


def leave_one_out(trained: Trained, sentences: Sentences) -> np.ndarray:
    """Return how far the probability of label 1 moves as each word is taken out, float64 [W]."""
    shorter = tuple(
        (*words[:place], *words[place + 1 :])
        for words in sentences.words
        for place in range(len(words))
    )
    whole = log_odds(trained.network, trained.vocabulary, sentences.words)
    without = log_odds(trained.network, trained.vocabulary, shorter)
    found: np.ndarray = np.abs(_sigmoid(without) - np.repeat(_sigmoid(whole), sentences.lengths))
    return found


def _sigmoid(values: np.ndarray) -> np.ndarray:
    found: np.ndarray = 1 / (1 + np.exp(-values))
    return found
