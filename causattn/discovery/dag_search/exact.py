"""Exact search: the DAG of highest score.

Time and memory grow exponentially with the number of variables, less so where candidates or
`max_parents` leave few sets of parents. Graphs of one class have the same score; the one returned
does not depend on which of them was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from causattn.base import CapabilityError
from causattn.discovery.contract import (
    ANY,
    CONTINUOUS_OR_DISCRETE,
    Algorithm,
    CandidateUse,
    Capability,
    Problem,
)
from causattn.discovery.dag_search.climb import dag_of
from causattn.discovery.dag_search.lattice import (
    TABLES_UP_TO,
    best_by_astar,
    best_by_programming,
)
from causattn.discovery.dag_search.parent_sets import parent_sets_of
from causattn.discovery.knowledge import known_class
from causattn.discovery.scores import LocalScore
from causattn.discovery.shared_settings import ScoreSettings, chosen_score
from causattn.graphs import CausalGraph, pdag_to_dag

LARGEST = 25
"""More possible parents than this make 2^25 families of one variable, which is out of reach."""

PROGRAMMING_UP_TO = 15
"""With so many variables it is faster to go through all sets of them than to look where to go."""


@dataclass(frozen=True, kw_only=True)
class ExactSettings(ScoreSettings):
    """Exact search: the DAG of highest score, for few variables.

    Parameters
    ----------
    method
        ``astar``, ``dp`` (dynamic programming, up to 20 variables), or ``auto``: the faster one;
        all find the optimum.
    candidates
        ``restrict`` (only candidates can be adjacent), ``ignore``, or ``auto``: restrict.
    max_parents
        Most parents of a variable, null for no bound.
    knowledge
        ``{required: [[a, b]], forbidden: [[c, d]], tiers: [[a], [b, c]], order: [a, b]}``;
        null: a label comes after all else, unless the truth is known; ``{}``: nothing is assumed.
    """

    kind: str = "exact"
    method: Literal["auto", "astar", "dp"] = "auto"
    candidates: CandidateUse = "auto"
    max_parents: int | None = None
    knowledge: dict[str, Any] | None = None


class Exact(Algorithm):
    """Exact search: the DAG of highest score, for few variables."""

    name = "exact"
    order_matters = "graphs of one class have one score, and the columns' order picks among them"
    gives = "dag"
    settings = ExactSettings
    capability = Capability(
        data_kinds=CONTINUOUS_OR_DISCRETE,
        scores=ANY,
        candidates=frozenset({"restrict"}),
        knowledge=True,
    )
    paper = (
        "Yuan and Malone (2013), Learning optimal Bayesian networks: a shortest path perspective"
    )

    def run(self, problem: Problem, settings: ExactSettings) -> CausalGraph:
        """Solve a prepared problem.

        Raises
        ------
        CapabilityError
            For too many possible parents, or more variables than dynamic programming can have.
        """
        data = problem.data
        chosen = chosen_score(problem, settings, self.capability)
        possible = ~np.eye(data.size, dtype=bool)
        if problem.candidates is not None:
            possible &= problem.candidates.allowed
        required = np.zeros_like(possible)
        if problem.knowledge is not None:
            required, forbidden = problem.knowledge.matrices(data.names)
            possible = possible & ~forbidden | required
        _check_size(possible, settings)
        method = settings.method
        if method == "auto":
            method = "dp" if data.size <= PROGRAMMING_UP_TO else "astar"
        dag = best_dag(chosen.local, possible, required, settings.max_parents, method)
        about = f"exact search ({chosen.text}, {method})"
        return dag_of(data, dag, chosen.local, about)


def best_dag(
    score: LocalScore,
    possible: np.ndarray,
    required: np.ndarray,
    max_parents: int | None = None,
    method: str = "astar",
) -> np.ndarray:
    """Return a DAG of highest score.

    Parameters
    ----------
    score
        A local score.
    possible, required
        bool [p, p], from row to column: edges that may be there, and those of them that have to,
        without a cycle.
    max_parents
        Most parents of a variable.
    method
        ``"astar"`` or ``"dp"``.

    Returns
    -------
    dag
        bool [p, p], from row to column.
    """
    most = score.size if max_parents is None else max_parents
    families = [
        parent_sets_of(
            score,
            node,
            np.flatnonzero(possible[:, node]).tolist(),
            np.flatnonzero(required[:, node]).tolist(),
            most,
        )
        for node in range(score.size)
    ]
    for node, each in enumerate(families):
        if not each.members:
            raise CapabilityError(
                "A variable has no set of parents that has a score: knowledge requires "
                f"{int(required[:, node].sum())} of them; raise max_parents."
            )
    search = best_by_astar if method == "astar" else best_by_programming
    parents = search(families)
    found = np.array([[bool(of >> v & 1) for of in parents] for v in range(score.size)])
    # Rounding decides which graph of the class was found; this one is the same for any of them.
    member = pdag_to_dag(known_class(found, required, ~possible)) != 0
    fits = not (member & ~possible).any() and member.sum(axis=0).max() <= most
    if fits and score.total(member) >= score.total(found) - score.size * score.tie_tolerance:
        return member
    return found


def _check_size(possible: np.ndarray, settings: ExactSettings) -> None:
    most = int(possible.sum(axis=0).max())
    if most > LARGEST and settings.max_parents is None:
        raise CapabilityError(
            "exact search tries every set of a variable's possible parents, and there are "
            f"{most} of them for one variable; set max_parents, restrict by candidates to "
            f"{LARGEST} or fewer, or choose ges."
        )
    if len(possible) > TABLES_UP_TO and settings.method == "dp":
        raise CapabilityError(
            f"Dynamic programming goes through all sets of {len(possible)} variables, and "
            f"those of {TABLES_UP_TO} can be had; set method=astar, or choose ges."
        )


ALGORITHM = Exact()
