"""Experiments that installed packages and plugins bring: ``PAPER`` names a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.base import Registry

if TYPE_CHECKING:
    from causattn.reproduction.contract import Paper

PAPERS: Registry[Paper] = Registry(
    "papers",
    "paper",
    "PAPER",
    "causattn.reproduction",
    "causattn.reproduction.contract:Paper",
    "causattn reproduce",
)
