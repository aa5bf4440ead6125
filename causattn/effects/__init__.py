"""Effects: what each edge claims, estimated, refuted and tried on the model."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.effects._adjustment import (
        Adjustment,
        AdjustmentSets,
        is_adjustment_set,
        optimal_adjustment,
        parent_adjustment,
    )
    from causattn.effects._aspects import aspect_effects, known_effects
    from causattn.effects._changes import ModelEffect
    from causattn.effects._collect import collect_evidence, effect_settings
    from causattn.effects._columns import COLUMNS, EARLIER, Column
    from causattn.effects._counterfactual import (
        CounterfactualAttention,
        Mover,
        counterfactual_attention,
    )
    from causattn.effects._design import Design
    from causattn.effects._dowhy import dowhy_linear
    from causattn.effects._evidence import EvidenceTable
    from causattn.effects._falsification import Falsification, falsify_graph
    from causattn.effects._guided import GuidedEffects, pooled_attention
    from causattn.effects._icace import (
        IcaceErrors,
        conditional_effects,
        icace_errors,
        matched_effects,
        random_effects,
        s_learner_effects,
    )
    from causattn.effects._interventions import Contrast, ModelInterventions
    from causattn.effects._linear import LinearEffect, LinearEffects
    from causattn.effects._more_refuters import bootstrap, dummy_outcome, unobserved_common_cause
    from causattn.effects._refuters import (
        Refutation,
        data_subset,
        permuted_placebo,
        random_common_cause,
    )
    from causattn.effects._settings import DowhySettings, NoneSettings
    from causattn.effects._shared import SharedDraws
    from causattn.effects._verdict import REFUTERS, VerdictRule, judge

__all__ = [
    "COLUMNS",
    "EARLIER",
    "REFUTERS",
    "Adjustment",
    "AdjustmentSets",
    "Column",
    "Contrast",
    "CounterfactualAttention",
    "Design",
    "DowhySettings",
    "EvidenceTable",
    "Falsification",
    "GuidedEffects",
    "IcaceErrors",
    "LinearEffect",
    "LinearEffects",
    "ModelEffect",
    "ModelInterventions",
    "Mover",
    "NoneSettings",
    "Refutation",
    "SharedDraws",
    "VerdictRule",
    "aspect_effects",
    "bootstrap",
    "collect_evidence",
    "conditional_effects",
    "counterfactual_attention",
    "data_subset",
    "dowhy_linear",
    "dummy_outcome",
    "effect_settings",
    "falsify_graph",
    "icace_errors",
    "is_adjustment_set",
    "judge",
    "known_effects",
    "matched_effects",
    "optimal_adjustment",
    "parent_adjustment",
    "permuted_placebo",
    "pooled_attention",
    "random_common_cause",
    "random_effects",
    "s_learner_effects",
    "unobserved_common_cause",
]

__getattr__ = on_demand(__name__, __file__)
