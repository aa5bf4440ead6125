"""Hill climbing over DAGs, by pgmpy.

Koller and Friedman (2009), "Probabilistic Graphical Models", section 18.4.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

from causattn.discovery.contract import (
    ANY,
    CONTINUOUS_OR_DISCRETE,
    Algorithm,
    CandidateUse,
    Capability,
    Problem,
)
from causattn.discovery.libraries.calls import silenced
from causattn.discovery.libraries.pgmpy_search import PGMPY, climbed, dag_of
from causattn.discovery.shared_settings import ScoreSettings, chosen_score
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class HillClimbingSettings(ScoreSettings):
    """Hill climbing over DAGs with a tabu list (pgmpy): a score, a DAG.

    Parameters
    ----------
    candidates
        ``restrict`` (only candidates can be adjacent), ``ignore``, or ``auto``: restrict.
    max_parents
        Most parents of a variable, null for no bound.
    tabu_length
        How many of the last moves must not be undone.
    """

    kind: str = "hill_climbing"
    candidates: CandidateUse = "auto"
    max_parents: int | None = None
    tabu_length: int = 100


class HillClimbing(Algorithm):
    """Hill climbing over DAGs with a tabu list (pgmpy): a score, a DAG."""

    name = "hill_climbing"
    gives = "dag"
    settings = HillClimbingSettings
    capability = Capability(
        data_kinds=CONTINUOUS_OR_DISCRETE,
        scores=ANY,
        candidates=frozenset({"restrict"}),
        imports=PGMPY,
    )
    paper = "Koller and Friedman (2009), Probabilistic Graphical Models, section 18.4.3"

    def run(self, problem: Problem, settings: HillClimbingSettings) -> CausalGraph:
        """Solve a prepared problem."""
        data = problem.data
        chosen = chosen_score(problem, settings, self.capability)
        forbidden: set[tuple[int, int]] = set()
        if problem.candidates is not None:
            allowed = problem.candidates.allowed
            forbidden = {(i, j) for i, j in permutations(range(data.size), 2) if not allowed[i, j]}
        with silenced():
            edges = climbed(
                data, chosen.local, forbidden, settings.tabu_length, settings.max_parents
            )
        return dag_of(data, edges, chosen.local, f"hill climbing ({chosen.text}, pgmpy)")


ALGORITHM = HillClimbing()
