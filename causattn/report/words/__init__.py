"""A run in words."""

from causattn.report.words.text import isolated, number, visible

__all__ = ["isolated", "number", "visible"]
