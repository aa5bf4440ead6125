"""Effects: what each edge claims, estimated, refuted and tried on the model."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.effects.collect import collect_evidence, effect_settings
    from causattn.effects.columns import COLUMNS, EARLIER, Column
    from causattn.effects.concepts.aspects import aspect_effects, known_effects
    from causattn.effects.concepts.icace import (
        IcaceErrors,
        conditional_effects,
        icace_errors,
        matched_effects,
        random_effects,
        s_learner_effects,
    )
    from causattn.effects.estimate.adjustment import (
        Adjustment,
        AdjustmentSets,
        is_adjustment_set,
        optimal_adjustment,
        parent_adjustment,
    )
    from causattn.effects.estimate.design import Design
    from causattn.effects.estimate.dowhy_estimators import dowhy_linear
    from causattn.effects.estimate.linear import LinearEffect, LinearEffects
    from causattn.effects.evidence import EvidenceTable
    from causattn.effects.interventions.changes import ModelEffect
    from causattn.effects.interventions.counterfactual import (
        CounterfactualAttention,
        Mover,
        counterfactual_attention,
    )
    from causattn.effects.interventions.guided import GuidedEffects, pooled_attention
    from causattn.effects.interventions.interventions import Contrast, ModelInterventions
    from causattn.effects.refuters.falsification import Falsification, falsify_graph
    from causattn.effects.refuters.more_refuters import (
        bootstrap,
        dummy_outcome,
        unobserved_common_cause,
    )
    from causattn.effects.refuters.refuters import (
        Refutation,
        data_subset,
        permuted_placebo,
        random_common_cause,
    )
    from causattn.effects.refuters.shared import SharedDraws
    from causattn.effects.settings import DowhySettings, NoneSettings
    from causattn.effects.verdict import REFUTERS, VerdictRule, judge

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
