"""Hill climbing over DAGs and max-min hill climbing, by pgmpy, on the scores of this package.

Koller and Friedman (2009), "Probabilistic Graphical Models", section 18.4.3; Tsamardinos, Brown and
Aliferis (2006), "The max-min hill-climbing Bayesian network structure learning algorithm".

pgmpy takes any score, so both are given ours: the same penalty and priors as GES and BOSS have.
pgmpy 1.1.2's own max-min hill climbing forbids one direction only of each pair outside its
skeleton, and so finds edges there; here its skeleton search and its hill climbing are joined with
both directions forbidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.discovery.contract import SCORES, Algorithm, CandidateUse, Capability, Problem
from causattn.discovery.data import DiscoveryData
from causattn.discovery.libraries.calls import silenced
from causattn.discovery.libraries.without_torch import torch_later
from causattn.discovery.scores import LocalScore
from causattn.discovery.shared_settings import ScoreSettings, check_alpha, chosen_score
from causattn.graphs import CausalGraph

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class HillClimbingSettings(ScoreSettings):
    """Hill climbing over DAGs with a tabu list (pgmpy): a score, a DAG.

    Parameters
    ----------
    candidates
        ``"restrict"``: only candidate pairs can be adjacent; ``"ignore"``; ``"auto"`` restricts.
    max_parents
        Most parents of a variable, None for no bound.
    tabu_length
        How many of the last moves must not be undone.
    """

    kind: str = "hill_climbing"
    candidates: CandidateUse = "auto"
    max_parents: int | None = None
    tabu_length: int = 100


@dataclass(frozen=True, kw_only=True)
class MmhcSettings(ScoreSettings):
    """Max-min hill climbing (pgmpy): chi-square tests, then a score, a DAG; discrete data.

    Parameters
    ----------
    alpha
        Level of the chi-square tests of the skeleton search.
    tabu_length
        How many of the last moves must not be undone.
    """

    kind: str = "mmhc"
    alpha: float = 0.01
    tabu_length: int = 100


def run_hill_climbing(problem: Problem, settings: HillClimbingSettings) -> CausalGraph:
    """Solve a prepared problem."""
    data = problem.data
    chosen = chosen_score(data, settings, HILL_CLIMBING.capability(settings).scores)
    forbidden: set[tuple[int, int]] = set()
    if problem.candidates is not None:
        allowed = problem.candidates.allowed
        forbidden = {(i, j) for i, j in permutations(range(data.size), 2) if not allowed[i, j]}
    with silenced():
        edges = _climb(data, chosen.local, forbidden, settings.tabu_length, settings.max_parents)
    return _graph(data, edges, chosen.local, f"hill climbing ({chosen.text}, pgmpy)")


def run_mmhc(problem: Problem, settings: MmhcSettings) -> CausalGraph:
    """Solve a prepared problem."""
    check_alpha(settings.alpha)
    data = problem.data
    chosen = chosen_score(data, settings, MMHC.capability(settings).scores)
    with silenced():
        with torch_later():
            from pgmpy.estimators import MmhcEstimator

        skeleton = MmhcEstimator(_frame(data)).mmpc(settings.alpha)
        forbidden = {
            (first, second)
            for first, second in permutations(range(data.size), 2)
            if not skeleton.has_edge(first, second)
        }
        edges = _climb(data, chosen.local, forbidden, settings.tabu_length, None)
    about = f"chi_square, alpha {settings.alpha:g}, {chosen.text}, pgmpy"
    return _graph(data, edges, chosen.local, f"max-min hill climbing ({about})")


def _climb(
    data: DiscoveryData,
    score: LocalScore,
    forbidden: set[tuple[int, int]],
    tabu_length: int,
    max_parents: int | None,
) -> list[tuple[int, int]]:
    """Run pgmpy's hill climbing with our score and return its edges, as columns of the data."""
    with torch_later():
        from pgmpy.causal_discovery import ExpertKnowledge, HillClimbSearch
        from pgmpy.structure_score import BaseStructureScore

    class OurScore(BaseStructureScore):
        """A `LocalScore` as pgmpy asks for it."""

        def _local_score(self, variable: int, parents: tuple[int, ...]) -> float:
            return score.local_score(variable, list(parents))

        def local_score(self, variable: int, parents: Any) -> float:
            return self._local_score(variable, tuple(parents))

    frame = _frame(data)
    search = HillClimbSearch(
        scoring_method=OurScore(frame),
        tabu_length=tabu_length,
        max_indegree=max_parents,
        expert_knowledge=ExpertKnowledge(forbidden_edges=sorted(forbidden)),
        return_type="dag",
        show_progress=False,
    )
    search.fit(frame)
    return [(int(source), int(target)) for source, target in search.causal_graph_.edges()]


def _frame(data: DiscoveryData) -> pd.DataFrame:
    """Return the data with numbers for names.

    pgmpy goes through sets of pairs of names and takes the first of equal moves; the order of texts
    in a set is another in every process.
    """
    import pandas as pd

    return pd.DataFrame(data.values, columns=list(range(data.size)))


def _graph(
    data: DiscoveryData, edges: list[tuple[int, int]], score: LocalScore, algorithm: str
) -> CausalGraph:
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


HILL_CLIMBING = Algorithm(
    name="hill_climbing",
    title="Hill climbing over DAGs",
    gives="dag",
    settings=HillClimbingSettings,
    engines={
        "": Capability(
            data_kinds=frozenset({"continuous", "discrete"}),
            scores=SCORES,
            candidates=frozenset({"restrict"}),
        )
    },
    run=run_hill_climbing,
    source="Koller and Friedman 2009",
)

MMHC = Algorithm(
    name="mmhc",
    title="Max-min hill climbing",
    gives="dag",
    settings=MmhcSettings,
    engines={
        "": Capability(
            data_kinds=frozenset({"discrete"}),
            tests={"chi_square": frozenset({"discrete"})},
            scores=SCORES,
        )
    },
    run=run_mmhc,
    source="Tsamardinos, Brown and Aliferis 2006",
)
