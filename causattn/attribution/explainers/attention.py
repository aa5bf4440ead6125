"""Attention as an explainer: what the place that is read pays to each token.

The place is the hidden slot, the position that a classifier pools, or the last token of a model
that reads from left to right; the measures are those of `causattn.attention` (weights averaged over
layers and heads, rollout, flow, norms, gradients), where their papers are named. Attention has no
sign and no unit of the output: it ranks, and does not add up to anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from causattn.attention import MEASURES, attention_from
from causattn.attribution.cases import CaseBatch
from causattn.attribution.contract import Explainer, Scores
from causattn.attribution.output import check_differentiable
from causattn.attribution.settings import ExplainerSettings
from causattn.base import CapabilityError, choose


@dataclass(frozen=True)
class AttentionSettings(ExplainerSettings):
    """Attention as an explainer of single documents.

    Parameters
    ----------
    measure
        A measure of attention (`causattn.attention.MEASURES`): weights averaged over layers and
        heads (``"raw"``), rollout, flow, norms, gradients ...
    """

    measure: str = "raw"


class AttentionExplainer(Explainer):
    """Attention paid from where the output is read."""

    name = "attention"
    options: AttentionSettings
    settings = AttentionSettings

    def prepare(self) -> None:
        """Refuse gradients where there are none."""
        self._measure = "mean" if self.options.measure == "raw" else self.options.measure
        if choose(self._measure, MEASURES, "attribution.measure").gradients:
            check_differentiable(self.output.model)
            if self.output.model.task == "encoder":
                raise CapabilityError(
                    f"attribution.measure={self._measure} needs the gradient of an output, and "
                    f"model {self.output.model.name} is an encoder, which has none; choose another "
                    "measure, such as raw or rollout."
                )

    def attribute(self, batch: CaseBatch) -> Scores:
        """Return the attention paid."""

        def target(output: Any) -> torch.Tensor:
            return self.output.of_logits(output.logits, batch.position, batch.index).sum()

        paid = attention_from(
            self.output.model,
            {"input_ids": batch.ids, "attention_mask": batch.mask},
            batch.position.cpu().numpy(),
            self._measure,
            target,
        )
        return Scores(paid * batch.explained.cpu().numpy())


EXPLAINER = AttentionExplainer
