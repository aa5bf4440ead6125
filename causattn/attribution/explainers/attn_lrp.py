"""Relevance handed back layer by layer, by rules for attention: AttnLRP.

Achtibat et al. (2024); the rules are in `causattn.attribution.relevance`. One pass and one back.
Scores do not sum to the logit: biases, positions and the first-order rule of the softmax keep a
share.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from causattn.attribution.cases import CaseBatch
from causattn.attribution.explainers.gradient_input import GradientInputExplainer
from causattn.attribution.relevance import relevance_rules
from causattn.attribution.settings import ExplainerSettings, Scale
from causattn.base import ConfigError


@dataclass(frozen=True)
class RelevanceSettings(ExplainerSettings):
    """Relevance propagation.

    Parameters
    ----------
    scale
        A logit: a log-probability is no sum of what tokens give.
    """

    scale: Scale | None = "logit"


class AttnLrpExplainer(GradientInputExplainer):
    """Relevance handed back from the output by rules for attention (AttnLRP)."""

    name = "attn_lrp"
    paper = "Achtibat et al. (2024), AttnLRP: attention-aware layer-wise relevance propagation"
    settings = RelevanceSettings

    def prepare(self) -> None:
        """Refuse what is no logit."""
        super().prepare()
        if self.output.scale != "logit":
            raise ConfigError(
                "attribution.scale=log_probability is no sum over tokens, which "
                "attribution=attn_lrp needs; set attribution.scale=logit."
            )

    def captum_attribute(
        self, embeddings: torch.Tensor, batch: CaseBatch, extra: tuple[torch.Tensor, ...]
    ) -> torch.Tensor:
        """Take gradients by the rules."""
        with relevance_rules(self.output.model.network):
            return super().captum_attribute(embeddings, batch, extra)


EXPLAINER = AttnLrpExplainer
