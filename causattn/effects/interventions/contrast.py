"""Which change an effect speaks of; apart from trials, so that data's effects load no model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Contrast:
    """Which change is asked for: the source's values (from, to), and the target's value."""

    start: str
    end: str
    value: str | None
