"""Explainers that draw which tokens to take away, with the errors that their drawing leaves.

lime
    Ribeiro, Singh and Guestrin (2016), "Why should I trust you?", equations 1 and 2: a ridge
    regression of the output on which tokens stay, over documents with tokens taken away at random,
    weighted by an exponential kernel of their cosine distance to the whole.
kernel_shap
    Lundberg and Lee (2017), "A unified approach to interpreting model predictions", theorem 2:
    Shapley values as a weighted regression; coalitions are drawn by the Shapley kernel, and the
    whole and the empty document weigh 10^6.
shapley_sampling
    Castro, Gomez and Tejada (2009), "Polynomial calculation of the Shapley value based on
    sampling", section 3: the mean over orders of the tokens of what each adds to those before it.

All are captum's, on vectors of zeros and ones (`Coalitions`); the regressions are fitted by
`weighted_ridge`, which knows their errors too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from causattn.attribution.cases import CaseBatch
from causattn.attribution.contract import Explainer, Scores
from causattn.attribution.explainers.captum_library import captum_attr
from causattn.attribution.explainers.coalitions import Coalitions, drawn_by
from causattn.attribution.explainers.weighted_regression import WeightedRegression
from causattn.attribution.settings import DrawnSettings, LimeSettings


class DrawnExplainer(Explainer):
    """What the explainers that draw coalitions share: one document at a time."""

    settings_kind = DrawnSettings
    draws = True

    def prepare(self) -> None:
        """Find captum before any work is done."""
        self._captum = captum_attr()

    def attribute(self, batch: CaseBatch) -> Scores:
        """Return scores and errors, a document after the other."""
        score, error = np.zeros(batch.ids.shape), np.zeros(batch.ids.shape)
        most = max(1, self.settings.batch_tokens // batch.ids.shape[1])
        for row, number in enumerate(batch.numbers):
            worth = Coalitions(self.output, batch, row, most)
            if not len(worth):
                continue
            places = worth.players.cpu().numpy()
            with drawn_by(self.generator(int(number))):
                score[row, places], error[row, places] = self.of_game(worth, most)
        return Scores(score, error)

    def of_game(self, worth: Coalitions, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Return scores and standard errors of the players, float64 [players] each."""
        raise NotImplementedError

    @property
    def samples(self) -> int:
        """How often is drawn."""
        settings = self.settings
        assert isinstance(settings, DrawnSettings)
        return settings.samples


class LimeExplainer(DrawnExplainer):
    """A local linear surrogate."""

    settings_kind = LimeSettings

    def of_game(self, worth: Coalitions, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Fit captum's draws."""
        settings = self.settings
        assert isinstance(settings, LimeSettings)
        surrogate = WeightedRegression(settings.ridge)
        kernel = _exponential_kernel(settings.kernel_width)
        lime = self._captum.Lime(worth, interpretable_model=surrogate, similarity_func=kernel)
        return _fitted(lime, surrogate, worth, self.samples, most)


class KernelShapExplainer(DrawnExplainer):
    """Shapley values by regression."""

    def of_game(self, worth: Coalitions, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Fit captum's draws."""
        if len(worth) == 1:  # the kernel is not defined, and nothing is left to be drawn
            whole, empty = worth(torch.tensor([[1], [0]])).tolist()
            return np.array([whole - empty]), np.zeros(1)
        surrogate = WeightedRegression()
        shap = self._captum.KernelShap(worth)
        shap.interpretable_model = surrogate
        return _fitted(shap, surrogate, worth, self.samples, most)


class ShapleySamplingExplainer(DrawnExplainer):
    """Shapley values by random orders."""

    def of_game(self, worth: Coalitions, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw orders one by one, so that their spread is known."""
        shapley = self._captum.ShapleyValueSampling(worth)
        whole = torch.ones(1, len(worth))
        drawn = np.stack(
            [
                shapley.attribute(whole, n_samples=1, perturbations_per_eval=len(worth))[0]
                .double()
                .numpy()
                for _ in range(self.samples)
            ]
        )
        if len(drawn) < 2:
            return drawn[0], np.full(len(worth), np.nan)
        return drawn.mean(0), drawn.std(0, ddof=1) / np.sqrt(len(drawn))


def _fitted(
    method: Any, surrogate: WeightedRegression, worth: Coalitions, samples: int, most: int
) -> tuple[np.ndarray, np.ndarray]:
    """Run captum's draws of zeros and ones and return what was fitted to them."""
    method.attribute(
        torch.ones(1, len(worth)), n_samples=samples, perturbations_per_eval=min(most, samples)
    )
    return surrogate.coefficients, surrogate.errors


def _exponential_kernel(width: float) -> Any:
    """Return captum's kernel over the cosine distance between whole and perturbed document."""
    from captum.attr._core.lime import get_exp_kernel_similarity_function

    return get_exp_kernel_similarity_function("cosine", width)
