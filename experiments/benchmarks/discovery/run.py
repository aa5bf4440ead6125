"""Time the discovery engine side by side with causal-learn and pgmpy.

    taskset -c 0 python experiments/benchmarks/discovery/run.py [--quick]

Writes ``discovery.json`` and ``discovery.md`` after every case, so that what was measured stays.
"""

from __future__ import annotations

import argparse
import platform
import shlex
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from os import cpu_count
from pathlib import Path
from typing import Any

from cases import full, quick
from rows import rows_of
from table import page
from threadpoolctl import threadpool_limits

from causattn.base import write_json, write_text

RESULTS = Path(__file__).resolve().parents[3] / "results" / "benchmarks"
PACKAGES = ("causattn", "causal-learn", "pgmpy", "numba", "numpy", "scipy")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small version, in seconds")
    parser.add_argument("--only", help="only cases with this in their name")
    parser.add_argument("--into", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument(
        "--timeout", type=float, default=400.0, help="seconds for a run of another program"
    )
    chosen = parser.parse_args()
    cases = [c for c in (quick() if chosen.quick else full()) if (chosen.only or "") in c.name]
    chosen.into.mkdir(parents=True, exist_ok=True)
    results: dict[str, Any] = {"about": _about(), "complete": False, "rows": []}
    with threadpool_limits(1):
        for case in cases:
            results["rows"] += rows_of(case, chosen.timeout)
            results["complete"] = case is cases[-1]
            write_json(chosen.into / "discovery.json", results)
            write_text(chosen.into / "discovery.md", page(results))
            print(case.name, "done", flush=True)


def _about() -> dict[str, Any]:
    return {
        "command": shlex.join(["python", "experiments/benchmarks/discovery/run.py", *sys.argv[1:]]),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": _processor(),
        "cores": cpu_count(),
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
