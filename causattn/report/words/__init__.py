"""A run in words."""

from causattn.report.words.text import isolated, number

__all__ = ["isolated", "number"]
