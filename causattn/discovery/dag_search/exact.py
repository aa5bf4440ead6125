"""Exact search: the DAG of highest BIC, by causal-learn's A* (Yuan and Malone 2013).

Its score is the Gaussian BIC as published, that is with penalty 0.5. Time and memory grow
exponentially with the number of variables, less so where candidates leave few possible parents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from causattn.base import CapabilityError
from causattn.discovery.contract import (
    CONTINUOUS,
    Algorithm,
    CandidateUse,
    Capability,
    Problem,
)
from causattn.discovery.libraries.calls import silenced
from causattn.discovery.shared_settings import ScoreSettings, chosen_score
from causattn.graphs import CausalGraph

LARGEST = 25
"""More possible parents than this make 2^25 families of one variable, which is out of reach."""


@dataclass(frozen=True, kw_only=True)
class ExactSettings(ScoreSettings):
    """Exact search: the DAG of highest Gaussian BIC, for few variables.

    Parameters
    ----------
    penalty
        Price of a parameter in units of log n; 0.5, the BIC as published, is the only one it has.
    method
        ``astar`` or ``dp`` (dynamic programming); both find the optimum.
    candidates
        ``restrict`` (only candidates can be adjacent), ``ignore``, or ``auto``: restrict.
    max_parents
        Most parents of a variable, null for no bound.
    """

    kind: str = "exact"
    method: Literal["astar", "dp"] = "astar"
    candidates: CandidateUse = "auto"
    max_parents: int | None = None


class Exact(Algorithm):
    """Exact search: the DAG of highest Gaussian BIC, for few variables."""

    name = "exact"
    order_matters = "graphs of one class have one score, and the columns' order picks among them"
    gives = "dag"
    settings = ExactSettings
    capability = Capability(
        data_kinds=CONTINUOUS,
        scores={"bic": CONTINUOUS},
        only="causal-learn computes the score itself",
        candidates=frozenset({"restrict"}),
        imports=("causallearn.search.ScoreBased.ExactSearch",),
    )
    paper = (
        "Yuan and Malone (2013), Learning optimal Bayesian networks: a shortest path perspective"
    )

    def run(self, problem: Problem, settings: ExactSettings) -> CausalGraph:
        """Solve a prepared problem.

        Raises
        ------
        CapabilityError
            For a penalty other than 0.5, or too many possible parents.
        """
        from causallearn.search.ScoreBased.ExactSearch import bic_exact_search

        data = problem.data
        chosen = chosen_score(problem, settings, self.capability)
        if settings.penalty != 0.5:
            raise CapabilityError(
                "exact search has the BIC as published, penalty 0.5, and "
                f"penalty={settings.penalty:g} was asked for; set penalty=0.5, or choose ges or "
                "boss."
            )
        possible = np.ones((data.size, data.size)) - np.eye(data.size)
        if problem.candidates is not None:
            possible *= problem.candidates.allowed
        most = int(possible.sum(axis=0).max())
        if most > LARGEST and settings.max_parents is None:
            raise CapabilityError(
                "exact search tries every set of a variable's possible parents, and there are "
                f"{most} of them for one variable; set max_parents, restrict by candidates to "
                f"{LARGEST} or fewer, or choose ges."
            )
        with silenced():
            adjacency, _ = bic_exact_search(
                data.values - data.values.mean(axis=0),
                super_graph=possible,
                search_method=settings.method,
                max_parents=settings.max_parents,
            )
        return CausalGraph.from_adjacency(
            adjacency,
            data.names,
            direction="from row to column",
            kind="dag",
            algorithm=f"exact search ({chosen.text}, {settings.method}, causal-learn)",
            score=chosen.local.total(adjacency),
        )


ALGORITHM = Exact()
