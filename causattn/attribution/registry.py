"""Every explainer by the name that a configuration gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from causattn.attribution.contract import Explainer
from causattn.attribution.explainers.attention import AttentionExplainer
from causattn.attribution.explainers.drawn import (
    KernelShapExplainer,
    LimeExplainer,
    ShapleySamplingExplainer,
)
from causattn.attribution.explainers.gradients import (
    GradientInputExplainer,
    IntegratedGradientsExplainer,
    SaliencyExplainer,
)
from causattn.attribution.explainers.occlusion import DeletionExplainer, OcclusionExplainer
from causattn.attribution.explainers.random import RandomExplainer
from causattn.attribution.explainers.recurrent import (
    CellContributionExplainer,
    EmbeddingAblationExplainer,
)
from causattn.attribution.settings import ExplainerSettings
from causattn.base import ConfigError, choose, settings_from

EXPLAINERS: Mapping[str, type[Explainer]] = {
    "attention": AttentionExplainer,
    "random": RandomExplainer,
    "occlusion": OcclusionExplainer,
    "deletion": DeletionExplainer,
    "saliency": SaliencyExplainer,
    "gradient_input": GradientInputExplainer,
    "integrated_gradients": IntegratedGradientsExplainer,
    "lime": LimeExplainer,
    "kernel_shap": KernelShapExplainer,
    "shapley_sampling": ShapleySamplingExplainer,
    "embedding_ablation": EmbeddingAblationExplainer,
    "cell_contribution": CellContributionExplainer,
}

ATTENTION = "attention"
"""The kind that, over a corpus, is summed by `causattn.attention.summarise_attention`."""


def explainer_settings(settings: Mapping[str, Any]) -> ExplainerSettings:
    """Return the settings of an explainer, checked.

    Raises
    ------
    ConfigError
        For an unknown kind or key, or a number that makes no sense.
    """
    explainer = choose(str(settings.get("kind")), EXPLAINERS, "attribution.kind")
    chosen = settings_from(explainer.settings_kind, settings, "attribution")
    for key in ("documents", "batch_tokens", "steps", "samples", "kernel_width"):
        value = getattr(chosen, key, None)
        if value is not None and value <= 0:
            raise ConfigError(f"attribution.{key}={value} should be above 0; change it.")
    if getattr(chosen, "ridge", 0.0) < 0:
        raise ConfigError("attribution.ridge should be 0 or more; change it.")
    return chosen


def attribution_settings(settings: Mapping[str, Any]) -> ExplainerSettings | None:
    """Return the settings of the group `attribution`; None where attention itself proposes.

    Raises
    ------
    ConfigError
        For an unknown kind or key, or a number that makes no sense.
    """
    if settings.get("kind") != ATTENTION:
        return explainer_settings(settings)
    spare = next((key for key in settings if key not in ("kind", "documents")), None)
    if spare is not None:
        raise ConfigError(
            f"attribution.{spare} has no meaning with attribution=attention, which is read as the "
            "group attention says; leave it out."
        )
    documents = settings.get("documents")
    whole = isinstance(documents, int) and not isinstance(documents, bool)
    if documents is not None and not (whole and documents > 0):
        raise ConfigError(
            f"attribution.documents={documents!r} should be a whole number above 0, or null for "
            "as many as attention.documents says; change it."
        )
    return None
