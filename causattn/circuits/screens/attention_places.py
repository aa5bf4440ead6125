"""Paths by the attention of both ends, at every place; see `AttentionPaths` for the last alone.

With A the attention of the head that reads and B that of the head that writes, neither counted at
the token itself nor at the first token, where attention goes that is not needed, a path's score is

    attention_mean      mean_t A[t] * mean_t B[t],  X[t] what t pays to all others
    attention_norm      the same with weights times the norm of what they carry
    attention_gradient  the same with weights times the answer's gradient by them, where positive
    attention_rollout   mean_t sum_k A[t, k] sum_j B[k, j], which follows places (Abnar and Zuidema
                        2020, "Quantifying attention flow in transformers", for two heads)

A query reads where it stands: there A is the part that the token pays, and k is t. What pays no
attention counts as the mean head, in rollout as one that passes on all it has.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import torch

from causattn.attention import (
    AttentionLayer,
    Capture,
    HeadPaths,
    PathCase,
    Probe,
    carried_norms,
    editable_attention,
)
from causattn.circuits.contract import CircuitTask, PathScreen
from causattn.circuits.parts import channel_of, head_of
from causattn.circuits.screens.attention import product_of_ends


class _Maps(Probe):
    """Keeps every head's weights [B, H, T, T], others and not the first alone, layer by layer."""

    def __init__(self, norms: bool) -> None:
        self.wants_values = norms
        self.maps: list[torch.Tensor] = []
        self._norms: torch.Tensor | None = None

    def see_values(
        self, layer: AttentionLayer, values: torch.Tensor, projection: torch.Tensor
    ) -> None:
        self._norms = carried_norms(values, projection)

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        own = weights.float()
        if self._norms is not None:
            own = own * self._norms[:, :, None, :]
        self.maps.append(_of_others(own))


def _of_others(weights: torch.Tensor) -> torch.Tensor:
    """Return weights [B, H, T, T] without those of the token itself and of the first token."""
    own = weights.clone()
    own.diagonal(dim1=2, dim2=3).zero_()
    own[..., 0] = 0
    return own


class PlacePaths(PathScreen):
    """Paths by the attention of both ends at every place."""

    norms = False
    """Whether weights are multiplied by the norm of what they carry."""

    def scores(self, task: CircuitTask) -> torch.Tensor:
        """Return the products of both ends' attention, [B, R, S]."""
        found = []
        for case in task.cases:
            inputs = {"input_ids": case.paths.input_ids}
            with editable_attention(task.model.network, inputs) as capture:
                maps = self.maps(capture, case)
            own = self.of_maps(case.paths, torch.stack(maps, dim=1))
            found.append(own * case.paths.possible.to(own))
        return torch.cat(found)

    def maps(self, capture: Capture, case: PathCase) -> list[torch.Tensor]:
        """Return every layer's maps, [B, H, T, T] each."""
        probe = _Maps(self.norms)
        capture.run({"input_ids": case.paths.input_ids}, probe)
        return probe.maps

    @abstractmethod
    def of_maps(self, paths: HeadPaths, maps: torch.Tensor) -> torch.Tensor:
        """Return the scores [B, R, S] of maps [B, L, H, T, T]."""


class MeanAttentionPaths(PlacePaths):
    """Attention alone: what both ends pay to other tokens, the first left out, at every place."""

    name = "attention_mean"

    def of_maps(self, paths: HeadPaths, maps: torch.Tensor) -> torch.Tensor:
        """Return the products of means."""
        return product_of_ends(paths, maps.sum(-1).mean(-1))


class NormAttentionPaths(MeanAttentionPaths):
    """Attention times the norm of what it carries, at every place."""

    name = "attention_norm"
    paper = "Kobayashi et al. (2020), Attention is not only a weight"
    norms = True


class GradientAttentionPaths(MeanAttentionPaths):
    """Attention times the answer's gradient by it, where positive, at every place."""

    name = "attention_gradient"
    paper = "Chefer, Gur and Wolf (2021), Generic attention-model explainability"

    def maps(self, capture: Capture, case: PathCase) -> list[torch.Tensor]:
        """Return every layer's weights times their gradients, cut at 0."""
        rows = torch.arange(len(case.paths.input_ids))[:, None]

        def target(output: Any) -> torch.Tensor:
            return case.metric(output.logits[rows, case.paths.at]).sum()

        found = capture.gradients({"input_ids": case.paths.input_ids}, target)
        return [_of_others((weights * slope).clamp(min=0).float()) for _, weights, slope in found]


class RolloutPaths(PlacePaths):
    """Attention followed from the place that reads to the place that writes, and on from there."""

    name = "attention_rollout"
    paper = "Abnar and Zuidema (2020), Quantifying attention flow in transformers"

    def of_maps(self, paths: HeadPaths, maps: torch.Tensor) -> torch.Tensor:
        """Return what goes along two maps."""
        length = maps.shape[-1]
        whole = torch.eye(length, device=maps.device).expand(len(maps), length, length)
        passed = torch.stack(
            [
                (whole if (at := head_of(name)) is None else maps[:, *at]).sum(-1)
                for name in paths.senders
            ],
            1,
        )  # [B, S, T]
        reads = []
        for name in paths.receivers:
            at = head_of(name)
            own = whole if at is None else maps[:, *at]
            if channel_of(name) == "query":
                own = torch.diag_embed(own.sum(-1))
            reads.append(own.mean(1))
        return torch.einsum("brk,bsk->brs", torch.stack(reads, 1), passed)


PATH_SCREEN = (
    MeanAttentionPaths(),
    NormAttentionPaths(),
    GradientAttentionPaths(),
    RolloutPaths(),
)
