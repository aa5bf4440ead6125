"""From tokens to features: weights [B, H, R, T] become [B, h, Fq, Fk], the one sum of all measures.

    a[i, j] = mean over the tokens q of feature i of the sum over the tokens k of j of weights[q, k]

Two ways lead to it. On a processor every weight is read once, in one walk, at the tokens that carry
features, and all heads of a pair of features come to lie side by side, which is how `Accumulator`
keeps them. On an accelerator, and for number formats that are no float32, `CarriedFeatures` does it
with matrix products.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from causattn.attention.capture.layer import take_rows
from causattn.base import njit

if TYPE_CHECKING:
    from causattn.attention.measures.carried import CarriedFeatures


def between_features(
    weights: torch.Tensor,
    queries: CarriedFeatures,
    keys: CarriedFeatures,
    heads: torch.Tensor | None,
    gathered: bool,
) -> torch.Tensor:
    """Return the mean over a feature's query tokens of the sum over another's key tokens.

    Parameters
    ----------
    weights
        Float [B, H, R, T].
    queries, keys
        Which tokens carry which features.
    heads
        int64 [h], the heads to sum; None for all.
    gathered
        Whether the query rows of `weights` are those of ``queries.tokens``; else they are all
        tokens of the document.

    Returns
    -------
    local
        Float [B, h, Fq, Fk]; where it was walked, the heads come last in memory.
    """
    if walks(weights):
        return _walked(weights, queries, keys, heads, gathered)
    if not gathered:
        weights = take_rows(weights, queries.tokens)
    if heads is not None:
        weights = weights.index_select(1, heads)
    return queries.token_mean(keys.token_sum(weights))


def walks(weights: torch.Tensor) -> bool:
    """Return whether sums are walked, document by document, and not products of matrices."""
    return weights.device.type == "cpu" and weights.dtype == torch.float32


def _walked(
    weights: torch.Tensor,
    queries: CarriedFeatures,
    keys: CarriedFeatures,
    heads: torch.Tensor | None,
    gathered: bool,
) -> torch.Tensor:
    """Return the same of float32 weights on a processor, document by document."""
    chosen = np.arange(weights.shape[1]) if heads is None else heads.cpu().numpy()
    sizes = (weights.shape[0], queries.features.shape[1], keys.features.shape[1], len(chosen))
    local = np.zeros(sizes, dtype=np.float32)
    _walk(
        weights.detach().numpy(),
        queries.positions,
        queries.local,
        queries.sizes,
        keys.positions,
        keys.local,
        chosen,
        gathered,
        local,
    )
    return torch.from_numpy(local).permute(0, 3, 1, 2)


@njit(cache=True, nogil=True)
def _walk(
    weights: np.ndarray,
    query_positions: np.ndarray,
    query_features: np.ndarray,
    query_sizes: np.ndarray,
    key_positions: np.ndarray,
    key_features: np.ndarray,
    heads: np.ndarray,
    gathered: bool,
    local: np.ndarray,
) -> None:
    """Add [B, H, R, T] to [B, Fq, Fk, h]; a token's feature is -1 behind a document's last one."""
    for b in range(query_positions.shape[0]):
        for r in range(query_positions.shape[1]):
            i = query_features[b, r]
            if i < 0:
                break
            row = r if gathered else query_positions[b, r]
            share = np.float32(1) / query_sizes[b, i]
            for k in range(key_positions.shape[1]):
                j = key_features[b, k]
                if j < 0:
                    break
                column = key_positions[b, k]
                pair = local[b, i, j]
                for c in range(len(heads)):
                    pair[c] += share * weights[b, heads[c], row, column]
