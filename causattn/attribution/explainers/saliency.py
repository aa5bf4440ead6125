"""The length of the gradient, ``|| df/dx_i ||``.

Simonyan, Vedaldi and Zisserman (2014), "Deep inside convolutional networks", section 3, with the
Euclidean norm over the embedding in place of the largest channel. It has no sign.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from causattn.attribution.cases import CaseBatch
from causattn.attribution.contract import Scores
from causattn.attribution.explainers.shared.by_gradient import GradientExplainer


class SaliencyExplainer(GradientExplainer):
    """The length of the output's gradient at a token's embedding."""

    name = "saliency"
    paper = "Simonyan, Vedaldi and Zisserman (2014), Deep inside convolutional networks"

    def method(self, captum: Any, forward: Callable[..., torch.Tensor]) -> Any:
        """Return captum's saliency."""
        return captum.Saliency(forward)

    def attribute(self, batch: CaseBatch) -> Scores:
        """Return the Euclidean norm over the embedding."""
        return self.packed(self.by_entry(batch).double().norm(dim=-1), batch)


EXPLAINER = SaliencyExplainer
