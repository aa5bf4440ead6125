"""`discover`: from settings, a table and candidates to a graph, whatever the algorithm.

`solved` is what every door of this room goes through.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from causattn.base import compiling_seconds, due
from causattn.discovery.assumed import ASSUMED, assumed_knowledge
from causattn.discovery.contract import Algorithm, Problem, RunSettings
from causattn.discovery.data import Data, as_discovery_data
from causattn.discovery.running.preparing import (
    candidate_use,
    checked,
    chosen_algorithm,
    described,
    prepared,
)
from causattn.graphs import CausalGraph, in_order, with_constant

if TYPE_CHECKING:
    from causattn.candidates import CandidateEdges
    from causattn.discovery.knowledge import Knowledge


BEYOND_CLASS = "beyond_class"
"""Key of `CausalGraph.details`: ``holds`` and ``tested``, see `Algorithm.beyond_class`."""
COLUMN_ORDER = "column_order"
"""Key of `CausalGraph.details`: why the columns' order matters, see `Algorithm.order_matters`."""
KNOWLEDGE = "knowledge"
"""Key of `CausalGraph.details`: the knowledge that was used, as a configuration writes it."""


def discover(
    settings: Mapping[str, Any],
    features: Data,
    candidates: CandidateEdges | None = None,
    seed: int = 0,
    *,
    knowledge: Knowledge | Mapping[str, Any] | None = None,
) -> CausalGraph:
    """Run the algorithm that the settings name.

    Parameters
    ----------
    settings
        ``{"kind": name, ...}`` with the algorithm's own settings; ``kind`` may also be an
        `Algorithm` of your own.
    features
        A feature table, a data frame or an array.
    candidates
        Candidate edges. An algorithm that cannot use them searches all pairs, and
        ``graph.details["candidates"]`` says so.
    seed
        Seed of whatever the algorithm draws.
    knowledge
        Background knowledge, for algorithms that take it; None for what a feature table brings
        along (its label comes last, see `causattn.discovery.ASSUMED`), an empty one for none.

    Returns
    -------
    CausalGraph
        With ``details`` ``candidates`` (what was done with them) and ``seconds``, in which
        importing and compiling are not counted.

    Raises
    ------
    ConfigError
        For an unknown algorithm or setting.
    CapabilityError
        Where the algorithm does not take this kind of data, test, score or knowledge.
    DataError
        For a table that cannot be used.
    TimedOutError
        Where ``timeout_s`` was not enough.
    """
    algorithm, chosen = chosen_algorithm(settings)
    known, note = _known(knowledge), None
    if known is None:
        known, note = assumed_knowledge(algorithm, chosen, features)
    data = as_discovery_data(features, missing=getattr(chosen, "missing", "refuse"))
    problem = Problem(data, candidates, known, seed)
    graph = solve(algorithm, problem, chosen)
    return graph if note is None else replace(graph, details={**graph.details, ASSUMED: note})


def called(
    algorithm: Algorithm,
    data: Data,
    names: Sequence[str] | None,
    candidates: CandidateEdges | None,
    use_candidates: str,
    knowledge: Knowledge | Mapping[str, Any] | None,
    seed: int = 0,
    **values: Any,
) -> CausalGraph:
    """Return the graph that an algorithm's own function, such as `ges`, was called for.

    Its other arguments are the algorithm's settings, and are checked as a configuration's are; a
    ``test`` or ``score`` among them may be an object.
    """
    given: dict[str, Any] = {}
    if "test" in values:
        from causattn.discovery.tests.contract import given_test

        values["test"], given["test"] = given_test(values["test"])
    if "score" in values:
        from causattn.discovery.scores.contract import given_score

        values["score"], given["score"] = given_score(values["score"])
    settings = checked(algorithm.settings, {**values, "candidates": use_candidates})
    if candidates is None:  # else an engine that has no such use would refuse
        unasked: dict[str, Any] = {"candidates": "auto"}
        settings = replace(settings, **unasked)
    read = as_discovery_data(data, names, missing=getattr(settings, "missing", "refuse"))
    return solved(algorithm, Problem(read, candidates, _known(knowledge), seed, **given), settings)


def _known(knowledge: Knowledge | Mapping[str, Any] | None) -> Knowledge | None:
    """Return knowledge that may be written as a mapping; only where there is any is it read."""
    if knowledge is None:
        return None
    from causattn.discovery.knowledge import as_knowledge

    return as_knowledge(knowledge)


def discovery_settings(settings: Mapping[str, Any]) -> RunSettings:
    """Return the settings of the group `discovery`, checked.

    Raises
    ------
    ConfigError
        For an unknown algorithm or setting.
    """
    return chosen_algorithm(settings)[1]


def solve(algorithm: Algorithm, problem: Problem, settings: RunSettings) -> CausalGraph:
    """Check a problem against an algorithm, run it, and note what became of the candidates."""
    seen = problem

    def run(ready: Problem) -> CausalGraph:
        nonlocal seen
        seen = ready
        if settings.timeout_s is None:
            graph = timed(algorithm, ready, settings)
        else:
            from causattn.discovery.running.time_limit import run_limited

            graph = run_limited(algorithm, ready, settings, settings.timeout_s)
        if (found := algorithm.beyond_class(ready, graph)) is None:
            return graph
        said = {"holds": found[0], "tested": found[1]}
        return replace(graph, details={**graph.details, BEYOND_CLASS: said})

    graph = solved(algorithm, problem, settings, run)
    details = dict(graph.details)
    if seen.knowledge is not None:
        details[KNOWLEDGE] = asdict(seen.knowledge)
    details["candidates"] = _candidate_note(algorithm, problem, seen, settings)
    return replace(graph, details=details)


def _candidate_note(
    algorithm: Algorithm, asked: Problem, ready: Problem, settings: RunSettings
) -> str:
    """Return in a sentence what became of the candidates."""
    if asked.candidates is None:
        return "none were given"
    if ready.candidates is not None:
        verb = "made of" if algorithm.capability_of(settings).needs_candidates else "restricted to"
        if not algorithm.capability_of(settings).needs_candidates:
            verb = {"restrict": "restricted to", "weigh": "weighed by"}[
                candidate_use(algorithm, settings)
            ]
        pairs = ready.data.size * (ready.data.size - 1) // 2
        return f"{verb} {ready.candidates.pair_count} of {pairs} pairs ({ready.candidates.method})"
    if getattr(settings, "candidates", "auto") == "ignore":
        return "ignored, as the settings say; all pairs were searched"
    return f"not used: {described(algorithm, settings)} looks at all pairs"


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
    settled = bool(algorithm.order_matters) and problem.test is None and problem.score is None
    if settled:
        problem = replace(problem, data=problem.data.settled())
    ready = prepared(problem, algorithm, settings)
    graph = _graph(algorithm, ready, settings) if run is None else run(ready)
    if settled:
        said = (
            f"{algorithm.order_matters}, so that the result is one of several; columns were put "
            "into an order that does not depend on how the table lists them"
        )
        graph = replace(in_order(graph, data.names), details={**graph.details, COLUMN_ORDER: said})
    return with_constant(graph, data.constant, data.names)


def _graph(algorithm: Algorithm, problem: Problem, settings: RunSettings) -> CausalGraph:
    """Return the algorithm's graph; a sentence where it gives something else."""
    return due(algorithm.run(problem, settings), "CausalGraph", algorithm)


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
    graph = _graph(algorithm, problem, settings)
    seconds = time.perf_counter() - start - (compiling_seconds() - before)
    return replace(graph, details={**graph.details, "seconds": seconds})
