"""Candidates: which pairs of features may be adjacent, by attention or by another screen."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.candidates.against_null import NullSettings
    from causattn.candidates.all import AllSettings
    from causattn.candidates.beside import mutual_information_screen, screens_beside, summary_beside
    from causattn.candidates.contract import (
        ScoredPairs,
        Screen,
        ScreenSettings,
        Selection,
        Selector,
        SelectorSettings,
    )
    from causattn.candidates.edges import CandidateEdges, score_candidates
    from causattn.candidates.registry import SELECTORS
    from causattn.candidates.restricting import (
        RestrictingSelector,
        RestrictingSettings,
        strongest_pairs,
    )
    from causattn.candidates.score import (
        attention_score,
        attribution_score,
        check_one_score,
        summary_score,
    )
    from causattn.candidates.select import (
        candidate_settings,
        needs_summary,
        null_draws,
        select_candidates,
    )
    from causattn.candidates.threshold import ThresholdSettings
    from causattn.candidates.top_k import TopKSettings

__all__ = [
    "SELECTORS",
    "AllSettings",
    "CandidateEdges",
    "NullSettings",
    "RestrictingSelector",
    "RestrictingSettings",
    "ScoredPairs",
    "Screen",
    "ScreenSettings",
    "Selection",
    "Selector",
    "SelectorSettings",
    "ThresholdSettings",
    "TopKSettings",
    "attention_score",
    "attribution_score",
    "candidate_settings",
    "check_one_score",
    "mutual_information_screen",
    "needs_summary",
    "null_draws",
    "score_candidates",
    "screens_beside",
    "select_candidates",
    "strongest_pairs",
    "summary_beside",
    "summary_score",
]

__getattr__ = on_demand(__name__, __file__)
