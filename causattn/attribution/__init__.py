"""Attribution: what tokens contribute to a model's output, by the explainers people use."""

from causattn.attribution._explain import explain, explainer_settings
from causattn.attribution._explainer import Explainer, Scores
from causattn.attribution._faithfulness_erasure import SHARES, Erasure, erasure
from causattn.attribution._faithfulness_infidelity import Infidelity, infidelity
from causattn.attribution._faithfulness_interventions import (
    Agreement,
    agreement,
    replacement_effects,
)
from causattn.attribution._faithfulness_sensitivity import sensitivity
from causattn.attribution._registry import EXPLAINERS
from causattn.attribution._summarise import summarise_attribution
from causattn.attribution._summary import (
    AttributionSummary,
    read_attribution,
    write_attribution,
)
from causattn.attribution._targets import HiddenTarget, LabelTarget, NextTokenTarget, Target
from causattn.attribution._tokens import TokenAttribution, WordAttribution

__all__ = [
    "EXPLAINERS",
    "SHARES",
    "Agreement",
    "AttributionSummary",
    "Erasure",
    "Explainer",
    "HiddenTarget",
    "Infidelity",
    "LabelTarget",
    "NextTokenTarget",
    "Scores",
    "Target",
    "TokenAttribution",
    "WordAttribution",
    "agreement",
    "erasure",
    "explain",
    "explainer_settings",
    "infidelity",
    "read_attribution",
    "replacement_effects",
    "sensitivity",
    "summarise_attribution",
    "write_attribution",
]
