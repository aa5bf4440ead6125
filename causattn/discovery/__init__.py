"""Discovery: from a table and candidate edges to a causal graph, by any of many algorithms."""

from causattn.discovery._abcd import AttentionTest, abcd
from causattn.discovery._algorithm import Algorithm, Capability
from causattn.discovery._comparison import compare_algorithms
from causattn.discovery._constraint_based import pc
from causattn.discovery._discover import discover, discovery_settings
from causattn.discovery._icd import (
    iterative_causal_discovery,
    path_lengths,
    possible_ancestors,
)
from causattn.discovery._knowledge import Knowledge
from causattn.discovery._registry import ALGORITHMS
from causattn.discovery._score_based import ges
from causattn.discovery._stability import EdgeFrequencies, edge_frequencies
from causattn.discovery._time_limit import TimedOutError
from causattn.discovery._weights import edge_log_prior, edge_probabilities, pair_levels

__all__ = [
    "ALGORITHMS",
    "Algorithm",
    "AttentionTest",
    "Capability",
    "EdgeFrequencies",
    "Knowledge",
    "TimedOutError",
    "abcd",
    "compare_algorithms",
    "discover",
    "discovery_settings",
    "edge_frequencies",
    "edge_log_prior",
    "edge_probabilities",
    "ges",
    "iterative_causal_discovery",
    "pair_levels",
    "path_lengths",
    "pc",
    "possible_ancestors",
]
