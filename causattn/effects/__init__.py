"""Effects: what each edge claims, estimated, refuted and tried on the model."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.effects.collect import (
        MOVED_KEYS,
        Claims,
        NoneSettings,
        claims_of,
        collect_evidence,
        directed_by_knowledge,
        effect_settings,
    )
    from causattn.effects.columns import EARLIER, Column, evidence_columns
    from causattn.effects.concepts.aspects import aspect_effects
    from causattn.effects.concepts.icace import (
        IcaceErrors,
        conditional_effects,
        icace_errors,
        matched_effects,
        random_effects,
        s_learner_effects,
    )
    from causattn.effects.contract import (
        Change,
        Draws,
        Effect,
        EstimationProblem,
        Estimator,
        Intervention,
        NoOptions,
        PointEstimate,
        Question,
        Refutation,
        Refuter,
    )
    from causattn.effects.estimate.adjustment import (
        Adjustment,
        AdjustmentSets,
        is_adjustment_set,
        optimal_adjustment,
        parent_adjustment,
    )
    from causattn.effects.estimate.by_dowhy import (
        TREATMENT,
        dowhy_frame,
        dowhy_linear,
        identified_estimand,
        quiet_dowhy,
    )
    from causattn.effects.estimate.design import Design, numeric_levels
    from causattn.effects.estimate.linear_effects import LinearEffect, LinearEffects
    from causattn.effects.estimate.shared_draws import SharedDraws
    from causattn.effects.evidence import EvidenceTable
    from causattn.effects.falsification import Falsification, falsify_graph
    from causattn.effects.interventions.changes import ModelEffect
    from causattn.effects.interventions.contrast import Contrast
    from causattn.effects.interventions.counterfactual import (
        CounterfactualAttention,
        Mover,
        align_tokens,
        counterfactual_attention,
    )
    from causattn.effects.interventions.guided import GuidedEffects, pooled_attention
    from causattn.effects.interventions.interventions import ModelInterventions
    from causattn.effects.interventions.trial import Trial
    from causattn.effects.known import Independent, known_claims, known_effects
    from causattn.effects.outcome import outcome_in_words, values_compared
    from causattn.effects.refuters.judging import shift as judge_shift
    from causattn.effects.refuters.refute import refute
    from causattn.effects.registry import ESTIMATORS, INTERVENTIONS, REFUTERS
    from causattn.effects.settings import DowhySettings
    from causattn.effects.verdict import (
        DOCUMENT_VERDICTS,
        MODEL_VERDICTS,
        Judgement,
        VerdictRule,
        judge,
        missing_checks,
    )

__all__ = [
    "DOCUMENT_VERDICTS",
    "EARLIER",
    "ESTIMATORS",
    "INTERVENTIONS",
    "MODEL_VERDICTS",
    "MOVED_KEYS",
    "REFUTERS",
    "TREATMENT",
    "Adjustment",
    "AdjustmentSets",
    "Change",
    "Claims",
    "Column",
    "Contrast",
    "CounterfactualAttention",
    "Design",
    "DowhySettings",
    "Draws",
    "Effect",
    "EstimationProblem",
    "Estimator",
    "EvidenceTable",
    "Falsification",
    "GuidedEffects",
    "IcaceErrors",
    "Independent",
    "Intervention",
    "Judgement",
    "LinearEffect",
    "LinearEffects",
    "ModelEffect",
    "ModelInterventions",
    "Mover",
    "NoOptions",
    "NoneSettings",
    "PointEstimate",
    "Question",
    "Refutation",
    "Refuter",
    "SharedDraws",
    "Trial",
    "VerdictRule",
    "align_tokens",
    "aspect_effects",
    "claims_of",
    "collect_evidence",
    "conditional_effects",
    "counterfactual_attention",
    "directed_by_knowledge",
    "dowhy_frame",
    "dowhy_linear",
    "effect_settings",
    "evidence_columns",
    "falsify_graph",
    "icace_errors",
    "identified_estimand",
    "is_adjustment_set",
    "judge",
    "judge_shift",
    "known_claims",
    "known_effects",
    "matched_effects",
    "missing_checks",
    "numeric_levels",
    "optimal_adjustment",
    "outcome_in_words",
    "parent_adjustment",
    "pooled_attention",
    "quiet_dowhy",
    "random_effects",
    "refute",
    "s_learner_effects",
    "values_compared",
]

__getattr__ = on_demand(__name__, __file__)
