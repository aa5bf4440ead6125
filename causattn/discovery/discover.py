"""`discover`: from settings, a table and candidates to a graph, whatever the algorithm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from causattn.discovery.contract import Algorithm, Problem, RunSettings
from causattn.discovery.knowledge import Knowledge, as_knowledge
from causattn.discovery.reading import Data, as_discovery_data
from causattn.discovery.running.preparing import (
    candidate_use,
    chosen_algorithm,
    described,
)
from causattn.discovery.running.solving import solved
from causattn.discovery.running.timing import timed
from causattn.graphs import CausalGraph

if TYPE_CHECKING:
    from causattn.candidates import CandidateEdges

BEYOND_CLASS = "beyond_class"
"""Key of `CausalGraph.details`: ``holds`` and ``tested``, see `Algorithm.beyond_class`."""
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
        Background knowledge, for algorithms that take it.

    Returns
    -------
    graph
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
    known = as_knowledge(knowledge)
    return solve(algorithm, Problem(as_discovery_data(features), candidates, known, seed), chosen)


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
            return timed(algorithm, ready, settings)
        from causattn.discovery.running.time_limit import run_limited

        return run_limited(algorithm, ready, settings, settings.timeout_s)

    graph = solved(algorithm, problem, settings, run)
    details = dict(graph.details)
    if (found := algorithm.beyond_class(seen, graph)) is not None:
        details[BEYOND_CLASS] = {"holds": found[0], "tested": found[1]}
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
