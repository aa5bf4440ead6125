"""From an attention summary to `CandidateEdges`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import DataError, choose, settings_from
from causattn.candidates.contract import ScoredPairs, Selector, SelectorSettings
from causattn.candidates.edges import CandidateEdges
from causattn.candidates.registry import SELECTORS
from causattn.candidates.score import check_aggregate, score_in_words, screen_of, summary_score

if TYPE_CHECKING:
    from causattn.candidates.contract import Summary
    from causattn.features import FeatureTable

_DEFAULT = "top_k"


def select_candidates(
    settings: Mapping[str, Any],
    summary: Summary,
    features: FeatureTable,
    *,
    null: Sequence[Summary] = (),
    seed: int = 0,
) -> CandidateEdges:
    """Score every pair of features by attention or attribution and say which may be adjacent.

    Parameters
    ----------
    settings
        The config group `candidates`: ``kind`` names a selector (`SELECTORS`), and the others are
        that selector's settings.
    summary
        Attention over the corpus, or an explainer's attribution.
    features
        The table behind it, for screens that look at values.
    null
        The null's draws, as many as `null_draws` says: the same without dependence between
        features.
    seed
        The run's seed; nothing is drawn here.

    Raises
    ------
    ConfigError
        For settings that do not fit the features or the summary.
    DataError
        For attention that is 0 everywhere or not a number, or a null over other features.
    """
    chosen = candidate_settings(settings)
    if summary.names != features.names:
        raise DataError(
            "The attention summary and the feature table are over different features; summarise "
            "attention for this table."
        )
    score = summary_score(summary, chosen.aggregate, layers=chosen.layers, heads=chosen.heads)
    pairs = ScoredPairs(score, summary, features, null)
    found = _selector(settings).select(chosen, pairs)
    unattended = np.flatnonzero(pairs.strength.sum(0) == 0)
    return CandidateEdges(
        names=summary.names,
        score=score,
        p_value=np.full_like(score, np.nan) if found.p_value is None else found.p_value,
        allowed=found.allowed & ~np.eye(len(score), dtype=bool),
        method=f"{score_in_words(summary, chosen.aggregate)} ({summary.query}), {found.rule}",
        about={
            "aggregate": chosen.aggregate,
            "screen": screen_of(summary),
            "query": summary.query,
            "unattended": [summary.names[k] for k in unattended],
            **found.about,
        },
    )


def candidate_settings(settings: Mapping[str, Any]) -> SelectorSettings:
    """Return the settings of the group `candidates`, checked.

    Raises
    ------
    ConfigError
        For an unknown key, kind or measure, or a number that makes no sense.
    """
    own = {key: value for key, value in settings.items() if key != "kind"}
    chosen = settings_from(_selector(settings).settings, own, "candidates")
    check_aggregate(chosen.aggregate)
    return chosen


def null_draws(settings: Mapping[str, Any]) -> tuple[str, int, float]:
    """Return whose attention the null of these candidates is, the number of draws and the share.

    Kinds without a null have ``("", 0, 1.0)``.
    """
    chosen = candidate_settings(settings)
    return _selector(settings).null_draws(chosen)


def _selector(settings: Mapping[str, Any]) -> Selector:
    """Return the selector that the settings name."""
    return choose(str(settings.get("kind", _DEFAULT)), SELECTORS, "candidates.kind")
