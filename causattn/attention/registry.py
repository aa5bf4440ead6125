"""Every measure by the name that a configuration gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.base import Registry

if TYPE_CHECKING:
    from causattn.attention.contract import Measure

MEASURES: Registry[type[Measure]] = Registry(
    "measures",
    "measure",
    "MEASURE",
    "causattn.attention.measures",
    "causattn.attention.contract:Measure",
    "attention.measures",
)
