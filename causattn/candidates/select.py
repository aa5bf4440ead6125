"""From an attention summary to `CandidateEdges`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import ConfigError, DataError, choose, due, listed, settings_from
from causattn.candidates.contract import ScoredPairs, Selector
from causattn.candidates.edges import CandidateEdges
from causattn.candidates.registry import SELECTORS
from causattn.candidates.score import check_aggregate, score_in_words, screen_of

if TYPE_CHECKING:
    from causattn.candidates.contract import Summary
    from causattn.features import FeatureTable

_DEFAULT = "top_k"


def select_candidates(
    settings: Mapping[str, Any],
    summary: Summary | None,
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
        Attention over the corpus, or an explainer's attribution; None for a selector that scores
        the values (`Selector.needs_summary`).
    features
        The table behind it, for screens that look at values.
    null
        The null's draws, as many as `null_draws` says: the same without dependence between
        features.
    seed
        The run's seed, for screens that draw.

    Raises
    ------
    ConfigError
        For settings that do not fit the features or the summary.
    DataError
        For attention that is 0 everywhere or not a number, or a null over other features.
    """
    chosen, selector = candidate_settings(settings), _selector(settings)
    if selector.needs_summary:
        if summary is None:
            raise ConfigError(
                f"candidates={selector.name} chooses by attention or attribution, and none was "
                "given; read some, or choose candidates=lasso."
            )
        if summary.names != features.names:
            raise DataError(
                "The attention summary and the feature table are over different features; "
                "summarise attention for this table."
            )
    score = selector.score(chosen, summary, features, seed)
    pairs = ScoredPairs(score, summary, features, null)
    found = due(selector.select(chosen, pairs), "Selection", selector)
    rule, allowed = found.rule, found.allowed & ~np.eye(len(score), dtype=bool)
    silent = set(np.flatnonzero(pairs.strength.sum(0) == 0))
    by: dict[str, Any] = {"screen": selector.name}
    words = selector.name
    if selector.needs_summary and summary is not None:
        by = {"aggregate": chosen.aggregate, "screen": screen_of(summary), "query": summary.query}
        words = f"{score_in_words(summary, chosen.aggregate)} ({summary.query})"
        if beside := features.metadata:
            silent -= set(beside)
            allowed = _opened(allowed, beside)
            names = listed([features.names[k] for k in beside])
            rule = f"{rule}, and all with {names}, to which no attention can be paid"
    return CandidateEdges(
        names=features.names,
        score=score,
        p_value=np.full_like(score, np.nan) if found.p_value is None else found.p_value,
        allowed=allowed,
        method=f"{words}, {rule}",
        about={**by, "unattended": [features.names[k] for k in sorted(silent)], **found.about},
    )


def _opened(allowed: np.ndarray, columns: Sequence[int]) -> np.ndarray:
    """Return what is allowed with every pair of some columns, bool [f, f]."""
    opened = allowed.copy()
    opened[list(columns)] = opened[:, list(columns)] = True
    np.fill_diagonal(opened, False)
    return opened


def candidate_settings(settings: Mapping[str, Any]) -> Any:
    """Return the settings of the group `candidates`, checked.

    Raises
    ------
    ConfigError
        For an unknown key, kind or measure, or a number that makes no sense.
    """
    own = {key: value for key, value in settings.items() if key != "kind"}
    chosen = settings_from(_selector(settings).settings, own, "candidates")
    if _selector(settings).needs_summary:
        check_aggregate(chosen.aggregate)
    return chosen


def needs_summary(settings: Mapping[str, Any]) -> bool:
    """Return whether the candidates of these settings are made of attention or attribution."""
    return _selector(settings).needs_summary


def null_draws(settings: Mapping[str, Any]) -> tuple[str, int, float]:
    """Return whose attention the null of these candidates is, the number of draws and the share.

    Kinds without a null have ``("", 0, 1.0)``.
    """
    chosen = candidate_settings(settings)
    return _selector(settings).null_draws(chosen)


def _selector(settings: Mapping[str, Any]) -> Selector:
    """Return the selector that the settings name."""
    return choose(str(settings.get("kind", _DEFAULT)), SELECTORS, "candidates.kind")
