"""What capturing attention costs: documents a second, peak memory, one process and two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import torch

from causattn.reproduction import Context, machine

from .processes import process_row
from .programs import minilm
from .speed import speed_rows

SHARD = 250
TOKENS = 2_048
ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": str(2**18)}
"""Every block of more than 256 KB goes back to the system when it is freed. Left to itself, glibc
keeps many of them, and the same command's peak moves by 50 MB from one run to the next."""


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield the jobs of each question.

    The smallest corpus has two shards, too: sums of a single one need not stand in memory while it
    runs.
    """
    for length, documents in settings.speed.items():
        target = settings.targets[length]
        yield {
            "part": "speed",
            "length": length,
            "documents": documents,
            "rounds": settings.rounds,
            "target": target,
        }
    for documents in settings.sizes:
        for way in ("mean", "raw"):
            yield _memory("size", 32, documents, TOKENS, way)
    for documents in settings.usual_sizes:
        yield _memory("size", 128, documents, TOKENS, "usual")
    for batch in settings.batches:
        for way in ("mean", "raw"):
            yield _memory("batch", 256, settings.batch_documents, 256 * batch, way)
    for documents in settings.processes:
        yield {"part": "processes", "documents": documents, "rounds": settings.rounds}


def _memory(part: str, length: int, documents: int, tokens: int, way: str) -> dict[str, Any]:
    task = {"length": length, "documents": documents, "tokens": tokens, "way": way}
    return {"part": part, **task, "shard": SHARD}


def measure(job: Mapping[str, Any], context: Context) -> list[dict[str, Any]]:
    """Return a row a way of capturing, or one."""
    torch.set_num_threads(1)
    if job["part"] == "speed":
        own = (job["length"], job["documents"], job["rounds"])
        rows = speed_rows(minilm(), *own)
    elif job["part"] == "processes":
        rows = [process_row(minilm(), job["documents"], job["rounds"])]
    else:
        rows = [peaks({key: value for key, value in job.items() if key != "part"})]
    return [{**row, "machine": machine()} for row in rows]


def peaks(task: dict[str, Any]) -> dict[str, Any]:
    """Return the peak of a way and of the plain forward, each in a process of its own."""
    found = _measured(json.dumps(task, sort_keys=True))
    plain = _measured(json.dumps({**task, "way": "plain"}, sort_keys=True))
    return {**found, "plain_mb": plain["peak_mb"]}


@cache
def _measured(task: str) -> dict[str, float]:
    """Run a worker, its allocator set as said above, whatever this process was set to."""
    root = Path(__file__).resolve().parents[str(__package__).count(".") + 1]
    own = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    path = os.pathsep.join(filter(None, (own.get("PYTHONPATH"), str(root))))
    done = subprocess.run(
        [sys.executable, "-m", f"{__package__}.worker", task],
        check=True,
        capture_output=True,
        text=True,
        env={**own, **ALLOCATOR, "PYTHONPATH": path},
    )
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result
