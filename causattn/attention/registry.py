"""Every measure by the name that a configuration gives it."""

from __future__ import annotations

from causattn.attention.contract import Measure
from causattn.base import Registry

MEASURES: Registry[type[Measure]] = Registry(
    "measures",
    "measure",
    "MEASURE",
    "causattn.attention.measures",
    "causattn.attention.contract:Measure",
    "attention.measures",
)
