"""What is assumed of directions where nobody says: features precede what is predicted from them.

A table may say which of its columns come last (``about["last"]``, such as a label) and which first
(``about["first"]``, such as the year). An algorithm that takes knowledge then gets them as tiers,
and ``graph.details["assumed"]`` says so: such an arrow is no finding, and no evidence of anybody.
Knowledge that is given stands instead; an empty mapping assumes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from causattn.discovery.contract import Algorithm, RunSettings

if TYPE_CHECKING:
    from causattn.discovery.knowledge import Knowledge

ASSUMED = "assumed"
"""Key of `CausalGraph.details`: whether the knowledge was assumed, or why it was not used."""
FIRST, LAST = "first", "last"
"""Entries of `FeatureTable.about`: columns that come before, and after, all others."""


def assumed_knowledge(
    algorithm: Algorithm, settings: RunSettings, data: Any
) -> tuple[Knowledge | None, str | bool | None]:
    """Return what is assumed, and the note on it.

    Parameters
    ----------
    algorithm, settings
        What is to run; knowledge in the settings leaves no room for an assumption.
    data
        A feature table, or anything else, of which nothing is assumed.

    Returns
    -------
    None and None where nothing could be assumed; None and why where the algorithm takes no
    knowledge.
    """
    if getattr(settings, "knowledge", None) is not None:
        return None, None
    tiers = assumed_tiers(data)
    if not tiers:
        return None, None
    if not algorithm.capability_of(settings).knowledge:
        return None, f"not used: {settings.kind} takes no knowledge"
    from causattn.discovery.knowledge import Knowledge

    return Knowledge(tiers=tiers), True


def assumed_tiers(data: Any) -> tuple[tuple[str, ...], ...]:
    """Return the tiers that a table speaks of, causes first; none where it speaks of none."""
    about: Mapping[str, Any] = getattr(data, "about", None) or {}
    names = tuple(getattr(data, "names", ()))
    first = tuple(name for name in names if name in (about.get(FIRST) or ()))
    last = tuple(name for name in names if name in (about.get(LAST) or ()))
    between = tuple(name for name in names if name not in (*first, *last))
    tiers = tuple(tier for tier in (first, between, last) if tier)
    return tiers if len(tiers) > 1 else ()
