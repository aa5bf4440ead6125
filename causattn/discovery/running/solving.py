"""From a question to a graph: what every door of this room goes through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from causattn.discovery.contract import Algorithm, Problem, RunSettings
from causattn.discovery.running.preparing import prepared
from causattn.graphs import CausalGraph, with_constant


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
    return with_constant(graph, data.constant, data.names)
