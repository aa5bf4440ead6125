"""pgmpy's hill climbing on the scores of this package.

pgmpy takes any score, so it is given ours: the same penalty and priors as GES and BOSS have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.discovery.data import DiscoveryData
from causattn.discovery.scores import LocalScore
from causattn.graphs import CausalGraph

if TYPE_CHECKING:
    import pandas as pd


PGMPY = ("pgmpy.causal_discovery", "pgmpy.structure_score")
"""What hill climbing imports."""


def climbed(
    data: DiscoveryData,
    score: LocalScore,
    forbidden: set[tuple[int, int]],
    tabu_length: int,
    max_parents: int | None,
    required: set[tuple[int, int]] | None = None,
) -> list[tuple[int, int]]:
    """Run pgmpy's hill climbing with a score and return its edges, as columns of the data.

    Importing it loads torch, where that is installed: pgmpy 1.1.2 imports it at the top of
    ``pgmpy.utils.compat_fns``.
    """
    from pgmpy.causal_discovery import ExpertKnowledge, HillClimbSearch
    from pgmpy.structure_score import BaseStructureScore

    class OurScore(BaseStructureScore):
        """A `LocalScore` as pgmpy asks for it."""

        def _local_score(self, variable: int, parents: tuple[int, ...]) -> float:
            return score.local_score(variable, list(parents))

        def local_score(self, variable: int, parents: Any) -> float:
            return self._local_score(variable, tuple(parents))

    frame = numbered_frame(data)
    search = HillClimbSearch(
        scoring_method=OurScore(frame),
        tabu_length=tabu_length,
        max_indegree=max_parents,
        expert_knowledge=ExpertKnowledge(
            forbidden_edges=sorted(forbidden), required_edges=sorted(required or ())
        ),
        return_type="dag",
        show_progress=False,
    )
    search.fit(frame)
    return [(int(source), int(target)) for source, target in search.causal_graph_.edges()]


def pairs_of(matrix: np.ndarray) -> set[tuple[int, int]]:
    """Return the places of a bool matrix [p, p] that are set, without its diagonal."""
    return {(int(i), int(j)) for i, j in np.argwhere(matrix) if i != j}


def numbered_frame(data: DiscoveryData) -> pd.DataFrame:
    """Return the data with numbers for names.

    pgmpy goes through sets of pairs of names and takes the first of equal moves; the order of texts
    in a set is another in every process.
    """
    import pandas as pd

    return pd.DataFrame(data.values, columns=list(range(data.size)))


def dag_of(
    data: DiscoveryData, edges: list[tuple[int, int]], score: LocalScore, algorithm: str
) -> CausalGraph:
    """Return edges as a graph with its score."""
    adjacency = np.zeros((data.size, data.size), dtype=np.uint8)
    for source, target in edges:
        adjacency[source, target] = 1
    return CausalGraph.from_adjacency(
        adjacency,
        data.names,
        direction="from row to column",
        kind="dag",
        algorithm=algorithm,
        score=score.total(adjacency),
    )
