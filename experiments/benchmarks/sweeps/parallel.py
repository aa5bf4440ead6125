"""How near a parallel sweep comes to its work divided by its workers.

The work is what was computed: the seconds of every stage of every job, without those stages that
were found in the store or waited for, so that what several jobs share counts once. Both the work
and the wall time are of the same sweep: a machine that is busy with other things slows both.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PROGRAM = "import sys; from causattn.cli import main; sys.exit(main())"
SWEEP = [
    "experiment=discovery",
    "corpus=alarm",
    "discovery=pc,ges,hill_climbing",
    "report=false",
    "quiet=true",
]


def measure(place: Path, jobs: int, workers: int, documents: int) -> dict[str, Any]:
    """Do a discovery sweep on alarm over an empty store with joblib's workers.

    The three algorithms have run once before, so that numba's compiled code is on disk.

    Parameters
    ----------
    place
        An empty folder.
    jobs
        How many jobs: three algorithms, and a third as many seeds.
    workers
        How many at the same time.
    documents
        Documents a job searches.
    """
    given = [
        *SWEEP,
        f"seed=range({jobs // 3})",
        f"corpus.documents={documents}",
        "launcher=joblib",
        f"workers={workers}",
        "hydra.sweep.dir=sweep",
    ]
    _do(place, [*SWEEP, "corpus.documents=500", "hydra.sweep.dir=compiled"])
    start = time.perf_counter()
    _do(place, given)
    wall = time.perf_counter() - start
    went = [json.loads(path.read_text()) for path in place.glob("sweep/*/timing.json")]
    work = sum(map(computed, went))
    return {
        "sweep": " ".join(["causattn", "sweep", *given]),
        "jobs": len(went),
        "workers": workers,
        "wall_s": round(wall, 2),
        "work_s": round(work, 2),
        "over": round(wall / (work / workers) - 1, 4),
        "corpora_drawn": sum("corpus" not in each["reused"] for each in went),
    }


def _do(place: Path, given: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "sweep", *given],
        cwd=place,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stdout[-1000:] + done.stderr[-1000:])


def computed(went: dict[str, Any]) -> float:
    """Return the seconds that a job computed itself, from its ``timing.json``."""
    reused = set(went["reused"])
    return sum(
        seconds for name, seconds in went["timing"].items() if name.removesuffix("_s") not in reused
    )
