"""ICA-LiNGAM, by causal-learn: linear, not Gaussian, by independent component analysis."""

from __future__ import annotations

from dataclasses import dataclass

from causattn.base import integer_seed
from causattn.discovery.contract import CONTINUOUS, Algorithm, Capability, Problem, RunSettings
from causattn.discovery.functional.lingam import LINGAM, fitted_lingam, lingam_assumptions
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class IcaLingamSettings(RunSettings):
    """ICA-LiNGAM: linear, not Gaussian, a DAG; continuous data.

    Parameters
    ----------
    max_iterations
        Of FastICA.
    """

    kind: str = "ica_lingam"
    max_iterations: int = 1000


class IcaLingam(Algorithm):
    """ICA-LiNGAM: linear, not Gaussian, a DAG; continuous data."""

    name = "ica_lingam"
    gives = "dag"
    settings = IcaLingamSettings
    capability = Capability(data_kinds=CONTINUOUS, seeded=True, imports=LINGAM)
    paper = "Shimizu et al. (2006), A linear non-Gaussian acyclic model for causal discovery"

    def run(self, problem: Problem, settings: IcaLingamSettings) -> CausalGraph:
        """Solve a prepared problem."""
        from causallearn.search.FCMBased.lingam import ICALiNGAM

        seed = integer_seed(problem.seed, "discovery", "ica_lingam")
        model = ICALiNGAM(random_state=seed, max_iter=settings.max_iterations)
        return fitted_lingam(model, problem, "ica lingam (causal-learn)", seed)

    def beyond_class(self, problem: Problem, graph: CausalGraph) -> tuple[bool, str]:
        """Return whether the noises are what LiNGAM assumes."""
        return lingam_assumptions(problem, graph)


ALGORITHM = IcaLingam()
