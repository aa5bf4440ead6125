"""What a worker process runs: one solution, or some draws of a stability study.

``python -m causattn.discovery.running.worker_jobs JOB FOLDER ...``; not for people.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from causattn.base import CausattnError, quiet, when_compiling, write_json
from causattn.discovery.discover import timed
from causattn.discovery.running.problem_files import read_problem
from causattn.discovery.running.stability import draw_in_worker
from causattn.discovery.running.worker import COMPILING, READY


def main(arguments: Sequence[str]) -> None:
    """Do a job."""
    job, folder = arguments[0], Path(arguments[1])
    with quiet():
        if job == "solve":
            _solve(folder, sys.stdin.buffer.read())
        else:
            draw_in_worker(folder, sys.stdin.buffer.read(), int(arguments[2]), int(arguments[3]))


def _solve(folder: Path, piped: bytes) -> None:
    """Leave a graph or an error in the folder."""
    algorithm, problem, settings = read_problem(folder, piped)

    def compiling(begins: bool) -> None:
        if begins:
            (folder / COMPILING).touch()
        else:
            (folder / COMPILING).unlink()

    when_compiling(compiling)
    try:
        graph = timed(algorithm, problem, settings, (folder / READY).touch)
    except CausattnError as error:
        stored = {"kind": type(error).__name__, "sentence": str(error)}
        write_json(folder / "error.json", stored)
        return
    graph.write(folder / "graph.json")


if __name__ == "__main__":
    main(sys.argv[1:])
