"""Jain and Wallace (2019): attention is not explanation, on the Stanford Sentiment Treebank."""

from causattn.papers.jain_wallace.reproduction import PAPER

__all__ = ["PAPER"]
