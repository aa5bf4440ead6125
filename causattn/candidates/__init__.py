"""Candidates: which pairs of features may be adjacent, by attention or by another screen."""

from causattn.candidates.edges import CandidateEdges
from causattn.candidates.mutual_information import mutual_information_screen
from causattn.candidates.quality import score_candidates
from causattn.candidates.score import (
    attention_score,
    attribution_score,
    check_one_score,
    summary_score,
)
from causattn.candidates.select import select_candidates, strongest_pairs
from causattn.candidates.settings import (
    AllSettings,
    NullSettings,
    ThresholdSettings,
    TopKSettings,
    candidate_settings,
    null_draws,
)

__all__ = [
    "AllSettings",
    "CandidateEdges",
    "NullSettings",
    "ThresholdSettings",
    "TopKSettings",
    "attention_score",
    "attribution_score",
    "candidate_settings",
    "check_one_score",
    "mutual_information_screen",
    "null_draws",
    "score_candidates",
    "select_candidates",
    "strongest_pairs",
    "summary_score",
]
