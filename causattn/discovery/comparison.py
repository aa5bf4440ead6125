"""Many algorithms on one table, with one test and one penalty for all, as one table of results."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from causattn.base import CapabilityError, CausattnError, track
from causattn.discovery.contract import Algorithm, Problem, RunSettings
from causattn.discovery.data import Data, DiscoveryData, as_discovery_data
from causattn.discovery.discover import solve
from causattn.discovery.knowledge import Knowledge, as_knowledge
from causattn.discovery.registry import ALGORITHMS
from causattn.discovery.running.preparing import chosen_algorithm
from causattn.discovery.running.time_limit import TimedOutError
from causattn.discovery.scores import LocalScore
from causattn.discovery.shared_settings import ScoreSettings, local_score
from causattn.graphs import CausalGraph, compare_graphs, pdag_to_dag, sortabilities

if TYPE_CHECKING:
    import pandas as pd

    from causattn.candidates import CandidateEdges

Choices = Sequence["str | Algorithm"] | Mapping[str, Mapping[str, Any]]


def compare_algorithms(
    features: Data,
    choices: Choices | None = None,
    *,
    truth: CausalGraph | None = None,
    candidates: CandidateEdges | None = None,
    knowledge: Knowledge | Mapping[str, Any] | None = None,
    seed: int = 0,
    timeout_s: float | None = None,
    **held: Any,
) -> pd.DataFrame:
    """Run several algorithms and put what they found side by side.

    Parameters
    ----------
    features
        A feature table, a data frame or an array.
    choices
        Names of algorithms, those of plugins and your own `Algorithm` among them, or by label the
        settings of each; None for all that take this kind of data and need nothing that is missing.
    truth
        The true graph, for the distances.
    candidates, knowledge, seed
        As for `discover`.
    timeout_s
        Seconds for each algorithm; one that takes longer is ended and recorded as timed out.
    held
        Settings that are the same for every algorithm that has them, such as ``test="g_square"``,
        ``alpha=0.01``, ``score="bic"``, ``penalty=0.5``.

    Returns
    -------
    results
        One row an algorithm: ``label``, ``status`` (``done``, ``timed out``, ``not applicable`` or
        ``failed``), ``algorithm`` (with its test, score and penalty), ``kind``, ``edges``,
        ``tests``, ``score`` (each graph's under one score, whatever it was searched by),
        ``seconds``, ``candidates``, ``reason``, and with a truth the numbers of `compare_graphs`
        and the data's sortabilities, the same in every row, which say how far a good result may
        be owed to the simulation.

    Raises
    ------
    ConfigError
        For an unknown algorithm or setting.
    DataError
        For a table that cannot be used.
    """
    import pandas as pd

    problem = Problem(as_discovery_data(features), candidates, as_knowledge(knowledge), seed)
    prepared = [
        (label, *_chosen(settings, label, held, timeout_s, truth))
        for label, settings in _by_label(choices, problem.data).items()
    ]
    common = _common_score(problem.data, held)
    rows = [
        {"label": label, **_row(algorithm, problem, settings, truth, common)}
        for label, algorithm, settings in track(prepared, "comparing algorithms", unit="algorithms")
    ]
    results = pd.DataFrame(rows)
    if truth is not None and set(problem.data.names) == set(truth.names):
        columns = [problem.data.names.index(name) for name in truth.names]
        for name, share in sortabilities(problem.data.values[:, columns], truth).items():
            results[name] = share
    return results


def _by_label(choices: Choices | None, data: DiscoveryData) -> dict[str, Mapping[str, Any]]:
    """Return the settings of each entry by its label."""
    if isinstance(choices, Mapping):
        return {label: {"kind": label, **settings} for label, settings in choices.items()}
    if choices is not None:
        return {getattr(each, "name", str(each)): {"kind": each} for each in choices}
    fitting = [each for each in ALGORITHMS.values() if data.kind in each.capability.data_kinds]
    return {each.name: {"kind": each.name} for each in sorted(fitting, key=lambda a: a.baseline)}


def _chosen(
    own: Mapping[str, Any],
    label: str,
    held: Mapping[str, Any],
    timeout_s: float | None,
    truth: CausalGraph | None,
) -> tuple[Algorithm, RunSettings]:
    """Return an entry's algorithm and settings: its own, and those held fixed where it has them."""
    algorithm, _ = chosen_algorithm({"kind": own["kind"]}, label)
    fields = {field.name for field in dataclasses.fields(algorithm.settings)}
    values: dict[str, Any] = {key: value for key, value in held.items() if key in fields}
    if timeout_s is not None:
        values["timeout_s"] = timeout_s
    if algorithm.name == "random" and truth is not None:
        values["edges"] = truth.edge_count
    return chosen_algorithm({**values, **own}, label)


def _row(
    algorithm: Algorithm,
    problem: Problem,
    settings: RunSettings,
    truth: CausalGraph | None,
    common: LocalScore | None,
) -> dict[str, Any]:
    """Run one algorithm and return its row."""
    start = time.perf_counter()
    try:
        graph = solve(algorithm, problem, settings)
    except TimedOutError as error:
        return _without("timed out", error, time.perf_counter() - start)
    except CapabilityError as error:
        return _without("not applicable", error, time.perf_counter() - start)
    except CausattnError as error:
        return _without("failed", error, time.perf_counter() - start)
    row: dict[str, Any] = {
        "status": "done",
        "algorithm": graph.algorithm,
        "kind": graph.kind,
        "edges": graph.edge_count,
        "tests": graph.tests,
        "score": _score(graph, problem.data, common),
        "seconds": graph.details["seconds"],
        "candidates": graph.details["candidates"],
        "reason": "",
    }
    if truth is not None and set(graph.names) == set(truth.names):
        compared = compare_graphs(graph, truth)
        row |= {key: value for key, value in compared.items() if key != "edges"}
    return row


def _without(status: str, error: CausattnError, seconds: float) -> dict[str, Any]:
    return {"status": status, "seconds": seconds, "reason": str(error)}


def _common_score(data: DiscoveryData, held: Mapping[str, Any]) -> LocalScore | None:
    """Return the score that all graphs are given, or None for data that have none."""
    wanted = held.get("score", "auto")
    name = "bdeu" if data.kind == "discrete" else "bic"
    priced = {f.name: held[f.name] for f in dataclasses.fields(ScoreSettings) if f.name in held}
    try:
        settings = ScoreSettings(**{**priced, "kind": "", "score": wanted})
        return local_score(data, name if wanted == "auto" else wanted, settings)
    except CausattnError:
        return None


def _score(graph: CausalGraph, data: DiscoveryData, common: LocalScore | None) -> float | None:
    """Return a graph's score, where it has a member that can be scored."""
    directed_or_not = all(edge.symbol in ("-->", "---") for edge in graph.edges())
    if common is None or graph.names != data.names or not directed_or_not:
        return None
    try:
        member = pdag_to_dag(graph.adjacency("from row to column"))
    except CausattnError:
        return None
    return common.total(member)
