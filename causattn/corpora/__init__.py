"""Corpora: documents, what is known of them, and, where it is known, the true graph."""

from causattn.corpora._corpus import POOLED, Corpus, Mentions

__all__ = ["POOLED", "Corpus", "Mentions"]
