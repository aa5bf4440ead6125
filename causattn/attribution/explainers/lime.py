"""LIME, a local linear surrogate.

Ribeiro, Singh and Guestrin (2016), "Why should I trust you?", equations 1 and 2: a ridge regression
of the output on which tokens stay, over documents with tokens taken away at random, weighted by an
exponential kernel of their cosine distance to the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from causattn.attribution.explainers.shared.by_drawing import DrawnExplainer, DrawnSettings, fitted
from causattn.attribution.explainers.shared.coalitions import Coalitions
from causattn.attribution.explainers.shared.weighted_regression import WeightedRegression
from causattn.base import ConfigError, above_zero


@dataclass(frozen=True)
class LimeSettings(DrawnSettings):
    """LIME.

    Parameters
    ----------
    kernel_width
        Width of the exponential kernel over the cosine distance to the whole document.
    ridge
        Penalty on squared coefficients.
    """

    samples: int = 100
    kernel_width: float = 0.25
    ridge: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        above_zero(self, "attribution", "kernel_width")
        if self.ridge < 0:
            raise ConfigError("attribution.ridge should be 0 or more; change it.")


class LimeExplainer(DrawnExplainer):
    """A ridge regression of the output on which tokens stay (LIME)."""

    name = "lime"
    paper = "Ribeiro, Singh and Guestrin (2016), Why should I trust you?"
    options: LimeSettings
    settings = LimeSettings

    def of_game(self, worth: Coalitions, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Fit captum's draws."""
        surrogate = WeightedRegression(self.options.ridge)
        kernel = _exponential_kernel(self.options.kernel_width)
        lime = self._captum.Lime(worth, interpretable_model=surrogate, similarity_func=kernel)
        return fitted(lime, surrogate, worth, self.options.samples, most)


def _exponential_kernel(width: float) -> Any:
    """Return captum's kernel over the cosine distance between whole and perturbed document."""
    from captum.attr._core.lime import get_exp_kernel_similarity_function

    return get_exp_kernel_similarity_function("cosine", width)


EXPLAINER = LimeExplainer
