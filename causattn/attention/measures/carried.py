"""From tokens to features within a batch: weights [B, H, R, T] become [B, H, F, F]."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch


@dataclass(frozen=True)
class CarriedFeatures:
    """Which tokens of each document of a batch carry which of its features.

    Parameters
    ----------
    features
        int64 [B, F], the features of each document, -1 where it has fewer than F.
    positions
        int64 [B, R], the token positions that carry them; 0 where there are fewer than R.
    local
        int64 [B, R], which of the document's features each of these tokens carries; -1 where there
        are fewer than R.
    sizes
        float32 [B, F], how many tokens carry each feature.
    tokens
        `positions` on the weights' device.
    member
        float32 [B, R, F], 1 where token r carries the document's f-th feature; None where token
        r carries feature r and no other, for every r.
    same_features, same_tokens
        Whether all documents of the batch have the same features, and have them at the same
        positions.
    """

    features: np.ndarray
    positions: np.ndarray
    local: np.ndarray
    sizes: np.ndarray
    tokens: torch.Tensor
    member: torch.Tensor | None
    same_features: bool
    same_tokens: bool

    @classmethod
    def of(
        cls,
        row: np.ndarray,
        feature: np.ndarray,
        position: np.ndarray,
        documents: int,
        device: torch.device,
    ) -> CarriedFeatures:
        """Build from parallel arrays sorted by row and feature: `position` of `row` carries it.

        Parameters
        ----------
        row, feature, position
            int64, parallel.
        documents
            B, rows of the batch.
        device
            Where the weights will be.
        """
        first = np.searchsorted(row, np.arange(documents))
        token = np.arange(len(row)) - first[row]
        new = np.ones(len(row), dtype=bool)
        new[1:] = (row[1:] != row[:-1]) | (feature[1:] != feature[:-1])
        running = np.cumsum(new) - 1
        local = running - running[first[row]]
        size = int(local.max(initial=-1)) + 1
        tokens = np.zeros((documents, int(token.max(initial=-1)) + 1), dtype=np.int64)
        tokens[row, token] = position
        features = np.full((documents, size), -1, dtype=np.int64)
        features[row, local] = feature
        of_token = np.full(tokens.shape, -1, dtype=np.int64)
        of_token[row, token] = local
        sizes = np.zeros((documents, size), dtype=np.float32)
        np.add.at(sizes, (row, local), 1)
        member = None
        if not np.array_equal(token, local):
            indicator = np.zeros((*tokens.shape, size), dtype=np.float32)
            indicator[row, token, local] = 1
            member = torch.from_numpy(indicator).to(device)
        return cls(
            features,
            tokens,
            of_token,
            sizes,
            torch.from_numpy(tokens).to(device),
            member,
            same_features=bool((features == features[:1]).all()),
            same_tokens=bool((tokens == tokens[:1]).all()),
        )

    def token_sum(self, weights: torch.Tensor) -> torch.Tensor:
        """Sum over each feature's tokens on the last axis: [B, H, R, T] to [B, H, R, F]."""
        if self.same_tokens:
            picked = weights.index_select(3, self.tokens[0])
        else:
            index = self.tokens[:, None, None, :].expand(*weights.shape[:3], -1)
            picked = weights.gather(3, index)
        return picked if self.member is None else picked @ self.member[:, None]

    def token_mean(self, rows: torch.Tensor) -> torch.Tensor:
        """Mean over each feature's tokens on axis 2: [B, H, R, X] to [B, H, F, X]."""
        if self.member is None:
            return rows
        share = self.member / self.member.sum(1, keepdim=True).clamp(min=1)
        return share.transpose(1, 2)[:, None] @ rows

    def indicator(self, length: int) -> torch.Tensor:
        """Return float32 [B, length, F], 1 where a token carries a feature."""
        batch, size = self.features.shape
        indicator = torch.zeros((batch, length, size), device=self.tokens.device)
        member = self.member
        if member is None:
            member = torch.eye(size, device=self.tokens.device).expand(batch, -1, -1)
            present = torch.from_numpy(self.features >= 0).to(self.tokens.device)
            member = member * present[:, :, None]
        index = self.tokens[:, :, None].expand(-1, -1, size)
        return indicator.scatter_add_(1, index, member)
