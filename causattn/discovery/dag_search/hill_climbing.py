"""Hill climbing over DAGs.

Koller and Friedman (2009), "Probabilistic Graphical Models", section 18.4.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from causattn.base import Bounds
from causattn.discovery.contract import (
    ANY,
    CONTINUOUS_OR_DISCRETE,
    Algorithm,
    CandidateUse,
    Capability,
    Problem,
)
from causattn.discovery.dag_search.climb import climbed, dag_of
from causattn.discovery.shared_settings import ScoreSettings, chosen_score
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class HillClimbingSettings(ScoreSettings):
    """Hill climbing over DAGs with a tabu list: a score, a DAG.

    Parameters
    ----------
    candidates
        ``restrict`` (only candidates can be adjacent), ``ignore``, or ``auto``: restrict.
    max_parents
        Most parents of a variable, null for no bound.
    tabu_length
        How many of the last moves must not be undone.
    knowledge
        ``{required: [[a, b]], forbidden: [[c, d]], tiers: [[a], [b, c]], order: [a, b]}``;
        null: a label comes after all else, unless the truth is known; ``{}``: nothing is assumed.
    """

    kind: str = "hill_climbing"
    candidates: CandidateUse = "auto"
    max_parents: int | None = None
    tabu_length: Annotated[int, Bounds(least=0)] = 100
    knowledge: dict[str, Any] | None = None


class HillClimbing(Algorithm):
    """Hill climbing over DAGs with a tabu list: a score, a DAG."""

    name = "hill_climbing"
    order_matters = "of equal moves the first is made"
    gives = "dag"
    settings = HillClimbingSettings
    capability = Capability(
        data_kinds=CONTINUOUS_OR_DISCRETE,
        scores=ANY,
        candidates=frozenset({"restrict"}),
        knowledge=True,
    )
    paper = "Koller and Friedman (2009), Probabilistic Graphical Models, section 18.4.3"

    def run(self, problem: Problem, settings: HillClimbingSettings) -> CausalGraph:
        """Solve a prepared problem."""
        data = problem.data
        chosen = chosen_score(problem, settings, self.capability)
        required = np.zeros((data.size, data.size), dtype=bool)
        barred = np.zeros_like(required)
        if problem.candidates is not None:
            barred |= ~problem.candidates.allowed
        if problem.knowledge is not None:
            required, forbidden = problem.knowledge.matrices(data.names)
            barred |= forbidden
        dag = climbed(chosen.local, barred, settings.tabu_length, settings.max_parents, required)
        return dag_of(data, dag, chosen.local, f"hill climbing ({chosen.text})")


ALGORITHM = HillClimbing()
