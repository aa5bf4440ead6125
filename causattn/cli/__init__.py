"""The command line: ``causattn run``, ``causattn sweep`` and what looks after their results."""

from causattn.cli._main import main

__all__ = ["main"]
