"""Another process for one solution, or for some draws of a stability study.

A fresh interpreter and not a fork, because compiled thread pools do not survive a fork; plain files
and a pipe for what is no plain value. What it runs is `causattn.discovery.running.worker_jobs`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

_JOBS = "causattn.discovery.running.worker_jobs"

READY = "ready"
"""The file that says that everything is imported and the algorithm begins."""

COMPILING = "compiling"
"""The file that is there while the process compiles."""


@contextmanager
def worker(
    job: str, folder: Path, *arguments: str, piped: bytes = b""
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker process and see to it that nothing of it is left when the block ends.

    Parameters
    ----------
    job
        ``"solve"`` or ``"draw"``.
    folder
        Where the problem lies; what the process says goes to ``output`` there.
    arguments
        What else the job needs.
    piped
        Objects for its standard input, see `causattn.discovery.running.problem_files`.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [
        sys.executable,
        "-m",
        _JOBS,
        job,
        str(folder),
        *arguments,
    ]
    with (folder / "output").open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
        try:
            with suppress(BrokenPipeError), cast("IO[bytes]", process.stdin) as pipe:
                pipe.write(piped)
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def last_words(folder: Path) -> str:
    """Return the last line that a worker said."""
    lines = (folder / "output").read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
