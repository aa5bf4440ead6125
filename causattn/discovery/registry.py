"""All algorithms by name."""

from __future__ import annotations

from causattn.discovery.baselines.baselines import BASELINES
from causattn.discovery.contract import Algorithm
from causattn.discovery.functional.functional import FUNCTIONAL
from causattn.discovery.ges.algorithm import GES
from causattn.discovery.icd import ICD
from causattn.discovery.libraries.dagma import DAGMA
from causattn.discovery.libraries.exact import EXACT
from causattn.discovery.libraries.hill_climbing import HILL_CLIMBING, MMHC
from causattn.discovery.libraries.latent import FCI, GIN
from causattn.discovery.pc.algorithm import PC
from causattn.discovery.permutation.algorithms import BOSS, GRASP

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
