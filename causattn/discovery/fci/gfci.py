"""GFCI, greedy fast causal inference: a search by score says which pairs FCI has to test.

Ogarrio, Spirtes and Ramsey (2016), "A hybrid causal search algorithm for latent variable models",
PGM; with BOSS in place of GES it is BOSS-FCI (Andrews et al. 2023). A DAG in which nothing is
separated that the data hold together has every edge that a PAG has, and what it separates is apart:
two variables by the parents of the one that comes later. What the parents leave adjacent FCI tests
as always. The score sees neither candidates nor knowledge, which no such DAG need keep to where
causes are hidden; FCI's part does.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Literal

import numpy as np

from causattn.base import CapabilityError
from causattn.discovery.contract import (
    ANY,
    CONTINUOUS_OR_DISCRETE,
    Algorithm,
    Capability,
    Problem,
)
from causattn.discovery.fci.search import run_fci
from causattn.discovery.fci.testing import LatentSettings, known_of, pag_by_tests
from causattn.discovery.running.preparing import evidence_for
from causattn.discovery.shared_settings import ScoreSettings, chosen_test
from causattn.graphs import CausalGraph, pdag_to_dag


@dataclass(frozen=True, kw_only=True)
class GfciSettings(LatentSettings, ScoreSettings):
    """GFCI, greedy fast causal inference: a score, then tests, a PAG.

    Parameters
    ----------
    search
        Search by score: ``ges``, or ``boss`` (BOSS-FCI), ``ils`` or ``xges``.
    """

    kind: str = "gfci"
    search: Literal["ges", "boss", "ils", "xges"] = "ges"


class Gfci(Algorithm):
    """GFCI, greedy fast causal inference: a score, then tests, a PAG."""

    name = "gfci"
    gives = "pag"
    order_matters = "of the DAGs of a class one is taken, and its parents are separating sets"
    settings = GfciSettings
    capability = Capability(
        data_kinds=CONTINUOUS_OR_DISCRETE,
        tests=ANY,
        scores=ANY,
        candidates=frozenset({"restrict"}),
        knowledge=True,
        seeded=True,
    )
    paper = (
        "Ogarrio, Spirtes and Ramsey (2016), A hybrid causal search algorithm for latent variable "
        "models"
    )

    def run(self, problem: Problem, settings: GfciSettings) -> CausalGraph:
        """Solve a prepared problem."""
        from causattn.discovery.registry import ALGORITHMS

        if problem.data.absent is not None:
            raise CapabilityError(
                "gfci searches by a score, which takes no missing values; leave their rows out or "
                "choose fci, rfci or pc."
            )
        test = chosen_test(problem, settings, self.capability)
        evidence = evidence_for(self, settings, problem.candidates)
        scoring = ALGORITHMS[settings.search]
        chosen = {field.name: getattr(settings, field.name) for field in fields(ScoreSettings)}
        by_score = scoring.run(
            replace(problem, candidates=None, knowledge=None),
            scoring.settings(**{**chosen, "kind": settings.search}),
        )
        dag = pdag_to_dag(by_score.adjacency("from row to column")).astype(bool)
        allowed = dag | dag.T
        if evidence.allowed is not None:
            allowed &= evidence.allowed
        known = known_of(problem, allowed)
        given = separated_by_parents(dag)
        graph = pag_by_tests(problem, test, settings, known, partial(run_fci, given=given))
        tested = dict(graph.separating_sets or {})
        sets = {**{pair: [between] for pair, between in given.items()}, **tested}
        about = [by_score.algorithm, test.name, f"alpha {settings.alpha:g}", *evidence.words]
        return replace(graph, separating_sets=sets, algorithm=f"gfci ({', '.join(about)})")


def separated_by_parents(dag: np.ndarray) -> dict[tuple[int, int], tuple[int, ...]]:
    """Return a separating set of each pair that is not adjacent in a DAG, by ascending pair.

    Parameters
    ----------
    dag
        bool [p, p], from row to column.
    """
    size = len(dag)
    below = dag.copy()
    for node in range(size):
        below |= np.outer(below[:, node], below[node])
    found = {}
    for x in range(size):
        for y in range(x + 1, size):
            if not (dag[x, y] or dag[y, x]):
                later = x if below[y, x] else y
                found[x, y] = tuple(np.flatnonzero(dag[:, later]).tolist())
    return found


ALGORITHM = Gfci()
