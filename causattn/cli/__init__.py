"""The command line: ``causattn run``, ``causattn sweep`` and what looks after their results."""

from causattn.cli.main import main

__all__ = ["main"]
