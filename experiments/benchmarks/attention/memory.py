"""Peak memory of a process, over sizes of the corpus and of the batch.

Every block of more than 256 KB goes back to the system when it is freed. Left to itself, glibc
keeps many of them, and the same command's peak moves by 50 MB from one run to the next.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

WORKER = Path(__file__).with_name("worker.py")
SIZES = (500, 2_000, 20_000)
BATCHES = (1, 8, 32)
USUAL_SIZES = (50, 100, 200)
SHARD = 250
ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": str(2**18)}


def size_rows(scale: float = 1.0) -> list[dict[str, Any]]:
    """Return peaks over the size of the corpus, T = 32, in shards of 250 documents.

    The smallest has two shards, too: sums of a single one need not stand in memory while it runs.
    """
    rows = []
    for size in SIZES:
        count = max(100, int(size * scale))
        for way in ("mean", "raw"):
            rows.append(_row(length=32, count=count, tokens=2_048, way=way, shard=SHARD))
    for size in USUAL_SIZES:
        count = max(20, int(size * scale))
        rows.append(_row(length=128, count=count, tokens=2_048, way="usual", shard=SHARD))
    return rows


def batch_rows(scale: float = 1.0) -> list[dict[str, Any]]:
    """Return peaks over the documents in a batch, T = 256."""
    count = max(32, int(192 * scale))  # enough that 1,000 words stand in more than one
    return [
        _row(length=256, count=count, tokens=256 * batch, way=way, shard=SHARD) | {"batch": batch}
        for batch in BATCHES
        for way in ("mean", "raw")
    ]


def _row(**task: Any) -> dict[str, Any]:
    """Return the peak of a way and of the plain forward, each in a process of its own."""
    plain = _peak(**{**task, "way": "plain"})
    found = _peak(**task)
    return {
        **task,
        "documents": task["count"],
        "held_mb": found["held_mb"],
        "plain_mb": plain["peak_mb"],
        "peak_mb": found["peak_mb"],
        "sums_mb": found["sums_mb"],
        "features": found["features"],
    }


def _peak(**task: Any) -> dict[str, float]:
    return _measured(json.dumps(task, sort_keys=True))


@cache
def _measured(task: str) -> dict[str, float]:
    """Run a worker, its allocator set as said above, whatever this process was told."""
    command = [sys.executable, str(WORKER), task]
    own = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**own, **ALLOCATOR}
    )
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result
