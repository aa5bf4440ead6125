"""What an effect is on, in words: the outcome's level and unit, and the values compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from causattn.base import held_apart

_LEVEL = re.compile(r"P\((.*) = (.*)\)")


def outcome_in_words(row: Mapping[Any, Any], side: str, width: int | None = None) -> str:
    """Return what an effect is on, empty where that is not known.

    A probability of a level, ``P(stars = 5)``, or a mean, whose unit is that of its variable.

    Parameters
    ----------
    row
        A row of the evidence table.
    side
        ``"data"``, ``"model"`` or ``"conditional"``.
    width
        The most characters of a name or level, where room is scarce.
    """
    outcome = row.get(f"{side}_outcome")
    if not isinstance(outcome, str):
        return ""
    if level := _LEVEL.fullmatch(outcome):
        return f"P({held_apart(level[1], width)} = {held_apart(level[2], width)})"
    if outcome.startswith("P("):
        return held_apart(outcome)
    return f"mean {held_apart(outcome, width)} (in its units)"


def values_compared(row: Mapping[Any, Any], width: int | None = None) -> tuple[str, str] | None:
    """Return the source's values from which and to which it is changed, None where not known."""
    low, high = row.get("data_from"), row.get("data_to")
    if not (isinstance(low, str) and isinstance(high, str)):
        return None
    return held_apart(low, width), held_apart(high, width)


def of_and_on(row: Mapping[str, Any]) -> str:
    """Return whose effect it is and on what, as it follows "an effect"; empty where not known."""
    outcome, compared = outcome_in_words(row, "data"), values_compared(row)
    if not outcome:
        return ""
    values = "" if compared is None else f" ({compared[0]} to {compared[1]})"
    return f" of {held_apart(row['source'])}{values} on {outcome}"
