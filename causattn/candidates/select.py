"""From an attention summary to `CandidateEdges`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from causattn.base import ConfigError, DataError
from causattn.candidates.bias import bias_of, distances, entropies
from causattn.candidates.edges import CandidateEdges
from causattn.candidates.mutual_information import mutual_information_screen
from causattn.candidates.null import check_heads, discoveries, p_values_by_documents
from causattn.candidates.pairs import NullDraw, p_values_by_bulk, p_values_by_pairs
from causattn.candidates.score import measured, summary_score
from causattn.candidates.settings import (
    NullSettings,
    RestrictingSettings,
    ThresholdSettings,
    TopKSettings,
    candidate_settings,
)

if TYPE_CHECKING:
    from causattn.attention import AttentionMoments, AttentionSummary
    from causattn.attribution import AttributionSummary

    Summary: TypeAlias = AttentionSummary | AttributionSummary
    from causattn.features import FeatureTable


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
        The config group `candidates`, see `TopKSettings` and its siblings.
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
    strength = np.maximum(score, score.T)
    p_value = np.full_like(score, np.nan)
    about: dict[str, Any] = {
        "aggregate": chosen.aggregate,
        "screen": _screen(summary),
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
        p_value, bias = _null_p_values(chosen, summary, null, strength, features)
        allowed = discoveries(p_value, chosen.false_discovery_rate, chosen.correction)
        about["bias"] = bias
        rule = _null_rule(chosen)
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
        method=f"{_method(summary, chosen.aggregate)} ({summary.query}), {rule}",
        about=about,
    )


def _screen(summary: Summary) -> str:
    """Return what scored the pairs: attention, or an explainer's name."""
    return str(getattr(summary, "method", "attention"))


def _method(summary: Summary, aggregate: str) -> str:
    """Return in words how the pairs were scored."""
    screen = _screen(summary)
    if screen == "attention":
        return f"{aggregate} attention"
    return f"mean absolute {screen.replace('_', ' ')}"


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
    summary: Summary,
    nulls: Sequence[Summary],
    strength: np.ndarray,
    features: FeatureTable,
) -> tuple[np.ndarray, dict[str, Any]]:
    """Return the pairs' p-values against the null, and the bias of the strengths and the null's."""
    _, wanted, _ = chosen.drawn
    if len(nulls) != wanted:
        raise ConfigError(
            f"candidates=against_null is compared with candidates.draws={wanted} null(s), and "
            f"{len(nulls)} were given; give as many, or choose candidates=top_k."
        )
    for null in nulls:
        if null.names != summary.names or null.query != summary.query:
            raise DataError(
                "The null's attention is over other features or in another query mode; summarise "
                "it with the same settings."
            )
        if chosen.aggregate == "mean":
            check_heads(summary, null, chosen.against)
    distance = distances(features)
    bias = {_screen(summary): bias_of(strength, distance, features)}
    if chosen.against == "bulk":
        return p_values_by_bulk(strength), bias
    draws = [_draw(chosen, null) for null in nulls]
    bias["null"] = bias_of(np.mean([draw.strength for draw in draws], axis=0), distance, features)
    if chosen.compare == "documents":
        observed, expected = (_moments(each, chosen.aggregate) for each in (summary, nulls[0]))
        return p_values_by_documents(observed, expected), bias
    removed = [distance, entropies(features)] if chosen.remove_bias else []
    return p_values_by_pairs(strength, draws, chosen.tail, removed), bias


def _moments(summary: Summary, aggregate: str) -> AttentionMoments:
    """Return the moments over documents that stand behind the score."""
    from causattn.attribution import AttributionSummary

    if isinstance(summary, AttributionSummary):
        return summary.moments
    return measured(summary, aggregate)


def _draw(chosen: NullSettings, null: Summary) -> NullDraw:
    """Return a draw's strengths, and which variables were permuted in it."""
    score = summary_score(null, chosen.aggregate, layers=chosen.layers, heads=chosen.heads)
    permuted = null.about.get("permuted", True)
    without = [permuted is True or name in permuted for name in null.names]
    return NullDraw(np.maximum(score, score.T), np.array(without))


def _null_rule(chosen: NullSettings) -> str:
    """Return in words what the pairs were compared with and how."""
    correction = {"benjamini_hochberg": "Benjamini-Hochberg"}.get(
        chosen.correction, "Benjamini-Yekutieli"
    )
    rate = f"{correction} false discovery rate {chosen.false_discovery_rate:g}"
    if chosen.against == "bulk":
        return f"more than the bulk of the pairs, {rate}"
    trained = "a model" if chosen.draws == 1 else f"{chosen.draws} models"
    documents = "permuted documents"
    if chosen.share < 1:
        documents = f"documents with a share of {chosen.share:g} of the variables permuted"
    null = {
        "trained_on_permuted": f"{trained} trained on {documents}",
        "permuted": f"the same model over {documents}",
        "untrained": f"{trained} without training",
    }[chosen.against]
    how = "document by document"
    if chosen.compare == "pairs":
        how = f"all its pairs pooled, {chosen.tail.replace('_', '-')} tail"
        how += ", distance and entropy removed" if chosen.remove_bias else ""
    return f"more than {null} ({how}), {rate}"


def _union(chosen: RestrictingSettings, features: FeatureTable) -> np.ndarray:
    """Return the pairs that the other screen allows."""
    possible = features.size * (features.size - 1) // 2
    count = min(round(chosen.union_pairs_per_feature * features.size), possible)
    return strongest_pairs(mutual_information_screen(features), count)
