"""What another process runs: one solution, or some draws of a stability study.

``python -m causattn.discovery._worker JOB FOLDER ...``; not for people. A fresh interpreter and not
a fork, because compiled thread pools do not survive a fork; plain files and not pickles.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from causattn.base import CausattnError, quiet, write_json


@contextmanager
def worker(job: str, folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker process and see to it that nothing of it is left when the block ends.

    Parameters
    ----------
    job
        ``"solve"`` or ``"draw"``.
    folder
        Where the problem lies; what the process says goes to ``output`` there.
    arguments
        What else the job needs.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "causattn.discovery._worker", job, str(folder), *arguments]
    with (folder / "output").open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def last_words(folder: Path) -> str:
    """Return the last line that a worker said."""
    lines = (folder / "output").read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def main(arguments: Sequence[str]) -> None:
    """Do a job."""
    job, folder = arguments[0], Path(arguments[1])
    with quiet():
        if job == "solve":
            _solve(folder)
        else:
            from causattn.discovery._stability import draw_in_worker

            draw_in_worker(folder, int(arguments[2]), int(arguments[3]))


def _solve(folder: Path) -> None:
    """Leave a graph or an error in the folder."""
    from causattn.discovery._problem_files import read_problem

    algorithm, problem, settings = read_problem(folder)
    (folder / "ready").touch()
    start = time.perf_counter()  # not before: starting an interpreter is no part of the algorithm
    try:
        graph = algorithm.run(problem, settings)
    except CausattnError as error:
        stored = {"kind": type(error).__name__, "sentence": str(error)}
        write_json(folder / "error.json", stored)
        return
    details = {**graph.details, "seconds": time.perf_counter() - start}
    replace(graph, details=details).write(folder / "graph.json")


if __name__ == "__main__":
    main(sys.argv[1:])
