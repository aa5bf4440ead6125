"""What candidates are compared with: other screens, and how well each ranks the true pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.candidates.edges import CandidateEdges
from causattn.candidates.mutual_information import mutual_information_screen
from causattn.candidates.quality import score_candidates
from causattn.candidates.score import summary_score

if TYPE_CHECKING:
    from causattn.attention import AttentionSummary
    from causattn.attribution import AttributionSummary
    from causattn.features import FeatureTable
    from causattn.graphs import CausalGraph


def screens_beside(
    settings: Mapping[str, Any],
    table: FeatureTable,
    others: Mapping[str, AttentionSummary | AttributionSummary],
) -> dict[str, np.ndarray]:
    """Return what the candidates are compared with: strengths by name, float64 [f, f], symmetric.

    Parameters
    ----------
    settings
        The group `candidates`: controls are aggregated over layers and heads as candidates are.
    table
        Documents by features, for mutual information.
    others
        Attention where it proposed nothing, and the controls of what did, by name.
    """
    screens = {"mutual_information": mutual_information_screen(table)}
    for name, summary in others.items():
        score = summary_score(
            summary,
            settings.get("aggregate", "mean"),
            layers=settings.get("layers"),
            heads=settings.get("heads"),
        )
        screens[name] = np.maximum(score, score.T)
    return screens


def summary_beside(
    edges: CandidateEdges | None,
    screens: Mapping[str, np.ndarray],
    truth: CausalGraph | None,
) -> dict[str, Any]:
    """Return the candidates' summary with the quality of the screens they are compared with.

    Parameters
    ----------
    edges
        The candidates, None where every pair was searched.
    screens
        Strengths by name, float64 [f, f], symmetric.
    truth
        The true graph over the same names, None where it is not known.
    """
    found: dict[str, Any] = {"pairs": None, "method": "none: every pair was searched"}
    if edges is not None:
        found = edges.summary(truth)
    ranked = {
        name: {} if truth is None else score_candidates(strength, truth.skeleton())
        for name, strength in screens.items()
    }
    return {**found, "screens": ranked}
