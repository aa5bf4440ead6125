"""What a sweep costs: a job's overhead, parallel jobs beside each other, and collecting."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from causattn.reproduction import Context, machine

from .collecting import collect_many
from .overhead import cost_a_job
from .parallel import PROGRAM, beside_one_worker

EXAMPLE = ["experiment=discovery", "corpus=alarm", "corpus.documents=500", "report=false"]


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield the jobs of each question."""
    if settings.overhead:
        yield {"part": "overhead", **settings.overhead}
    for sweep, workers in settings.parallel.items():
        how = {"launcher": settings.launcher, "quick": settings.quick}
        yield {"part": "parallel", "sweep": sweep, "workers": workers, **how}
    if settings.collecting:
        yield {"part": "collecting", "sizes": settings.collecting}


def measure(job: Mapping[str, Any], context: Context) -> list[dict[str, Any]]:
    """Return a row a number of workers, or one."""
    given = {key: value for key, value in job.items() if key != "part"}
    with TemporaryDirectory(prefix="causattn-") as name:
        place = Path(name)
        if job["part"] == "overhead":
            rows = [cost_a_job(place, **given)]
        elif job["part"] == "parallel":
            rows = list(beside_one_worker(place, **given))
        else:
            study = example(place)
            rows = [collect_many(place, size, study) for size in job["sizes"]]
    return [{**row, "machine": {**machine(), "nice": niceness()}} for row in rows]


def example(place: Path) -> Path:
    """Do one real study; return its folder."""
    given = [*EXAMPLE, "quiet=true", "hydra.run.dir=example"]
    subprocess.run(
        [sys.executable, "-c", PROGRAM, "run", *given], cwd=place, check=True, capture_output=True
    )
    return place / "example"


def niceness() -> int:
    """Return the priority of all that is started from here, smaller before larger.

    Where Linux shares processors out between sessions, and not between processes, it is the
    session's: three workers together then get no more than one process of another session.
    """
    group = Path("/proc/self/autogroup")
    try:
        return int(group.read_text().rsplit(maxsplit=1)[1])
    except (OSError, ValueError, IndexError):
        return os.getpriority(os.PRIO_PROCESS, 0)
