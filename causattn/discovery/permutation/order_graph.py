"""From a problem to the graph that a search over orders finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from causattn.base import generator
from causattn.discovery.contract import Algorithm, Problem
from causattn.discovery.knowledge import known_class
from causattn.discovery.permutation.order_question import OrderQuestion
from causattn.discovery.running.preparing import evidence_for
from causattn.discovery.shared_settings import ChosenScore
from causattn.graphs import CausalGraph


def by_orders(
    algorithm: Algorithm,
    problem: Problem,
    settings: Any,
    chosen: ChosenScore,
    about: list[str],
    search: Callable[[OrderQuestion, np.random.Generator], np.ndarray],
) -> CausalGraph:
    """Ask a search over orders with the problem's candidates and knowledge.

    Parameters
    ----------
    chosen
        The score.
    about
        Words that go with the algorithm's name.
    search
        From a question and a generator to a DAG, from row to column.

    Returns
    -------
    CausalGraph
        The DAG's class, with what is known taken into account.
    """
    names = problem.data.names
    evidence = evidence_for(algorithm, settings, problem.candidates)
    prior = None if evidence.weighing is None else settings.log_prior(evidence.weighing)
    possible, required, forbidden = evidence.allowed, None, None
    if problem.knowledge is not None:
        required, forbidden = problem.knowledge.matrices(names)
        possible = ~forbidden if possible is None else possible & ~forbidden
    question = OrderQuestion.of(chosen.local, possible, required, prior)
    dag = search(question, generator(problem.seed, "discovery", algorithm.name))
    total = chosen.local.total(dag) + (0.0 if prior is None else float(prior[dag != 0].sum()))
    return CausalGraph.from_adjacency(
        known_class(dag, required, forbidden),
        names,
        direction="from row to column",
        kind="cpdag",
        algorithm=f"{algorithm.name} ({', '.join([*about, *evidence.words])})",
        score=total,
        tests=chosen.local.evaluations,
    )
