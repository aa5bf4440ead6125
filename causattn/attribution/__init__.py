"""Attribution: what tokens contribute to a model's output, by the explainers people use."""

from causattn.attribution._explain import explain, explainer_settings
from causattn.attribution._explainer import Explainer, Scores
from causattn.attribution._registry import EXPLAINERS
from causattn.attribution._targets import HiddenTarget, LabelTarget, NextTokenTarget, Target
from causattn.attribution._tokens import TokenAttribution, WordAttribution

__all__ = [
    "EXPLAINERS",
    "Explainer",
    "HiddenTarget",
    "LabelTarget",
    "NextTokenTarget",
    "Scores",
    "Target",
    "TokenAttribution",
    "WordAttribution",
    "explain",
    "explainer_settings",
]
