"""The covariance of tokens that a head's attention stands for (ABCD).

Rohekar, Gurwicz and Nisimov (2023), "Causal interpretation of self-attention in pre-trained
transformers", section 4.1: read as a linear structural model, a head whose attention is A gives
its tokens the covariance ``C = A A'``, not centred; the correlation divides by its diagonal, so
that it is the cosine between rows of attention (``numpy.corrcoef`` is another matrix). In one
sequence a conditional independence test has as many samples as the hidden state has numbers.

Pooled over a corpus, the measure is the mean over documents of the
correlation between two features: the mean over their tokens of the tokens' correlation.
"""

from __future__ import annotations

import numpy as np
import torch

from causattn.attention.contract import LayerView, Measure


def abcd_covariance(attention: np.ndarray) -> np.ndarray:
    """Return A A', float64 [T, T], of one head's attention from row to column, [T, T]."""
    attention = np.asarray(attention, dtype=float)
    return attention @ attention.T


def abcd_correlation(attention: np.ndarray) -> np.ndarray:
    """Return the correlation of tokens under one head's attention, float64 [T, T].

    Parameters
    ----------
    attention
        [T, T], attention paid from row to column. To leave tokens out, drop rows and columns of
        the **correlation**, not of the attention.
    """
    covariance = abcd_covariance(attention)
    scale = np.sqrt(np.diagonal(covariance))
    return covariance / np.outer(scale, scale)


def _correlation(covariance: torch.Tensor) -> torch.Tensor:
    """Return [..., T, T] divided by its diagonal."""
    scale = covariance.diagonal(dim1=-2, dim2=-1).sqrt()
    return covariance / (scale[..., :, None] * scale[..., None, :])


class CovarianceMeasure(Measure):
    """Correlation between features by A A', per chosen layer and head."""

    name = "covariance"
    paper = "Rohekar, Gurwicz and Nisimov (2023), Causal interpretation of self-attention"
    unit = "correlation"
    within_stack = True
    all_rows = True
    masked = False
    per_head = True

    def visit(self, view: LayerView) -> None:
        """Add a chosen layer's correlations."""
        if view.chosen:
            weights = view.weights
            if view.heads is not None:
                weights = weights.index_select(1, view.heads)
            correlation = _correlation(weights @ weights.transpose(2, 3))
            batch = self.batch
            index = batch.queries.tokens[:, None, :, None]
            rows = correlation.gather(2, index.expand(-1, weights.shape[1], -1, weights.shape[3]))
            # The mean over keys too: divide what is summed over a feature's tokens by their number.
            sizes = batch.keys.indicator(weights.shape[3]).sum(1).clamp(min=1)[:, None, None]
            local = batch.queries.token_mean(batch.keys.token_sum(rows)) / sizes
            self.add(local)


MEASURE = CovarianceMeasure
