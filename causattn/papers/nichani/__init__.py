"""Nichani, Damian and Lee (2024): gradient descent writes a causal graph into attention."""

from causattn.papers.nichani.reproduction import PAPER

__all__ = ["PAPER"]
