"""Attention weighted by its gradient, document by document.

Chefer, Gur and Wolf (2021), "Generic attention-model explainability for interpreting bi-modal and
encoder-decoder transformers", section 3.1, equations 5 and 6, for self-attention: with A the
attention of a layer and y what the model says,

    relevance = E_heads[ max(dy/dA * A, 0) ],    R <- R + relevance R,    R_0 = I.

Row i of the last R says how relevant each token was to what is said at token i. What is said
there must be one number, y: for a hidden feature the logit of the token that was hidden (summed
over its tokens), for a classifier the logit of the class it predicts, read at its pooled position.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from causattn.attention.contract import BatchCarriers, LayerView, Measure


def hidden_token_logits(
    row: torch.Tensor, position: torch.Tensor, token: torch.Tensor
) -> Callable[[Any], torch.Tensor]:
    """Return the sum of logits of hidden tokens as a function of a masked model's output.

    Parameters
    ----------
    row, position, token
        int64, parallel: in row `row`, the token hidden at `position` was `token`.
    """

    def target(output: Any) -> torch.Tensor:
        logits: torch.Tensor = output.logits[row, position, token]
        return logits.sum()

    return target


def predicted_class_logit(output: Any) -> torch.Tensor:
    """Return the sum over documents of the logit of the class that a classifier predicts."""
    logits: torch.Tensor = output.logits
    return logits.amax(-1).sum()


class GradientMeasure(Measure):
    """Relevance by attention and gradient, over all layers and heads of the stack."""

    name = "gradient"
    paper = (
        "Chefer, Gur and Wolf (2021), Generic attention-model explainability for interpreting "
        "bi-modal and encoder-decoder transformers"
    )
    unit = "relevance"
    within_stack = True
    gradients = True

    def begin(self, batch: BatchCarriers) -> None:
        """Start at the tokens."""
        super().begin(batch)
        self._carried: torch.Tensor | None = None

    def visit(self, view: LayerView) -> None:
        """Go up one layer."""
        assert view.gradient is not None
        if self._carried is None:
            self._carried = self.batch.keys.indicator(view.weights.shape[3])
        relevance = (view.weights * view.gradient).clamp(min=0).mean(1)
        self._carried = self._carried + relevance @ self._carried

    def end(self) -> None:
        """Read the relevances off where the model speaks."""
        if self._carried is not None:
            index = self.batch.queries.tokens[:, None, :, None]
            rows = self._carried[:, None].gather(2, index.expand(-1, 1, -1, self._carried.shape[2]))
            self.add(self.batch.queries.token_mean(rows))
            self._carried = None
        super().end()


MEASURE = GradientMeasure
