"""The graph without edges."""

from __future__ import annotations

import numpy as np

from causattn.discovery.contract import ANY_DATA, Algorithm, Capability, Problem, RunSettings
from causattn.graphs import CausalGraph


class Empty(Algorithm):
    """Baseline: no edge at all."""

    name = "empty"
    gives = "dag"
    capability = Capability(data_kinds=ANY_DATA)
    baseline = True

    def run(self, problem: Problem, settings: RunSettings) -> CausalGraph:
        """Return the graph without edges."""
        marks = np.zeros((problem.data.size, problem.data.size), dtype=np.int8)
        return CausalGraph(problem.data.names, marks, kind="dag", algorithm="empty graph")


ALGORITHM = Empty()
