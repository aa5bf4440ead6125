"""Every explainer by the name that a configuration gives it."""

from __future__ import annotations

from collections.abc import Mapping

from causattn.attribution._attention import AttentionExplainer
from causattn.attribution._drawn import (
    KernelShapExplainer,
    LimeExplainer,
    ShapleySamplingExplainer,
)
from causattn.attribution._explainer import Explainer
from causattn.attribution._gradients import (
    GradientInputExplainer,
    IntegratedGradientsExplainer,
    SaliencyExplainer,
)
from causattn.attribution._occlusion import DeletionExplainer, OcclusionExplainer
from causattn.attribution._random import RandomExplainer
from causattn.attribution._recurrent import CellContributionExplainer, EmbeddingAblationExplainer

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
