"""PC on arrays: fast, restricted to candidates where asked, in several back ends."""

from causattn.discovery._pc._discrete import DiscreteStatistics
from causattn.discovery._pc._gaussian_statistics import GaussianStatistics
from causattn.discovery._pc._result import PCResult
from causattn.discovery._pc._run import run_pc, run_restricted_pc_with

__all__ = [
    "DiscreteStatistics",
    "GaussianStatistics",
    "PCResult",
    "run_pc",
    "run_restricted_pc_with",
]
