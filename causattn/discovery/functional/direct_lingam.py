"""DirectLiNGAM, by causal-learn: linear, not Gaussian, found from the first cause on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from causattn.base import integer_seed
from causattn.discovery.contract import CONTINUOUS, Algorithm, Capability, Problem, RunSettings
from causattn.discovery.functional.lingam import LINGAM, fitted_lingam, lingam_assumptions
from causattn.discovery.functional.pairwise_entropies import first_cause
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class DirectLingamSettings(RunSettings):
    """DirectLiNGAM: linear, not Gaussian, a DAG; continuous data.

    Parameters
    ----------
    measure
        Of independence: ``pwling`` (likelihood ratio) or ``kernel`` (slow).
    """

    kind: str = "direct_lingam"
    measure: Literal["pwling", "kernel"] = "pwling"


class DirectLingam(Algorithm):
    """DirectLiNGAM: linear, not Gaussian, a DAG; continuous data."""

    name = "direct_lingam"
    gives = "dag"
    settings = DirectLingamSettings
    capability = Capability(data_kinds=CONTINUOUS, seeded=True, imports=LINGAM)
    paper = (
        "Shimizu et al. (2011), DirectLiNGAM: a direct method for learning a linear non-Gaussian "
        "structural equation model"
    )

    def run(self, problem: Problem, settings: DirectLingamSettings) -> CausalGraph:
        """Solve a prepared problem."""
        from causallearn.search.FCMBased.lingam import DirectLiNGAM

        class AllPairsAtOnce(DirectLiNGAM):
            """causal-learn's, with the entropies of all pairs in one go."""

            def _search_causal_order(self, X: np.ndarray, U: np.ndarray) -> int:
                return int(U[first_cause(X[:, U])])

        seed = integer_seed(problem.seed, "discovery", "direct_lingam")
        model = AllPairsAtOnce(random_state=seed, measure=settings.measure)
        about = f"direct lingam ({settings.measure}, causal-learn)"
        return fitted_lingam(model, problem, about, seed)

    def beyond_class(self, problem: Problem, graph: CausalGraph) -> tuple[bool, str]:
        """Return whether the noises are what LiNGAM assumes."""
        return lingam_assumptions(problem, graph)


ALGORITHM = DirectLingam()
