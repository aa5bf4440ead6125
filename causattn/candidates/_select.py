"""From an attention summary to `CandidateEdges`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import ConfigError, DataError
from causattn.candidates._edges import CandidateEdges
from causattn.candidates._mutual_information import mutual_information_screen
from causattn.candidates._null import discoveries, p_values_by_documents, p_values_by_pairs
from causattn.candidates._score import attention_score, measured
from causattn.candidates._settings import (
    NullSettings,
    RestrictingSettings,
    ThresholdSettings,
    TopKSettings,
    candidate_settings,
)

if TYPE_CHECKING:
    from causattn.attention import AttentionSummary
    from causattn.features import FeatureTable


def select_candidates(
    settings: Mapping[str, Any],
    summary: AttentionSummary,
    features: FeatureTable,
    *,
    null: Sequence[AttentionSummary] = (),
    seed: int = 0,
) -> CandidateEdges:
    """Score every pair of features by attention and say which may be adjacent.

    Parameters
    ----------
    settings
        The config group `candidates`, see `TopKSettings` and its siblings.
    summary
        Attention over the corpus.
    features
        The table behind it, for screens that look at values.
    null
        The null's draws, as many as `null_draws` says: attention without dependence between
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
    score = attention_score(summary, chosen.aggregate, layers=chosen.layers, heads=chosen.heads)
    strength = np.maximum(score, score.T)
    p_value = np.full_like(score, np.nan)
    about: dict[str, Any] = {
        "aggregate": chosen.aggregate,
        "query": summary.query,
        "unattended": [summary.names[k] for k in np.flatnonzero(strength.sum(0) == 0)],
    }
    if isinstance(chosen, TopKSettings):
        wanted = _pair_count(chosen, features.size)
        allowed = strongest_pairs(strength, wanted)
        rule = f"top {wanted} pairs"
    elif isinstance(chosen, ThresholdSettings):
        unit = _mean_score(score) if chosen.unit == "mean" else 1.0
        allowed = strength >= chosen.threshold * unit
        rule = f"strength at least {chosen.threshold * unit:.3g}"
    elif isinstance(chosen, NullSettings):
        p_value = _null_p_values(chosen, summary, null, strength)
        allowed = discoveries(p_value, chosen.false_discovery_rate, chosen.correction)
        rule = (
            f"more than the null's by {chosen.compare}, false discovery rate "
            f"{chosen.false_discovery_rate:g}"
        )
    else:
        allowed = np.ones(score.shape, dtype=bool)
        rule = "all pairs"
    if isinstance(chosen, RestrictingSettings) and chosen.union is not None:
        added = _union(chosen, features) & ~allowed
        allowed = allowed | added
        about["union"] = chosen.union
        about["union_added_pairs"] = int(np.count_nonzero(np.triu(added, 1)))
        rule += f", and {about['union_added_pairs']} more by mutual information"
    np.fill_diagonal(allowed, False)
    return CandidateEdges(
        names=summary.names,
        score=score,
        p_value=p_value,
        allowed=allowed,
        method=f"{chosen.aggregate} attention ({summary.query}), {rule}",
        about=about,
    )


def strongest_pairs(strength: np.ndarray, count: int) -> np.ndarray:
    """Return the `count` strongest pairs, bool [f, f], symmetric.

    Pairs of strength 0 are never among them; of equal ones the pair with the lower first feature,
    then the lower second, comes first.

    Parameters
    ----------
    strength
        float64 [f, f], symmetric.
    count
        How many.
    """
    i, j = np.triu_indices(len(strength), 1)
    order = np.argsort(-strength[i, j], kind="stable")[:count]
    order = order[strength[i, j][order] > 0]
    chosen = np.zeros(strength.shape, dtype=bool)
    chosen[i[order], j[order]] = chosen[j[order], i[order]] = True
    return chosen


def _pair_count(chosen: TopKSettings, size: int) -> int:
    """Return how many pairs are asked for."""
    possible = size * (size - 1) // 2
    if chosen.pairs is None:
        return min(round(chosen.pairs_per_feature * size), possible)
    if chosen.pairs > possible:
        raise ConfigError(
            f"candidates.pairs={chosen.pairs}, but {size} features have only {possible} pairs; "
            "ask for fewer, or choose candidates=all."
        )
    return chosen.pairs


def _mean_score(score: np.ndarray) -> float:
    """Return the mean score of all ordered pairs."""
    return float(score.sum() / (score.size - len(score)))


def _null_p_values(
    chosen: NullSettings,
    summary: AttentionSummary,
    nulls: Sequence[AttentionSummary],
    strength: np.ndarray,
) -> np.ndarray:
    """Return the pairs' p-values against the null."""
    if len(nulls) != chosen.draws:
        raise ConfigError(
            f"candidates=against_null is compared with candidates.draws={chosen.draws} null(s), "
            f"and {len(nulls)} were given; give as many, or choose candidates=top_k."
        )
    for null in nulls:
        if null.names != summary.names or null.query != summary.query:
            raise DataError(
                "The null's attention is over other features or in another query mode; summarise "
                "it with the same settings."
            )
    if chosen.compare == "pairs":
        score = attention_score(nulls[0], chosen.aggregate)
        return p_values_by_pairs(strength, np.maximum(score, score.T))
    measure = chosen.aggregate
    return p_values_by_documents(measured(summary, measure), measured(nulls[0], measure))


def _union(chosen: RestrictingSettings, features: FeatureTable) -> np.ndarray:
    """Return the pairs that the other screen allows."""
    possible = features.size * (features.size - 1) // 2
    count = min(round(chosen.union_pairs_per_feature * features.size), possible)
    return strongest_pairs(mutual_information_screen(features), count)
