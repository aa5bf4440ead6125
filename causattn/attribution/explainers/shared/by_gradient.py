"""What explainers by the gradient of the output with respect to the tokens' embeddings share.

They are captum's, on the embeddings that the network looks up for its tokens. Its DeepLift is not
among them: the rules are hooks on modules, what attention does between modules escapes them, and
so the scores do not add up to f(x) - f(x') as they should.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import torch

from causattn.attribution.cases import CaseBatch
from causattn.attribution.contract import Explainer, Scores
from causattn.attribution.explainers.shared.captum_library import captum_attr
from causattn.attribution.output import check_differentiable
from causattn.base import ModelError


class GradientExplainer(Explainer):
    """What the explainers by gradient share."""

    def prepare(self) -> None:
        """Refuse a model without gradient; make captum's method."""
        check_differentiable(self.output.model)
        self._method = self.method(captum_attr(), self.output.of_embeddings)

    @abstractmethod
    def method(self, captum: Any, forward: Callable[..., torch.Tensor]) -> Any:
        """Return captum's method for a function of embeddings."""

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
