"""ICA-LiNGAM, by causal-learn: linear, not Gaussian, by independent component analysis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from causattn.base import Bounds, integer_seed
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
    max_iterations: Annotated[int, Bounds(least=1)] = 1000


class IcaLingam(Algorithm):
    """ICA-LiNGAM: linear, not Gaussian, a DAG; continuous data."""

    name = "ica_lingam"
    order_matters = "the analysis of components begins at random, column by column"
    gives = "dag"
    settings = IcaLingamSettings
    capability = Capability(data_kinds=CONTINUOUS, seeded=True, imports=LINGAM)
    paper = "Shimizu et al. (2006), A linear non-Gaussian acyclic model for causal discovery"

    def run(self, problem: Problem, settings: IcaLingamSettings) -> CausalGraph:
        """Solve a prepared problem."""
        seed = integer_seed(problem.seed, "discovery", "ica_lingam")
        model = _model()(random_state=seed, max_iter=settings.max_iterations)
        return fitted_lingam(model, problem, "ica lingam (causal-learn)", seed)

    def beyond_class(self, problem: Problem, graph: CausalGraph) -> tuple[bool, str]:
        """Return whether the noises are what LiNGAM assumes."""
        return lingam_assumptions(problem, graph)


def _model() -> Any:
    """Return causal-learn's ICA-LiNGAM with the search for an order mended.

    0.1.4.8 sets one coefficient more to 0 than it should before it first looks for an order, so
    that of two variables both are 0 and the first column always comes first.
    """
    from causallearn.search.FCMBased.lingam import ICALiNGAM

    class Mended(ICALiNGAM):
        """Looks before each further coefficient is set to 0."""

        def _estimate_causal_order(self, matrix: np.ndarray) -> list[int]:
            size = len(matrix)
            places = np.argsort(np.abs(matrix), axis=None)
            matrix = matrix.copy()
            matrix.flat[places[: size * (size + 1) // 2]] = 0
            for place in places[size * (size + 1) // 2 :]:
                order = self._search_causal_order(matrix)
                if order is not None:
                    break
                matrix.flat[place] = 0
            return list(self._search_causal_order(matrix))

    return Mended


ALGORITHM = IcaLingam()
