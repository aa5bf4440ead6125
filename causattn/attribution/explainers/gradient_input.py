"""Gradient times input, ``x_i . df/dx_i``.

Shrikumar, Greenside, Shcherbina and Kundaje (2016), "Not just a black box", section 2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from causattn.attribution.explainers.shared.by_gradient import GradientExplainer


class GradientInputExplainer(GradientExplainer):
    """Gradient times input, at a token's embedding."""

    name = "gradient_input"
    paper = "Shrikumar, Greenside, Shcherbina and Kundaje (2016), Not just a black box"

    def method(self, captum: Any, forward: Callable[..., torch.Tensor]) -> Any:
        """Return captum's input times gradient."""
        return captum.InputXGradient(forward)


EXPLAINER = GradientInputExplainer
