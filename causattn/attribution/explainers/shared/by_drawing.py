"""What explainers share that draw which tokens to take away, and know the error of their drawing.

They are captum's, on vectors of zeros and ones (`Coalitions`); regressions are fitted by
`weighted_ridge`, which knows their errors too.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from causattn.attribution.cases import CaseBatch
from causattn.attribution.contract import Explainer, Scores
from causattn.attribution.explainers.shared.captum_library import captum_attr
from causattn.attribution.explainers.shared.coalitions import Coalitions, drawn_by
from causattn.attribution.explainers.shared.weighted_regression import WeightedRegression
from causattn.attribution.settings import ExplainerSettings
from causattn.base import above_zero


@dataclass(frozen=True)
class DrawnSettings(ExplainerSettings):
    """Explainers that draw which tokens to take away.

    Parameters
    ----------
    samples
        How often for each document: sets of tokens for LIME and KernelSHAP, whole orders of the
        tokens for Shapley sampling.
    """

    samples: int = 50
    documents: int | None = 200

    def __post_init__(self) -> None:
        super().__post_init__()
        above_zero(self, "attribution", "samples")


class DrawnExplainer(Explainer):
    """What the explainers that draw coalitions share: one document at a time."""

    options: DrawnSettings
    settings = DrawnSettings
    draws = True

    def prepare(self) -> None:
        """Find captum before any work is done."""
        self._captum = captum_attr()

    def attribute(self, batch: CaseBatch) -> Scores:
        """Return scores and errors, a document after the other."""
        score, error = np.zeros(batch.ids.shape), np.zeros(batch.ids.shape)
        most = max(1, self.options.batch_tokens // batch.ids.shape[1])
        for row, number in enumerate(batch.numbers):
            worth = Coalitions(self.output, batch, row, most)
            if not len(worth):
                continue
            places = worth.players.cpu().numpy()
            with drawn_by(self.generator(int(number))):
                score[row, places], error[row, places] = self.of_game(worth, most)
        return Scores(score, error)

    @abstractmethod
    def of_game(self, worth: Coalitions, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Return scores and standard errors of the players, float64 [players] each."""


def fitted(
    method: Any, surrogate: WeightedRegression, worth: Coalitions, samples: int, most: int
) -> tuple[np.ndarray, np.ndarray]:
    """Run captum's draws of zeros and ones and return what was fitted to them."""
    method.attribute(
        torch.ones(1, len(worth)), n_samples=samples, perturbations_per_eval=min(most, samples)
    )
    return surrogate.coefficients, surrogate.errors
