"""What candidates are compared with: other screens, and how well each ranks the true pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import ConfigError, free_gb
from causattn.candidates.mutual_information import mutual_information_screen
from causattn.candidates.quality import score_candidates
from causattn.candidates.registry import SELECTORS
from causattn.candidates.screen import Screen
from causattn.features import pooled_features

if TYPE_CHECKING:
    from causattn.attention import AttentionSummary
    from causattn.attribution import AttributionSummary
    from causattn.candidates.edges import CandidateEdges
    from causattn.features import FeatureTable
    from causattn.graphs import CausalGraph


LONGEST = 10.0
"""Seconds of one core that a screen may take beside a run's candidates; those that would take
longer are named in its summary, and run where they are chosen (``candidates=trees``)."""
_ON_THE_WAY = 3
"""Matrices between all features that stand beside the screens while one is made."""


def screens_beside(
    settings: Mapping[str, Any],
    table: FeatureTable,
    others: Mapping[str, AttentionSummary | AttributionSummary],
) -> dict[str, np.ndarray]:
    """Return what the candidates are compared with: strengths by name, float64 [f, f], symmetric.

    Mutual information, every screen of the values that takes at most `LONGEST`, and the others.

    Parameters
    ----------
    settings
        The group `candidates`: controls are aggregated over layers and heads as candidates are.
    table
        Documents by features, for the screens of the values.
    others
        Attention where it proposed nothing, and the controls of what did, by name.
    """
    own = _screens(str(settings.get("kind")))
    _check_fits(table.size, 1 + len(own) + len(others))
    screens = {"mutual_information": mutual_information_screen(table)}
    for name, screen in own.items():
        if (screen.seconds(table) or 0.0) <= LONGEST:
            score = screen.of_values(screen.settings(), table, 0)
            screens[name] = np.maximum(score, score.T)
    if not others:
        return screens
    from causattn.candidates.score import summary_score

    for name, summary in others.items():
        score = summary_score(
            summary,
            settings.get("aggregate", "mean"),
            layers=settings.get("layers"),
            heads=settings.get("heads"),
            pooled=pooled_features(table),
        )
        screens[name] = np.maximum(score, score.T)
    return screens


def _check_fits(features: int, screens: int) -> None:
    """Raise where the screens and what is made on the way take more memory than is free.

    Raises
    ------
    ConfigError
        Naming the number of features that would fit.
    """
    free = free_gb()
    needed = (screens + _ON_THE_WAY) * 8 * features**2 / 1e9
    if free is not None and needed > free:
        fits = int(features * (free / needed) ** 0.5)
        raise ConfigError(
            f"The screens of {features:,} features take {needed:.1f} GB, more than the "
            f"{free:.1f} GB that are free; use {fits:,} features or fewer (features.top={fits})."
        )


def _screens(chosen: str) -> dict[str, Screen]:
    """Return the screens of the values that runs have beside their candidates, but the chosen."""
    found: dict[str, Screen] = {}
    for name in SELECTORS:
        if name == chosen or not SELECTORS.entry(name).native:
            continue
        if SELECTORS.said(name, "needs_summary"):
            continue
        selector = SELECTORS[name]
        if isinstance(selector, Screen):
            found[name] = selector
    return found


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
    left_out = [
        name for name in _screens(str(found.get("screen"))) if screens and name not in screens
    ]
    more = {"screens_left_out": left_out} if left_out else {}
    return {**found, "screens": ranked, **more}
