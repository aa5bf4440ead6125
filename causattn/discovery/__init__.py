"""Discovery: from a table and candidate edges to a causal graph, by any of many algorithms."""

from causattn.discovery.comparison import compare_algorithms
from causattn.discovery.contract import Algorithm, Capability
from causattn.discovery.discover import discover, discovery_settings
from causattn.discovery.ges.algorithm import ges
from causattn.discovery.icd import (
    iterative_causal_discovery,
    path_lengths,
    possible_ancestors,
)
from causattn.discovery.icd.abcd import AttentionTest, abcd
from causattn.discovery.knowledge import Knowledge
from causattn.discovery.pc.algorithm import pc
from causattn.discovery.registry import ALGORITHMS
from causattn.discovery.running.stability import EdgeFrequencies, edge_frequencies
from causattn.discovery.running.time_limit import TimedOutError
from causattn.discovery.running.weights import edge_log_prior, edge_probabilities, pair_levels

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
