"""A time limit that really ends an algorithm: it runs in a process of its own, which is killed.

Nothing in a library's inner loop looks at a clock, and a thread cannot be ended. Problem and graph
travel as plain files. The clock starts when the process is ready to run the algorithm, and stands
still while code is compiled for it.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

from causattn import base
from causattn.base import CausattnError, ConfigError, read_json
from causattn.discovery.contract import Algorithm, Problem, RunSettings
from causattn.discovery.running.problem_files import write_problem
from causattn.discovery.running.worker import COMPILING, READY, last_words, worker
from causattn.graphs import CausalGraph

_LOOK_EVERY_S = 0.01


class TimedOutError(CausattnError):
    """An algorithm was ended because its time was up."""


def run_limited(
    algorithm: Algorithm, problem: Problem, settings: RunSettings, seconds: float
) -> CausalGraph:
    """Run an algorithm in a process of its own for `seconds` at most.

    Raises
    ------
    TimedOutError
        Where it did not end in time.
    CausattnError
        What the algorithm raised; also where its process was ended from outside, as it is when
        memory runs out.
    """
    if not seconds > 0:
        raise ConfigError(f"timeout_s={seconds} leaves no time; give more, or null for no limit.")
    with tempfile.TemporaryDirectory(prefix="causattn-") as place:
        folder = Path(place)
        piped = write_problem(folder, algorithm, problem, settings)
        with worker("solve", folder, piped=piped) as process:
            _wait(process, folder, seconds, algorithm.name)
        if (folder / "graph.json").exists():
            return CausalGraph.read(folder / "graph.json")
        raise _failure(folder, algorithm.name, process.returncode)


def _wait(process: subprocess.Popen[bytes], folder: Path, seconds: float, name: str) -> None:
    """Wait for the end; raise where the time is up."""
    left, before = seconds, time.monotonic()
    while process.poll() is None:
        now = time.monotonic()
        if (folder / READY).exists() and not (folder / COMPILING).exists():
            left -= now - before
        before = now
        if left < 0:
            raise TimedOutError(
                f"{name} was ended after {seconds:g} s (timeout_s); give it more time, fewer "
                "variables or stronger restrictions, or choose another algorithm."
            )
        time.sleep(_LOOK_EVERY_S)


def _failure(folder: Path, name: str, code: int | None) -> CausattnError:
    """Return the error that the process left behind."""
    if (folder / "error.json").exists():
        stored = read_json(folder / "error.json")
        kind: type[CausattnError] = getattr(base, stored["kind"], CausattnError)
        return kind(stored["sentence"])
    return CausattnError(
        f"The process that ran {name} ended with code {code} ({last_words(folder)}); run it "
        "without timeout_s to see more, and look whether memory ran out."
    )
