"""Every selector by the name that a configuration gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.base import Registry

if TYPE_CHECKING:
    from causattn.candidates.contract import Selector

SELECTORS: Registry[Selector] = Registry(
    "candidates",
    "selector",
    "SELECTOR",
    "causattn.candidates",
    "causattn.candidates.contract:Selector",
    "candidates.kind",
)
