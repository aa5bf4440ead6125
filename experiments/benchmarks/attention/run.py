"""Time and weigh the capture of attention beside the plain forward pass and the usual way.

    export OMP_NUM_THREADS=1 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=17179869184
    python experiments/benchmarks/attention/run.py [--only speed size ...]

Writes ``attention.json`` and ``attention.md`` after every part, so that what was measured stays.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from memory import batch_rows, size_rows
from processes import process_rows
from programs import minilm
from speed import COUNTS, speed_rows
from table import page

from causattn.base import read_json, write_json, write_text

RESULTS = Path(__file__).resolve().parents[3] / "results" / "benchmarks"
PACKAGES = ("causattn", "torch", "transformers", "numpy", "numba")
ALLOCATOR = ("MALLOC_MMAP_MAX_", "MALLOC_TRIM_THRESHOLD_")
PARTS = ("speed", "size", "batch", "processes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="these parts")
    parser.add_argument(
        "--length", nargs="+", type=int, choices=COUNTS, default=[*COUNTS], help="of speed: T"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the documents")
    parser.add_argument("--into", type=Path, default=RESULTS, help="folder of the results")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    chosen.into.mkdir(parents=True, exist_ok=True)
    file = chosen.into / "attention.json"
    results: dict[str, Any] = {"runs": {}, "parts": {}}
    if file.exists():
        results = read_json(file)
    model = minilm()
    run = {"command": _command(), "when": _now(), "load": f"{os.getloadavg()[0]:.1f}"}
    for part in chosen.only:
        steps = chosen.length if part == "speed" else [None]
        for length in steps:
            rows = _rows(part, model, length, chosen.rounds, chosen.scale)
            kept = results["parts"].get(part, []) if part == "speed" else []
            kept = [row for row in kept if row["length"] != length]
            results["parts"][part] = sorted(kept + rows, key=lambda row: row["length"])
            results["runs"][f"{part} at T = {length}" if length else part] = run
            results["about"] = _about()
            write_json(file, results)
            write_text(chosen.into / "attention.md", page(results))
            print(part, length or "", "done", flush=True)


def _rows(part: str, model: Any, length: int | None, rounds: int, scale: float) -> list[Any]:
    if part == "speed":
        assert length is not None
        return speed_rows(model, length, rounds, scale)
    if part == "processes":
        return process_rows(model, rounds, scale)
    return size_rows(scale) if part == "size" else batch_rows(scale)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _command() -> str:
    arguments = sys.argv[1:]
    if "--into" in arguments:  # where a page lies is of no interest on it
        place = arguments.index("--into")
        arguments = arguments[:place] + arguments[place + 2 :]
    return shlex.join(["python", "experiments/benchmarks/attention/run.py", *arguments])


def _about() -> dict[str, Any]:
    return {
        "cpu": _processor(),
        "cores": os.cpu_count(),
        "allocator": {name: os.environ.get(name) for name in ALLOCATOR},
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    }


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


if __name__ == "__main__":
    main()
