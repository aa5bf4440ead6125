"""How near a parallel sweep comes to its work divided by its workers.

The work is what one worker needs who does each piece once: the seconds of all jobs of the same
sweep over an empty store, without a launcher. Loading what a job needs is in it once, as it is for
one worker.

On one machine, jobs that run at the same time can be slower than one alone, since they share its
memory and its caches. So the same quotient is taken over the processor time that the jobs of the
parallel sweep took themselves: what is left is the sweep's own cost.

Where all jobs share one model, the others wait until it is trained: no number of workers makes the
sweep shorter than that chain, so that it is given beside.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

PROGRAM = "import sys; from causattn.cli import main; sys.exit(main())"
OF_ALL = ["corpus=alarm", "report=false", "quiet=true"]
WITH_MODEL = [
    *OF_ALL,
    "discovery=pc,ges",
    "effects=none",
    "corpus.documents=5000",
]
RESULTS = ("candidates.parquet", "evidence.parquet", "graph.json", "summary.json", "truth.json")


def sweeps(quick: bool) -> dict[str, list[str]]:
    """Return the sweeps' overrides by what they are: 60 jobs each, 6 where it is to be quick."""
    steps, seeds = (5, 2) if quick else (1000, 20)
    few = [2 + k / 10 for k in range(3 if quick else 30)]
    settings = few[:1] if quick else [1.5, 2.0, 2.5, 3.0, 4.0]
    return {
        "no model, three algorithms, a seed each for every third job": [
            *OF_ALL,
            "experiment=discovery",
            "discovery=pc,ges,hill_climbing",
            f"corpus.documents={500 if quick else 2000}",
            f"seed=range({seeds})",
        ],
        "a model a seed, ten settings of discovery each": [
            *WITH_MODEL,
            f"model.steps={steps}",
            f"candidates.pairs_per_feature={_listed(settings)}",
            f"seed=range({3 if quick else 6})",
        ],
        "one model, sixty settings of discovery": [
            *WITH_MODEL,
            f"model.steps={steps}",
            f"candidates.pairs_per_feature={_listed(few)}",
        ],
        "no model, three algorithms on five times the documents, twenty seeds": [
            *OF_ALL,
            "experiment=discovery",
            "discovery=pc,ges,hill_climbing",
            f"corpus.documents={1000 if quick else 10000}",
            f"seed=range({seeds})",
        ],
    }


def beside_one_worker(
    place: Path, sweep: int, workers: Sequence[int], quick: bool, launcher: str
) -> Iterator[dict[str, Any]]:
    """Do a sweep with none but this process and with workers, each time over an empty store.

    Another sweep comes before, so that compiled code is on disk.

    Parameters
    ----------
    place
        An empty folder.
    sweep
        Which of the sweeps, from 1.
    workers
        How many jobs at the same time; each number by itself.
    quick
        Whether few jobs do.
    launcher
        What begins the workers.
    """
    _do(place, [*OF_ALL, "experiment=discovery", "discovery=pc,ges,hill_climbing"], "compiled")
    name, given = list(sweeps(quick).items())[sweep - 1]
    alone_wall = _do(place, given, "alone")
    for count in workers:
        folder = f"parallel_{count}"
        parallel = [*given, f"launcher={launcher}", f"workers={count}"]
        wall = _do(place, parallel, folder)
        yield {
            "name": name,
            "command": " ".join(["causattn", "sweep", *parallel]),
            "workers": count,
            "wall_s": round(wall, 2),
            "alone_wall_s": round(alone_wall, 2),
            **compared(_log(place / "alone"), _log(place / folder), wall, count),
            "identical": sum(
                _checksums(job) == _checksums(place / folder / job.name)
                for job in (place / "alone").iterdir()
                if job.is_dir()
            ),
        }


def compared(
    alone: Sequence[Mapping[str, Any]],
    many: Sequence[Mapping[str, Any]],
    wall: float,
    workers: int,
) -> dict[str, Any]:
    """Return a parallel sweep's wall time over what it should be.

    Parameters
    ----------
    alone, many
        The log of one worker and of several, a line a job.
    wall
        Seconds that the parallel sweep took, program's start to its end.
    workers
        How many there were.

    Returns
    -------
    dict
        ``work_s`` and ``over`` of one worker's seconds; ``longest_job_s`` and ``over_chain`` of its
        longest job and the rest divided; ``busy_s`` and ``over_busy`` of the parallel jobs' own
        processor time; ``slower``, by how much that is more than the processor time of one worker;
        ``jobs_span_s``, from the first job's beginning to the last one's end; ``idle_at_end_s``,
        from each worker's last job to that end, summed.
    """
    work = sum(line["seconds"] for line in alone)
    longest = max(line["seconds"] for line in alone)
    busy = sum(line["processor_seconds"] for line in many)
    lasts: dict[int, float] = {}
    for line in many:
        end = line["began"] + line["seconds"]
        lasts[line["process"]] = max(end, lasts.get(line["process"], 0.0))
    end = max(lasts.values())
    return {
        "jobs": len(many),
        "work_s": round(work, 2),
        "longest_job_s": round(longest, 2),
        "busy_s": round(busy, 2),
        "jobs_span_s": round(end - min(line["began"] for line in many), 2),
        "idle_at_end_s": round(sum(end - last for last in lasts.values()), 2),
        "over": round(wall / (work / workers) - 1, 4),
        "over_chain": round(wall / (longest + (work - longest) / workers) - 1, 4),
        "over_busy": round(wall / (busy / workers) - 1, 4),
        "slower": round(busy / sum(line["processor_seconds"] for line in alone) - 1, 4),
    }


def _do(place: Path, given: list[str], folder: str) -> float:
    """Do a sweep over a store of its own; return its seconds."""
    own = [f"hydra.sweep.dir={folder}", f"paths.cache={folder}_cache"]
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "sweep", *given, *own],
        cwd=place,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stdout[-1000:] + done.stderr[-1000:])
    return time.perf_counter() - start


def _log(folder: Path) -> list[dict[str, Any]]:
    """Return how each job went."""
    return [json.loads(line) for line in (folder / "jobs.jsonl").read_text().splitlines()]


def _checksums(run: Path) -> dict[str, str]:
    """Return the checksum of each of a run's results, those that are there."""
    paths = (run / name for name in RESULTS)
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()}


def _listed(values: Sequence[float]) -> str:
    return ",".join(f"{value:g}" for value in values)
