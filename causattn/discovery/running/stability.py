"""Stability: how often an edge is found again in other samples of the same rows.

*Bootstrap* draws as many rows as there are, with replacement (Friedman, Goldszmidt and Wyner 1999,
"Data analysis with Bayesian networks: a bootstrap approach"); *subsampling* draws a share of them
without (Meinshausen and Bühlmann 2010, "Stability selection", with one half).

Every draw has rows and a seed of its own, found by its number, so the result is the same for any
number of workers. A category that no drawn row has keeps its code and counts as possible; tests
find a discrete column that is left with one category independent of everything in that draw.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from threadpoolctl import threadpool_limits

from causattn.base import (
    CausattnError,
    ConfigError,
    generator,
    integer_seed,
    read_json,
    track,
    write_json,
)
from causattn.discovery.contract import Algorithm, Problem, RunSettings
from causattn.discovery.data import Data, DiscoveryData, as_discovery_data
from causattn.discovery.discover import solve
from causattn.discovery.knowledge import Knowledge, as_knowledge
from causattn.discovery.running.preparing import chosen_algorithm
from causattn.discovery.running.problem_files import read_problem, write_problem
from causattn.discovery.running.worker import last_words, worker
from causattn.graphs import Mark

if TYPE_CHECKING:
    import pandas as pd

    from causattn.candidates import CandidateEdges

Sampling = Literal["bootstrap", "subsample"]
_LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class EdgeFrequencies:
    """In which share of the draws each edge was found.

    Parameters
    ----------
    names
        The p variables.
    adjacent
        float64 [p, p], symmetric: share of draws in which the pair is adjacent in any way.
    directed
        float64 [p, p], from row to column: share of draws with i -> j.
    draws
        Number of draws that gave a graph.
    failed
        By the number of each draw that gave none, why.
    algorithm
        What was run, in words.
    """

    names: tuple[str, ...]
    adjacent: np.ndarray
    directed: np.ndarray
    draws: int
    failed: Mapping[int, str]
    algorithm: str

    def frame(self) -> pd.DataFrame:
        """Return one row an ordered pair: source, target, adjacent, directed."""
        import pandas as pd

        i, j = np.nonzero(~np.eye(len(self.names), dtype=bool))
        names = np.array(self.names, dtype=object)
        return pd.DataFrame(
            {
                "source": names[i],
                "target": names[j],
                "adjacent": self.adjacent[i, j],
                "directed": self.directed[i, j],
            }
        )


@dataclass(frozen=True)
class _Found:
    """The graph of one draw, or why there is none."""

    marks: np.ndarray
    reason: str = ""


def edge_frequencies(
    settings: Mapping[str, Any],
    features: Data,
    candidates: CandidateEdges | None = None,
    seed: int = 0,
    *,
    draws: int = 100,
    sampling: Sampling = "bootstrap",
    share: float = 0.5,
    knowledge: Knowledge | Mapping[str, Any] | None = None,
    workers: int = 1,
    within_s: float | None = None,
) -> EdgeFrequencies:
    """Run an algorithm on many samples of the rows and count its edges.

    Parameters
    ----------
    settings, features, candidates, seed, knowledge
        As for `discover`; a ``timeout_s`` among the settings holds for each draw.
    draws
        Number of samples.
    sampling
        ``"bootstrap"`` or ``"subsample"``.
    share
        Share of the rows in a subsample.
    workers
        Processes; the result does not depend on it.
    within_s
        Longest seconds of all draws together, which are then in processes of their own: those that
        take longer are ended with an error.

    Raises
    ------
    ConfigError
        For draws, workers or a share that cannot be used.
    CausattnError
        Where no draw gave a graph: why the first one did not. Else failed draws are counted. And
        where they are not done in time.
    """
    if draws < 1 or workers < 1:
        raise ConfigError(f"draws={draws} and workers={workers} must both be 1 or more.")
    if sampling not in ("bootstrap", "subsample"):
        raise ConfigError(f"sampling={sampling!r} is not known; say bootstrap or subsample.")
    if not 0 < share <= 1:
        raise ConfigError(f"share={share} is no share of the rows; choose one in (0, 1].")
    algorithm, chosen = chosen_algorithm(settings)
    data = as_discovery_data(features, missing=getattr(chosen, "missing", "refuse"))
    problem = Problem(data, candidates, as_knowledge(knowledge), seed)
    part = 1.0 if sampling == "bootstrap" else share
    how = (algorithm, problem, chosen, draws, sampling == "bootstrap", part)
    if workers > 1 or within_s is not None:
        found = _in_workers(*how, workers, within_s)
    else:
        found = _here(*how)
    return _counted(problem.data, algorithm, found)


def draw_in_worker(folder: Path, piped: bytes, first: int, step: int) -> None:
    """Do every `step`-th draw from `first` on, in a worker process."""
    algorithm, problem, settings = read_problem(folder, piped)
    plan = read_json(folder / "plan.json")
    for number in range(first, plan["draws"], step):
        found = _draw(algorithm, problem, settings, number, plan["with_replacement"], plan["share"])
        temporary = folder / f"draw-{number}.tmp.npy"
        np.save(temporary, found.marks, allow_pickle=False)
        if found.reason:
            write_json(folder / f"failed-{number}.json", found.reason)
        temporary.rename(folder / f"draw-{number}.npy")


def _here(
    algorithm: Algorithm,
    problem: Problem,
    settings: RunSettings,
    draws: int,
    with_replacement: bool,
    share: float,
) -> list[_Found]:
    """Do all draws in this process."""
    numbers = track(range(draws), f"resampling {algorithm.name}", unit="draws")
    return [
        _draw(algorithm, problem, settings, number, with_replacement, share) for number in numbers
    ]


def _in_workers(
    algorithm: Algorithm,
    problem: Problem,
    settings: RunSettings,
    draws: int,
    with_replacement: bool,
    share: float,
    workers: int,
    within_s: float | None,
) -> list[_Found]:
    """Share the draws among processes."""
    with tempfile.TemporaryDirectory(prefix="causattn-") as place:
        folder = Path(place)
        piped = write_problem(folder, algorithm, problem, settings)
        plan = {"draws": draws, "with_replacement": with_replacement, "share": share}
        write_json(folder / "plan.json", plan)
        with ExitStack() as stack:
            processes = [
                stack.enter_context(worker("draw", folder, str(first), str(workers), piped=piped))
                for first in range(min(workers, draws))
            ]
            finished = _finished(folder, draws, processes, within_s)
            for _ in track(finished, f"resampling {algorithm.name}", draws, "draws"):
                pass
        return [_stored(folder, number) for number in range(draws)]


def _finished(
    folder: Path, draws: int, processes: list[Any], within_s: float | None
) -> Iterator[int]:
    """Yield the numbers of draws as they are done; raise where a worker died, or at the end."""
    waiting = set(range(draws))
    end = float("inf") if within_s is None else time.monotonic() + within_s
    while waiting:
        if time.monotonic() > end:
            raise CausattnError(
                f"{draws - len(waiting)} of {draws} draws were done after {within_s:g} s; ask for "
                "fewer, or for smaller conditioning sets"
            )
        codes = [process.poll() for process in processes]
        done = {number for number in waiting if (folder / f"draw-{number}.npy").exists()}
        waiting -= done
        yield from sorted(done)
        if waiting and not done:
            if any(code not in (None, 0) for code in codes) or None not in codes:
                raise CausattnError(
                    f"A worker of the stability study ended early ({last_words(folder)}); use "
                    "fewer workers, and look whether memory ran out."
                )
            time.sleep(_LOOK_EVERY_S)


def _stored(folder: Path, number: int) -> _Found:
    failed = folder / f"failed-{number}.json"
    marks = np.load(folder / f"draw-{number}.npy", allow_pickle=False)
    return _Found(marks, str(read_json(failed)) if failed.exists() else "")


def _draw(
    algorithm: Algorithm,
    problem: Problem,
    settings: RunSettings,
    number: int,
    with_replacement: bool,
    share: float,
) -> _Found:
    """Run the algorithm on one sample; one thread, so that sums come out the same everywhere."""
    rng = generator(problem.seed, "discovery", "stability", number)
    rows = problem.data.rows
    size = max(round(share * rows), 2)
    drawn = rng.choice(rows, size=size, replace=with_replacement)
    sample = replace(
        problem,
        data=problem.data.take(np.sort(drawn)),
        seed=integer_seed(problem.seed, "discovery", "stability", number),
    )
    try:
        with threadpool_limits(1):
            return _Found(solve(algorithm, sample, settings).marks)
    except CausattnError as error:
        return _Found(np.zeros((0, 0), dtype=np.int8), str(error))


def _counted(data: DiscoveryData, algorithm: Algorithm, found: list[_Found]) -> EdgeFrequencies:
    """Return the frequencies over the draws that gave a graph."""
    good = [one.marks for one in found if not one.reason]
    failed = {number: one.reason for number, one in enumerate(found) if one.reason}
    if not good:
        raise CausattnError(f"None of {len(found)} draws gave a graph; the first: {failed[0]}")
    marks = np.stack(good)[:, : data.size, : data.size]
    turned = marks.transpose(0, 2, 1)
    return EdgeFrequencies(
        data.names,
        adjacent=(marks != Mark.NONE).mean(axis=0),
        directed=((marks == Mark.ARROW) & (turned == Mark.TAIL)).mean(axis=0),
        draws=len(good),
        failed=failed,
        algorithm=algorithm.name,
    )
