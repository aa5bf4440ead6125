"""Attention to sinks: the text's first token, and special tokens that carry no feature.

A head with nothing to say attends there (Clark et al. 2019, "What does BERT look at?", section 3.2;
Xiao et al. 2024, "Efficient streaming language models with attention sinks").
"""

from __future__ import annotations

import torch

from causattn.attention.capture.layer import take_rows
from causattn.attention.contract import BatchCarriers

_NOTHING = 1e-6
"""A token that leaves less than this to others than sinks attends to nothing else."""


class Sinks:
    """Sums up what goes to sinks, and takes it out where that is wanted.

    Parameters
    ----------
    remove
        Whether to take it out.
    """

    def __init__(self, remove: bool) -> None:
        self._remove = remove
        self.rows = 0
        self.sum = 0.0

    def seen(
        self, weights: torch.Tensor, rows: torch.Tensor | None, batch: BatchCarriers
    ) -> torch.Tensor:
        """Note a layer's share, and return its weights [B, H, R, T] as measures shall see them.

        Parameters
        ----------
        weights
            As the model has them.
        rows
            The query positions of `weights`; None where all came.
        batch
            Whose sinks are known.
        """
        assert batch.sinks is not None
        sinks = batch.sinks[:, None, None, :].to(weights.dtype)
        queries = batch.queries
        own = weights if rows is not None else take_rows(weights, queries.tokens)
        there = torch.from_numpy(queries.local >= 0).to(own.device)[:, None].to(own.dtype)
        paid = (own * sinks).sum(-1) * there
        # On the processor: some devices have no float64.
        times = torch.from_numpy(batch.multiplicity)[:, None, None]
        self.sum += float((paid.cpu().double() * times).sum())
        count = (queries.local >= 0).sum(1) * batch.multiplicity
        self.rows += int(count.sum()) * own.shape[1]
        if not self._remove:
            return weights
        kept = weights * (1 - sinks)
        left = kept.sum(-1, keepdim=True)
        return torch.where(left > _NOTHING, kept / left.clamp(min=_NOTHING), torch.zeros_like(kept))
