"""Discovery: from a table and candidate edges to a causal graph, by any of many algorithms."""

from causattn.discovery._algorithm import Algorithm, Capability
from causattn.discovery._constraint_based import pc
from causattn.discovery._discover import discover
from causattn.discovery._registry import ALGORITHMS
from causattn.discovery._score_based import ges

__all__ = ["ALGORITHMS", "Algorithm", "Capability", "discover", "ges", "pc"]
