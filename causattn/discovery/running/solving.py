"""From a question to a graph: what every door of this room goes through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from causattn.discovery.contract import Algorithm, Problem, RunSettings
from causattn.discovery.running.preparing import prepared
from causattn.graphs import CausalGraph


def solved(
    algorithm: Algorithm,
    problem: Problem,
    settings: RunSettings,
    run: Callable[[Problem], CausalGraph] | None = None,
) -> CausalGraph:
    """Hold a problem against what the algorithm takes, and solve it.

    A constant column is no part of what the algorithm sees; the graph has its variable without an
    edge, and ``details["constant"]`` names it.

    Parameters
    ----------
    algorithm, problem, settings
        What to solve and how.
    run
        Solves the prepared problem, in another process for example; the algorithm itself where
        left out.
    """
    data = problem.data
    if data.constant:
        known = problem.knowledge
        problem = replace(
            problem,
            data=data.varying(),
            knowledge=None if known is None else known.without(data.constant),
        )
    ready = prepared(problem, algorithm, settings)
    graph = algorithm.run(ready, settings) if run is None else run(ready)
    return _with_all(graph, data.names, data.constant) if data.constant else graph


def _with_all(graph: CausalGraph, names: tuple[str, ...], constant: tuple[str, ...]) -> CausalGraph:
    """Return a graph over all variables, in their order; unobserved ones stay behind them."""
    everyone = (*names, *(name for name in graph.names if name not in names))
    place = np.array([everyone.index(name) for name in graph.names])
    marks = np.zeros((len(everyone), len(everyone)), dtype=np.int8)
    marks[np.ix_(place, place)] = graph.marks
    separating = {
        (int(place[i]), int(place[j])): tuple(tuple(place[list(one)].tolist()) for one in sets)
        for (i, j), sets in graph.separating_sets.items()
    }
    return replace(
        graph,
        names=everyone,
        marks=marks,
        separating_sets=separating,
        details={**graph.details, "constant": list(constant)},
    )
