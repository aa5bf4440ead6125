"""From a case to its row: run the programs, compare graphs, set the ratio against the target."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from causattn.candidates import CandidateEdges
from causattn.reproduction import Context, machine

from .cases import CASES, Case
from .compare import differing_adjacencies, differing_pairs, gaussian_bic
from .least import least_tests
from .programs import PENALTY, causattn_graph, pc_search
from .samples import Sample, candidate_pairs
from .timing import ProgramRun, block, in_a_process

Row = dict[str, Any]


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a case and program that it is set against."""
    for case in CASES[settings.cases]():
        for program in case.others or [""]:
            yield {
                "cases": settings.cases,
                "case": case.name,
                "program": program,
                "timeout_s": settings.timeout_s,
            }


def measure(job: Mapping[str, Any], context: Context) -> Row:
    """Return the row of a case and a program."""
    (case,) = (
        case
        for case in CASES[job["cases"]]()
        if case.name == job["case"] and job["program"] in (case.others or [""])
    )
    with threadpool_limits(1):
        row = row_of(case, job["program"], job["timeout_s"])
    return {**row, "machine": machine()}


def row_of(case: Case, program: str, timeout_s: float) -> Row:
    """Run a case beside a program (none where it is empty), or over candidates and all pairs."""
    sample = case.make()
    with tempfile.TemporaryDirectory() as folder:
        data_file = Path(folder) / "data.npy"
        np.save(data_file, sample.data)
        if case.candidates is not None:
            return _restricted(case, sample)
        row = (
            _against(case, program, sample, data_file, timeout_s)
            if program
            else _alone(case, sample)
        )
        if case.cold:
            row |= _first_calls(case, data_file, timeout_s)
    return row


def _against(case: Case, program: str, sample: Sample, data_file: Path, timeout_s: float) -> Row:
    """Ours before, between and after the other program's runs; the ratio of medians."""
    options = dict(case.options)

    def ours() -> Any:
        return causattn_graph(case.algorithm, sample.data, options)

    graph = ours()
    our_s, runs = block(ours), []
    for _ in range(case.others[program]):
        runs.append(in_a_process(program, case.algorithm, data_file, options, timeout_s))
        our_s += block(ours)
        if runs[-1].ended:
            break
    row = _row(case, graph, our_s) | {
        "against": program,
        "their_seconds": [run.seconds for run in runs if run.seconds is not None],
        "ended": next((run.ended for run in runs if run.ended), None),
    }
    least = case.at_least.get(program)
    row["target"] = None if least is None else f">= {least:g}x"
    if row["their_seconds"]:
        row["their_median_s"] = median(row["their_seconds"])
        row["ratio"] = row["their_median_s"] / row["our_median_s"]
        if least is not None:
            row["reached"] = row["ratio"] >= least
    row["comparison"] = _compared(case, program, graph, runs, sample)
    return row


def _alone(case: Case, sample: Sample) -> Row:
    """Ours only, where the others are out of reach."""
    graphs: list[Any] = []
    options = dict(case.options)
    first = block(lambda: graphs.append(causattn_graph(case.algorithm, sample.data, options)), 1)
    again = block(lambda: causattn_graph(case.algorithm, sample.data, options), 2)
    row = _row(case, graphs[0], again) | {"before_warm_seconds": first[0], "against": None}
    if case.at_most_s is not None:
        row["target"] = f"<= {case.at_most_s:g} s"
        row["reached"] = row["our_median_s"] <= case.at_most_s
    return row


def _restricted(case: Case, sample: Sample) -> Row:
    """The same search over candidates, over the true adjacencies alone, and over all pairs."""
    assert case.candidates is not None
    options = dict(case.options)
    some = candidate_pairs(sample, case.candidates)
    true = candidate_pairs(sample, int(np.count_nonzero(sample.dag)))

    def over(candidates: CandidateEdges | None) -> Callable[[], Any]:
        chosen = options if candidates is None else options | {"candidates": candidates}
        return lambda: causattn_graph(case.algorithm, sample.data, chosen)

    graph, least, plain = over(some)(), over(true)(), over(None)()
    our_s, true_s, all_s = _in_turn(over(some), over(true), over(None))
    size = len(sample.dag)
    pairs, tests = case.candidates / (size * (size - 1) / 2), graph.tests / plain.tests
    time = median(our_s) / median(all_s)
    truth = sample.dag.astype(np.uint8)
    wrong = [differing_adjacencies(_matrix(found), truth) for found in (graph, plain)]
    row = _row(case, graph, our_s) | {
        "against": "causattn, all pairs",
        "their_seconds": all_s,
        "their_median_s": median(all_s),
        "ratio": 1 / time,
        "tests_over_all_pairs": plain.tests,
        "share_of_pairs": pairs,
        "share_of_tests": tests,
        "floor_of_tests": least.tests / plain.tests,
        "share_of_time": time,
        "floor_of_time": median(true_s) / median(all_s),
        "target": f"tests and time <= {pairs:.1%}",
        "reached": tests <= pairs and time <= pairs,
        "comparison": f"tests {tests:.2%} and time {time:.2%} of the search over all pairs; "
        f"{wrong[0]} wrong adjacencies against the truth, {wrong[1]} over all pairs",
    }
    if case.algorithm == "pc":
        search = pc_search(sample.data, options["test"])
        some_s, whole_s = _in_turn(lambda: search(some.allowed), lambda: search(None))
        row["share_of_search_time"] = median(some_s) / median(whole_s)
        row["least_tests"] = least_tests(search(some.allowed), some.allowed) / plain.tests
        for_skeleton = [each.tests - each.details["orientation_tests"] for each in (graph, plain)]
        row["share_of_skeleton_tests"] = for_skeleton[0] / for_skeleton[1]
    return row


def _in_turn(*calls: Callable[[], Any]) -> list[list[float]]:
    """Seconds of each call, in blocks that take turns."""
    seconds: list[list[float]] = [[] for _ in calls]
    for _ in range(3):
        for call, own in zip(calls, seconds, strict=True):
            own += block(call)
    return seconds


def _row(case: Case, graph: Any, our_s: list[float]) -> Row:
    return {
        "our_seconds": our_s,
        "our_median_s": median(our_s),
        "edges": graph.edge_count,
        "tests": graph.tests,
        "target": None,
        "reached": None,
        "comparison": None,
    }


def _compared(
    case: Case, program: str, graph: Any, runs: list[ProgramRun], sample: Sample
) -> str | None:
    """Say whether the graphs are the same; for GES, and the scores."""
    theirs = next((run.adjacency for run in runs if run.adjacency is not None), None)
    if theirs is None:
        return None
    ours = _matrix(graph)
    differ = differing_pairs(ours, theirs)
    if program == "pgmpy":
        apart = differing_adjacencies(ours, theirs)
        return f"{apart} adjacencies and {differ} edges differ (its own rules)"
    said = "same CPDAG" if differ == 0 else f"{differ} edges differ"
    if case.algorithm == "ges":
        our_score, their_score = (
            gaussian_bic(matrix, sample.data, PENALTY) for matrix in (ours, theirs)
        )
        said += f"; score {our_score:.3f}, causal-learn's {their_score:.3f}"
    return said


def _first_calls(case: Case, data_file: Path, timeout_s: float) -> Row:
    """The first call of a fresh process, import included: with nothing compiled, and again."""
    with tempfile.TemporaryDirectory() as cache:
        empty, filled = (
            in_a_process(
                "causattn", case.algorithm, data_file, dict(case.options), timeout_s, Path(cache)
            )
            for _ in range(2)
        )
    row: Row = {
        "first_call_empty_cache_s": empty.seconds,
        "first_call_filled_cache_s": filled.seconds,
    }
    row["first_call_ended"] = empty.ended or filled.ended
    if case.cold_at_most_s is not None:
        row["first_call_target"] = f"<= {case.cold_at_most_s:g} s"
        row["first_call_reached"] = (
            empty.seconds is not None and empty.seconds <= case.cold_at_most_s
        )
    return row


def _matrix(graph: Any) -> np.ndarray:
    return graph.adjacency(direction="from row to column")
