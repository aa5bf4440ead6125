"""KernelSHAP, Shapley values as a weighted regression.

Lundberg and Lee (2017), "A unified approach to interpreting model predictions", theorem 2:
coalitions are drawn by the Shapley kernel, and the whole and the empty document weigh 10^6.
"""

from __future__ import annotations

import numpy as np
import torch

from causattn.attribution.explainers.shared.by_drawing import DrawnExplainer, fitted
from causattn.attribution.explainers.shared.coalitions import Coalitions
from causattn.attribution.explainers.shared.weighted_regression import WeightedRegression


class KernelShapExplainer(DrawnExplainer):
    """Shapley values by regression (KernelSHAP)."""

    name = "kernel_shap"
    paper = "Lundberg and Lee (2017), A unified approach to interpreting model predictions"

    def of_game(self, worth: Coalitions, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Fit captum's draws."""
        if len(worth) == 1:  # the kernel is not defined, and nothing is left to be drawn
            whole, empty = worth(torch.tensor([[1], [0]])).tolist()
            return np.array([whole - empty]), np.zeros(1)
        surrogate = WeightedRegression()
        shap = self._captum.KernelShap(worth)
        shap.interpretable_model = surrogate
        return fitted(shap, surrogate, worth, self.options.samples, most)


EXPLAINER = KernelShapExplainer
