"""An effect whose reported numbers are fields, for estimators to build on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from causattn.effects.contract import Effect, Meaning


@dataclass(frozen=True, kw_only=True)
class ReportedEffect(Effect):
    """An effect with what it reports; attributes as for `Effect`."""

    estimate: float
    standard_error: float
    low: float
    high: float
    statistic: float
    scatter_error: float
    reported: tuple[int, int]
    meaning: Meaning
    rows: int
    method: str
    note: str = ""
    population: str = "all rows"
    more: Mapping[str, Any] = field(default_factory=dict)
