"""All algorithms by name."""

from __future__ import annotations

from causattn.discovery._algorithm import Algorithm
from causattn.discovery._baselines import BASELINES
from causattn.discovery._constraint_based import PC
from causattn.discovery._continuous import DAGMA
from causattn.discovery._exact import EXACT
from causattn.discovery._functional import FUNCTIONAL
from causattn.discovery._hill_climbing import HILL_CLIMBING, MMHC
from causattn.discovery._icd import ICD
from causattn.discovery._latent import FCI, GIN
from causattn.discovery._permutation_based import BOSS, GRASP
from causattn.discovery._score_based import GES

ALGORITHMS: dict[str, Algorithm] = {
    algorithm.name: algorithm
    for algorithm in (
        PC,
        FCI,
        ICD,
        GES,
        BOSS,
        GRASP,
        EXACT,
        HILL_CLIMBING,
        MMHC,
        *FUNCTIONAL,
        DAGMA,
        GIN,
        *BASELINES,
    )
}
"""Every algorithm that `discover` knows, by the word a configuration uses."""
