"""Shapley values by random orders of the tokens.

Castro, Gomez and Tejada (2009), "Polynomial calculation of the Shapley value based on sampling",
section 3: the mean over orders of what each token adds to those before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from causattn.attribution.explainers.shared.by_drawing import DrawnExplainer, DrawnSettings
from causattn.attribution.explainers.shared.coalitions import Coalitions


@dataclass(frozen=True)
class OrdersSettings(DrawnSettings):
    """Shapley values by random orders."""

    samples: int = 25


class ShapleySamplingExplainer(DrawnExplainer):
    """Shapley values by random orders of the tokens."""

    name = "shapley_sampling"
    paper = (
        "Castro, Gomez and Tejada (2009), Polynomial calculation of the Shapley value based on "
        "sampling"
    )
    settings = OrdersSettings

    def of_game(self, worth: Coalitions, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw orders one by one, so that their spread is known."""
        shapley = self._captum.ShapleyValueSampling(worth)
        whole = torch.ones(1, len(worth))
        drawn = np.stack(
            [
                shapley.attribute(whole, n_samples=1, perturbations_per_eval=len(worth))[0]
                .double()
                .numpy()
                for _ in range(self.options.samples)
            ]
        )
        if len(drawn) < 2:
            return drawn[0], np.full(len(worth), np.nan)
        return drawn.mean(0), drawn.std(0, ddof=1) / np.sqrt(len(drawn))


EXPLAINER = ShapleySamplingExplainer
