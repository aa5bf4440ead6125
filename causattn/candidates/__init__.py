"""Candidates: which pairs of features may be adjacent, by attention or by another screen."""

from causattn.candidates._edges import CandidateEdges

__all__ = ["CandidateEdges"]
