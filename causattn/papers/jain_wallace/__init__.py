"""Jain and Wallace (2019): attention is not explanation, on the Stanford Sentiment Treebank."""

from causattn.papers.jain_wallace._reproduction import PAPER

__all__ = ["PAPER"]
