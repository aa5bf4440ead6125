"""Experiments that installed packages and plugins bring: ``PAPER`` names a folder."""

from causattn.base import Registry
from causattn.reproduction.contract import Paper

PAPERS: Registry[Paper] = Registry(
    "papers",
    "paper",
    "PAPER",
    "causattn.reproduction",
    "causattn.reproduction.contract:Paper",
    "causattn reproduce",
)
