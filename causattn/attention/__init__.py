"""Attention: captured as a stream and summed over a corpus from feature to feature."""

from causattn.attention._summary import AttentionMoments, AttentionSummary

__all__ = ["AttentionMoments", "AttentionSummary"]
