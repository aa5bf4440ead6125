"""How near a parallel sweep comes to its work divided by its workers.

The work is what one worker computes who does each piece once: the same sweep over an empty store,
without a launcher; of its jobs the seconds of every stage that was computed and not found in the
store. Loading what a stage needs is in it once, as it is for one worker.

Where all jobs share one model, the others wait until it is trained: no number of workers makes the
sweep shorter than that chain, so that it is given beside.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
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
    }


def measure(
    place: Path, workers: int, quick: bool, chosen: Sequence[int] = ()
) -> list[dict[str, Any]]:
    """Do each sweep with joblib's workers, and with none, each over an empty store.

    The algorithms have run once before, so that numba's compiled code is on disk.

    Parameters
    ----------
    place
        An empty folder.
    workers
        How many jobs at the same time.
    quick
        Whether few jobs do.
    chosen
        Which of the sweeps, from 1; none for all.
    """
    _do(place, [*OF_ALL, "experiment=discovery", "discovery=pc,ges,hill_climbing"], "compiled")
    rows = []
    for number, (name, given) in enumerate(sweeps(quick).items(), 1):
        if chosen and number not in chosen:
            continue
        parallel = [*given, "launcher=joblib", f"workers={workers}"]
        wall = _do(place, parallel, f"parallel{number}")
        alone_wall = _do(place, given, f"alone{number}")
        alone = _went(place / f"alone{number}")
        many = _went(place / f"parallel{number}")
        work = sum(map(computed, alone.values()))
        chain = max(map(computed, alone.values()))
        rows.append(
            {
                "name": name,
                "sweep": " ".join(["causattn", "sweep", *parallel]),
                "jobs": len(many),
                "workers": workers,
                "wall_s": round(wall, 2),
                "alone_wall_s": round(alone_wall, 2),
                "work_s": round(work, 2),
                "longest_job_s": round(chain, 2),
                "over": round(wall / (work / workers) - 1, 4),
                "over_chain": round(wall / (chain + (work - chain) / workers) - 1, 4),
                "identical": sum(
                    _checksums(place / f"alone{number}" / job)
                    == _checksums(place / f"parallel{number}" / job)
                    for job in alone
                ),
            }
        )
    return rows


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


def _went(folder: Path) -> dict[str, dict[str, Any]]:
    """Return how each job went, by the name of its folder."""
    return {path.parent.name: json.loads(path.read_text()) for path in folder.glob("*/timing.json")}


def computed(went: dict[str, Any]) -> float:
    """Return the seconds that a job computed itself, from its ``timing.json``."""
    reused = set(went["reused"])
    return sum(
        seconds for name, seconds in went["timing"].items() if name.removesuffix("_s") not in reused
    )


def _checksums(run: Path) -> dict[str, str]:
    """Return the checksum of each of a run's results, those that are there."""
    paths = (run / name for name in RESULTS)
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()}


def _listed(values: Sequence[float]) -> str:
    return ",".join(f"{value:g}" for value in values)
