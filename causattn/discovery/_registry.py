"""All algorithms by name."""

from __future__ import annotations

from causattn.discovery._algorithm import Algorithm
from causattn.discovery._baselines import BASELINES
from causattn.discovery._constraint_based import PC
from causattn.discovery._score_based import GES

ALGORITHMS: dict[str, Algorithm] = {
    algorithm.name: algorithm for algorithm in (PC, GES, *BASELINES)
}
"""Every algorithm that `discover` knows, by the word a configuration uses."""
