"""Time and memory of collecting many jobs into one table."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from causattn.results import run_in_folder

PROGRAM = """
import resource, sys, time
from pathlib import Path
import yaml

from causattn.results import collect_runs
import causattn.results.run, pyarrow.parquet
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start, worked = time.perf_counter(), time.process_time()
found = collect_runs(Path(sys.argv[1]), Path(sys.argv[2]))
seconds, worked = time.perf_counter() - start, time.process_time() - worked
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(sum(found.counts.values()), seconds, worked, before, most)
"""


def collect_many(place: Path, size: int, example: Path) -> dict[str, Any]:
    """Collect a sweep of so many jobs in a process of its own.

    Parameters
    ----------
    place
        An empty folder.
    size
        How many jobs.
    example
        A real run, whose configuration and summary every job has, each with its own seed.
    """
    folder = place / str(size)
    make_jobs(folder, size, example)
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), str(place / f"table_{size}")],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    jobs, seconds, worked, before, most = int(said[0]), *map(float, said[1:])
    return {
        "jobs": jobs,
        "seconds": round(seconds, 2),
        "processor_seconds": round(worked, 2),
        "memory_before_mb": round(before / 1024, 1),
        "memory_most_mb": round(most / 1024, 1),
        "columns": _columns(place / f"table_{size}.csv"),
    }


def make_jobs(folder: Path, size: int, example: Path) -> None:
    """Write a sweep of finished jobs: one as it is written ever, the rest like it but for the seed.

    Their checksums are not those of the files, which collecting does not compare.
    """
    config = yaml.safe_load((example / "config.yaml").read_text())
    summary = json.loads((example / "summary.json").read_text())
    timing = (example / "timing.json").read_text()

    def work(target: Path) -> None:
        (target / "timing.json").write_text(timing)
        (target / "summary.json").write_text(json.dumps(summary | {"seed": -1}, indent=2))

    first = folder / f"{0:08x}"
    run_in_folder(first, config | {"seed": -1}, work, resume=True)
    texts = {path.name: path.read_text() for path in first.iterdir()}
    for seed in range(size):
        target = folder / f"{seed:08x}"
        target.mkdir(exist_ok=True)
        for name, text in texts.items():
            text = text.replace("seed: -1", f"seed: {seed}").replace(
                '"seed": -1', f'"seed": {seed}'
            )
            (target / name).write_text(text)


def _columns(table: Path) -> int:
    with table.open(encoding="utf-8") as stream:
        return stream.readline().count(",") + 1
