"""What a run takes: importing and compiling are no part of an algorithm."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from causattn.base import compiling_seconds
from causattn.discovery.contract import Algorithm, Problem, RunSettings
from causattn.graphs import CausalGraph


def timed(
    algorithm: Algorithm,
    problem: Problem,
    settings: RunSettings,
    ready: Callable[[], None] = lambda: None,
) -> CausalGraph:
    """Solve a prepared problem and note the seconds in the graph's details.

    `ready` is called where the clock starts.
    """
    algorithm.load(problem, settings)
    ready()
    start, before = time.perf_counter(), compiling_seconds()
    graph = algorithm.run(problem, settings)
    seconds = time.perf_counter() - start - (compiling_seconds() - before)
    return replace(graph, details={**graph.details, "seconds": seconds})
