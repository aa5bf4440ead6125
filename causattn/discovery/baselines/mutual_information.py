"""The pairs with the most mutual information in the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from causattn.base import Bounds
from causattn.discovery.baselines.pairwise import mutual_information, undirected_graph
from causattn.discovery.contract import (
    CONTINUOUS_OR_DISCRETE,
    Algorithm,
    Capability,
    Problem,
    RunSettings,
)
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class MutualInformationSettings(RunSettings):
    """Baseline: the pairs with the most mutual information in the data.

    Parameters
    ----------
    edges
        How many of the strongest pairs are edges; null for those that are significant.
    alpha
        Level of the test of each pair's independence, used where `edges` is null.
    """

    kind: str = "mutual_information"
    edges: Annotated[int, Bounds(least=0)] | None = None
    alpha: float = 0.01


class MutualInformation(Algorithm):
    """Baseline: the pairs with the most mutual information in the data."""

    name = "mutual_information"
    settings = MutualInformationSettings
    capability = Capability(data_kinds=CONTINUOUS_OR_DISCRETE)
    baseline = True

    def run(self, problem: Problem, settings: MutualInformationSettings) -> CausalGraph:
        """Return the pairs with the most mutual information as undirected edges."""
        information, p_value = mutual_information(problem.data)
        if settings.edges is None:
            allowed = p_value <= settings.alpha
            how = f"pairs significant at alpha {settings.alpha:g}"
        else:
            allowed = np.ones_like(p_value, dtype=bool)
            how = f"{settings.edges} strongest pairs"
        graph = undirected_graph(problem.data.names, information, allowed, settings.edges)
        return CausalGraph(
            problem.data.names,
            graph.marks,
            kind="cpdag",
            algorithm=f"mutual information ({how})",
            tests=problem.data.size * (problem.data.size - 1) // 2,
        )


ALGORITHM = MutualInformation()
