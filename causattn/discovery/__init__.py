"""Discovery: from a table and candidate edges to a causal graph, by any of many algorithms."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.discovery.assumed import ASSUMED
    from causattn.discovery.comparison import compare_algorithms
    from causattn.discovery.contract import (
        ANY,
        ANY_DATA,
        CONTINUOUS,
        CONTINUOUS_OR_DISCRETE,
        DISCRETE,
        Algorithm,
        Capability,
        Problem,
        RunSettings,
    )
    from causattn.discovery.data import DiscoveryData, as_discovery_data
    from causattn.discovery.discover import (
        BEYOND_CLASS,
        KNOWLEDGE,
        discover,
        discovery_settings,
    )
    from causattn.discovery.ges.ges import ges
    from causattn.discovery.icd import (
        iterative_causal_discovery,
        path_lengths,
        possible_ancestors,
    )
    from causattn.discovery.icd.abcd import AttentionTest, abcd
    from causattn.discovery.knowledge import Knowledge
    from causattn.discovery.pc import DiscreteStatistics, GaussianStatistics, PCResult, run_pc
    from causattn.discovery.pc.pc import pc
    from causattn.discovery.permutation.boss import boss
    from causattn.discovery.permutation.ils import ils
    from causattn.discovery.registry import ALGORITHMS, SCORES, TESTS
    from causattn.discovery.running.stability import EdgeFrequencies, edge_frequencies
    from causattn.discovery.running.time_limit import TimedOutError
    from causattn.discovery.running.weights import edge_log_prior, edge_probabilities, pair_levels
    from causattn.discovery.scores.contract import Families, Score
    from causattn.discovery.shared_settings import ScoreSettings, TestSettings
    from causattn.discovery.tests.contract import BatchTest, IndependenceTest

__all__ = [
    "ALGORITHMS",
    "ANY",
    "ANY_DATA",
    "ASSUMED",
    "BEYOND_CLASS",
    "CONTINUOUS",
    "CONTINUOUS_OR_DISCRETE",
    "DISCRETE",
    "KNOWLEDGE",
    "SCORES",
    "TESTS",
    "Algorithm",
    "AttentionTest",
    "BatchTest",
    "Capability",
    "DiscoveryData",
    "DiscreteStatistics",
    "EdgeFrequencies",
    "Families",
    "GaussianStatistics",
    "IndependenceTest",
    "Knowledge",
    "PCResult",
    "Problem",
    "RunSettings",
    "Score",
    "ScoreSettings",
    "TestSettings",
    "TimedOutError",
    "abcd",
    "as_discovery_data",
    "boss",
    "compare_algorithms",
    "discover",
    "discovery_settings",
    "edge_frequencies",
    "edge_log_prior",
    "edge_probabilities",
    "ges",
    "ils",
    "iterative_causal_discovery",
    "pair_levels",
    "path_lengths",
    "pc",
    "possible_ancestors",
    "run_pc",
]

__getattr__ = on_demand(__name__, __file__)
