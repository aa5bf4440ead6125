"""PC on arrays: fast, restricted to candidates where asked, in several back ends."""

from causattn.discovery.pc.discrete import DiscreteStatistics
from causattn.discovery.pc.gaussian_statistics import GaussianStatistics
from causattn.discovery.pc.result import PCResult
from causattn.discovery.pc.run import run_pc, run_restricted_pc_with
from causattn.discovery.pc.verdicts import Rules

__all__ = [
    "DiscreteStatistics",
    "GaussianStatistics",
    "PCResult",
    "Rules",
    "run_pc",
    "run_restricted_pc_with",
]
