"""Causal additive models with unobserved variables, by causal-learn and the package pygam."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from causattn.base import Bounds, integer_seed
from causattn.discovery.contract import CONTINUOUS, Algorithm, Capability, Problem, RunSettings
from causattn.discovery.functional.lingam import LINGAM
from causattn.discovery.libraries.calls import seeded, silenced
from causattn.graphs import CausalGraph, Mark


@dataclass(frozen=True, kw_only=True)
class CamUvSettings(RunSettings):
    """CAM-UV: additive models with unobserved variables; needs the extra cam-uv (pygam).

    Parameters
    ----------
    alpha
        Level of each independence test.
    max_set_size
        Largest set of variables, child included, that is looked at together.
    """

    kind: str = "cam_uv"
    alpha: float = 0.01
    max_set_size: Annotated[int, Bounds(least=2)] = 3


class CamUv(Algorithm):
    """CAM-UV: additive models with unobserved variables; needs the extra cam-uv (pygam)."""

    name = "cam_uv"
    order_matters = "sets are gone through in the columns' order"
    gives = "pag"
    settings = CamUvSettings
    capability = Capability(data_kinds=CONTINUOUS, imports=LINGAM)
    paper = "Maeda and Shimizu (2021), Causal additive models with unobserved variables"
    package = "pygam"
    extra = "cam-uv"

    def run(self, problem: Problem, settings: CamUvSettings) -> CausalGraph:
        """Solve a prepared problem; a pair with an unobserved cause in common is ``<->``."""
        from causallearn.search.FCMBased.lingam import CAMUV

        data = problem.data
        with silenced(), seeded(integer_seed(problem.seed, "discovery", "cam_uv")):
            # The library's random Fourier features and splines want float64 in row order.
            parents, confounded = CAMUV.execute(
                np.ascontiguousarray(data.values), settings.alpha, settings.max_set_size
            )
        marks = np.zeros((data.size, data.size), dtype=np.int8)
        for child, sources in enumerate(parents):
            for source in sources:
                marks[source, child], marks[child, source] = Mark.ARROW, Mark.TAIL
        for pair in confounded:
            i, j = sorted(pair)
            marks[i, j] = marks[j, i] = Mark.ARROW
        return CausalGraph(
            data.names,
            marks,
            kind="pag",
            algorithm=f"cam-uv (alpha {settings.alpha:g}, causal-learn)",
        )


ALGORITHM = CamUv()
