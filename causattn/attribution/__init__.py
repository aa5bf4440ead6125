"""Attribution: what tokens contribute to a model's output, by the explainers people use."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.attribution.cases import CaseBatch
    from causattn.attribution.contract import Explainer, Scores
    from causattn.attribution.explain import explain
    from causattn.attribution.faithfulness.erasure import SHARES, Erasure, erasure
    from causattn.attribution.faithfulness.high_low import AttentionTau, TextTau, attention_tau
    from causattn.attribution.faithfulness.infidelity import Infidelity, infidelity
    from causattn.attribution.faithfulness.interventions import (
        InterventionAgreement,
        agreement,
        replacement_effects,
    )
    from causattn.attribution.faithfulness.sensitivity import sensitivity
    from causattn.attribution.output import text_embeddings
    from causattn.attribution.registry import (
        ATTENTION,
        EXPLAINERS,
        attribution_result_settings,
        attribution_settings,
        explainer_settings,
    )
    from causattn.attribution.relevance import relevance_rules
    from causattn.attribution.settings import AttentionItselfSettings, ExplainerSettings
    from causattn.attribution.summarise import summarise_attribution
    from causattn.attribution.summary import (
        AttributionSummary,
        read_attribution,
        write_attribution,
    )
    from causattn.attribution.surrogate.design import class_margins
    from causattn.attribution.surrogate.fit import (
        Fidelity,
        LinearSurrogate,
        Surrogate,
        TreeSurrogate,
        fit_surrogate,
    )
    from causattn.attribution.surrogate.of_words import surrogate_tree
    from causattn.attribution.surrogate.rules import question, surrogate_rules
    from causattn.attribution.targets import (
        HiddenTarget,
        LabelTarget,
        NextTokenTarget,
        SimilarityTarget,
        Target,
    )
    from causattn.attribution.tokens import TokenAttribution, WordAttribution

__all__ = [
    "ATTENTION",
    "EXPLAINERS",
    "SHARES",
    "AttentionItselfSettings",
    "AttentionTau",
    "AttributionSummary",
    "CaseBatch",
    "Erasure",
    "Explainer",
    "ExplainerSettings",
    "Fidelity",
    "HiddenTarget",
    "Infidelity",
    "InterventionAgreement",
    "LabelTarget",
    "LinearSurrogate",
    "NextTokenTarget",
    "Scores",
    "SimilarityTarget",
    "Surrogate",
    "Target",
    "TextTau",
    "TokenAttribution",
    "TreeSurrogate",
    "WordAttribution",
    "agreement",
    "attention_tau",
    "attribution_result_settings",
    "attribution_settings",
    "class_margins",
    "erasure",
    "explain",
    "explainer_settings",
    "fit_surrogate",
    "infidelity",
    "question",
    "read_attribution",
    "relevance_rules",
    "replacement_effects",
    "sensitivity",
    "summarise_attribution",
    "surrogate_rules",
    "surrogate_tree",
    "text_embeddings",
    "write_attribution",
]

__getattr__ = on_demand(__name__, __file__)
