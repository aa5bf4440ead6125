"""Integrated gradients, ``(x_i - x'_i) . integral over a in [0, 1] of df/dx_i at x' + a (x - x')``.

Sundararajan, Taly and Yan (2017), "Axiomatic attribution for deep networks", equation 1, with x'
the embeddings of the baseline's tokens. The scores add up to f(x) - f(x') (proposition 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from causattn.attribution.cases import CaseBatch
from causattn.attribution.explainers.shared.by_gradient import GradientExplainer
from causattn.attribution.settings import ExplainerSettings
from causattn.base import above_zero


@dataclass(frozen=True)
class PathSettings(ExplainerSettings):
    """Integrated gradients.

    Parameters
    ----------
    steps
        Points on that line at which the gradient is taken (Gauss-Legendre).
    """

    steps: int = 32
    documents: int | None = 500

    def __post_init__(self) -> None:
        super().__post_init__()
        above_zero(self, "attribution", "steps")


class IntegratedGradientsExplainer(GradientExplainer):
    """Gradients along the line from the hidden document to the whole one."""

    name = "integrated_gradients"
    paper = "Sundararajan, Taly and Yan (2017), Axiomatic attribution for deep networks"
    options: PathSettings
    settings = PathSettings

    def method(self, captum: Any, forward: Callable[..., torch.Tensor]) -> Any:
        """Return captum's integrated gradients."""
        return captum.IntegratedGradients(forward)

    def captum_attribute(
        self, embeddings: torch.Tensor, batch: CaseBatch, extra: tuple[torch.Tensor, ...]
    ) -> torch.Tensor:
        """Integrate, at most `batch_tokens` tokens at a time."""
        found: torch.Tensor = self._method.attribute(
            embeddings,
            baselines=self.output.embed(batch.baseline),
            additional_forward_args=extra,
            n_steps=self.options.steps,
            # captum cuts along the path, never within a step: at least the batch's own rows.
            internal_batch_size=max(len(batch), self.options.batch_tokens // batch.ids.shape[1]),
        )
        return found


EXPLAINER = IntegratedGradientsExplainer
