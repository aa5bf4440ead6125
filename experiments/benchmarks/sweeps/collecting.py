"""Time and memory of collecting many jobs into one table."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from causattn.results import run_in_folder

PROGRAM = """
import resource, sys, time
from pathlib import Path
from causattn.results import collect_runs
import causattn.results._run, pyarrow.parquet
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
found = collect_runs(Path(sys.argv[1]), Path(sys.argv[2]))
seconds = time.perf_counter() - start
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(sum(found.counts.values()), seconds, before, most)
"""


def measure(place: Path, sizes: tuple[int, ...], example: Path) -> list[dict[str, Any]]:
    """Collect sweeps of several sizes, each in a process of its own.

    Parameters
    ----------
    place
        An empty folder.
    sizes
        How many jobs.
    example
        A real run, whose configuration and summary every job has, each with its own seed.
    """
    rows = []
    for size in sizes:
        folder = place / str(size)
        make_jobs(folder, size, example)
        _drop_warmth(folder)
        said = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(folder), str(place / f"table_{size}")],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        jobs, seconds, before, most = int(said[0]), *map(float, said[1:])
        rows.append(
            {
                "jobs": jobs,
                "seconds": round(seconds, 2),
                "memory_before_mb": round(before / 1024, 1),
                "memory_most_mb": round(most / 1024, 1),
                "columns": _columns(place / f"table_{size}.csv"),
            }
        )
        shutil.rmtree(folder)
    return rows


def make_jobs(folder: Path, size: int, example: Path) -> None:
    """Write a sweep of finished jobs."""
    import yaml

    config = yaml.safe_load((example / "config.yaml").read_text())
    summary = json.loads((example / "summary.json").read_text())
    timing = (example / "timing.json").read_text()
    for seed in range(size):

        def work(target: Path, seed: int = seed) -> None:
            (target / "timing.json").write_text(timing)
            text = json.dumps(summary | {"seed": seed}, indent=2)
            (target / "summary.json").write_text(text)

        run_in_folder(folder / f"{seed:08x}", config | {"seed": seed}, work, resume=True)


def _columns(table: Path) -> int:
    with table.open(encoding="utf-8") as stream:
        return stream.readline().count(",") + 1


def _drop_warmth(folder: Path) -> None:
    """Let the file system settle: what was just written should not be written while we time."""
    subprocess.run(["sync", str(folder)], check=False)
    time.sleep(1)
