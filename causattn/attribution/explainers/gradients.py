"""Explainers by the gradient of the output with respect to the tokens' embeddings.

saliency
    The length of the gradient, ``|| df/dx_i ||``: Simonyan, Vedaldi and Zisserman (2014), "Deep
    inside convolutional networks", section 3, with the Euclidean norm over the embedding in place
    of the largest channel. It has no sign.
gradient_input
    ``x_i . df/dx_i``: Shrikumar, Greenside, Shcherbina and Kundaje (2016), "Not just a black box",
    section 2.
integrated_gradients
    ``(x_i - x'_i) . integral over a in [0, 1] of df/dx_i at x' + a (x - x')``: Sundararajan, Taly
    and Yan (2017), "Axiomatic attribution for deep networks", equation 1, with x' the embeddings of
    the baseline's tokens. The scores add up to f(x) - f(x') (proposition 1).

All are captum's, on the embeddings that the network looks up for its tokens. Its DeepLift is not
among them: the rules are hooks on modules, what attention does between modules escapes them, and
so the scores do not add up to f(x) - f(x') as they should.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from causattn.attribution.cases import CaseBatch
from causattn.attribution.contract import Explainer, Scores
from causattn.attribution.explainers.captum_library import captum_attr
from causattn.attribution.output import check_differentiable
from causattn.attribution.settings import PathSettings
from causattn.base import ModelError


class GradientExplainer(Explainer):
    """What the explainers by gradient share."""

    def prepare(self) -> None:
        """Refuse a model without gradient; make captum's method."""
        check_differentiable(self.output.model)
        self._method = self.method(captum_attr(), self.output.of_embeddings)

    def method(self, captum: Any, forward: Callable[..., torch.Tensor]) -> Any:
        """Return captum's method for a function of embeddings."""
        raise NotImplementedError

    def attribute(self, batch: CaseBatch) -> Scores:
        """Return one number a token, the sum over its embedding."""
        return self.packed(self.by_entry(batch).double().sum(-1), batch)

    def by_entry(self, batch: CaseBatch) -> torch.Tensor:
        """Return captum's attribution of every entry of the embeddings, [b, T, d]."""
        embeddings = self.output.embed(batch.ids).requires_grad_()
        extra = (batch.ids, *batch.extra)
        try:
            found: torch.Tensor = self.captum_attribute(embeddings, batch, extra)
        except RuntimeError as error:
            if "does not require grad" not in str(error):
                raise
            raise ModelError(
                f"No gradient flows from the output of model {self.output.model.name} to its input "
                "(integer weights, or a part that is not differentiable); choose an explainer "
                "without gradients, such as attribution=occlusion."
            ) from None
        return found.detach()

    def captum_attribute(
        self, embeddings: torch.Tensor, batch: CaseBatch, extra: tuple[torch.Tensor, ...]
    ) -> torch.Tensor:
        """Call captum's method."""
        found: torch.Tensor = self._method.attribute(embeddings, additional_forward_args=extra)
        return found

    def packed(self, score: torch.Tensor, batch: CaseBatch) -> Scores:
        """Return scores [b, T], nothing for tokens that get none."""
        return Scores((score * batch.explained).cpu().numpy())


class SaliencyExplainer(GradientExplainer):
    """The length of the gradient."""

    def method(self, captum: Any, forward: Callable[..., torch.Tensor]) -> Any:
        """Return captum's saliency."""
        return captum.Saliency(forward)

    def attribute(self, batch: CaseBatch) -> Scores:
        """Return the Euclidean norm over the embedding."""
        return self.packed(self.by_entry(batch).double().norm(dim=-1), batch)


class GradientInputExplainer(GradientExplainer):
    """Gradient times input."""

    def method(self, captum: Any, forward: Callable[..., torch.Tensor]) -> Any:
        """Return captum's input times gradient."""
        return captum.InputXGradient(forward)


class IntegratedGradientsExplainer(GradientExplainer):
    """Gradients along the line from the baseline to the document."""

    settings_kind = PathSettings

    def method(self, captum: Any, forward: Callable[..., torch.Tensor]) -> Any:
        """Return captum's integrated gradients."""
        return captum.IntegratedGradients(forward)

    def captum_attribute(
        self, embeddings: torch.Tensor, batch: CaseBatch, extra: tuple[torch.Tensor, ...]
    ) -> torch.Tensor:
        """Integrate, at most `batch_tokens` tokens at a time."""
        settings = self.settings
        assert isinstance(settings, PathSettings)
        found: torch.Tensor = self._method.attribute(
            embeddings,
            baselines=self.output.embed(batch.baseline),
            additional_forward_args=extra,
            n_steps=settings.steps,
            # captum cuts along the path, never within a step: at least the batch's own rows.
            internal_batch_size=max(len(batch), settings.batch_tokens // batch.ids.shape[1]),
        )
        return found
