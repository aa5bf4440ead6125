"""Time the discovery engine side by side with causal-learn and pgmpy.

    taskset -c 0 python experiments/benchmarks/discovery/run.py [--quick]

Writes ``discovery.json`` and ``discovery.md`` after every case, so that what was measured stays.
"""

from __future__ import annotations

import argparse
import platform
import shlex
import sys
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from os import cpu_count
from pathlib import Path
from typing import Any

from cases import full, quick
from rows import rows_of
from table import page
from threadpoolctl import threadpool_limits

from causattn.base import read_json, write_json, write_text
from causattn.results import source_commit

RESULTS = Path(__file__).resolve().parents[3] / "results" / "benchmarks"
PACKAGES = ("causattn", "causal-learn", "pgmpy", "numba", "numpy", "scipy")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small version, in seconds")
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="WORD",
        help="only cases with one of these in their name; other rows of the results stay",
    )
    parser.add_argument("--against", help="only rows against this program")
    parser.add_argument("--into", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument(
        "--timeout", type=float, default=400.0, help="seconds for a run of another program"
    )
    chosen = parser.parse_args()
    every = quick() if chosen.quick else full()
    cases = [c for c in every if any(word in c.name for word in chosen.only or [""])]
    if chosen.against:
        cases = [
            replace(c, others={chosen.against: c.others[chosen.against]})
            for c in cases
            if chosen.against in c.others
        ]
    chosen.into.mkdir(parents=True, exist_ok=True)
    file = chosen.into / "discovery.json"
    rows = read_json(file)["rows"] if (chosen.only or chosen.against) and file.exists() else []
    wanted = [line(case.name, program) for case in every for program in case.others or [None]]
    with threadpool_limits(1):
        for case in cases:
            measured = {
                "measured": _now(),
                "command": _command(),
                "commit": source_commit() or "unknown",
            }
            new = [row | measured for row in rows_of(case, chosen.timeout)]
            known = {line(row["case"], row["against"]): row for row in rows + new}
            rows = [known[key] for key in wanted if key in known]
            results = {"about": _about(), "missing": len(wanted) - len(rows), "rows": rows}
            write_json(file, results)
            write_text(chosen.into / "discovery.md", page(results))
            print(case.name, "done", flush=True)


def line(case: str, against: str | None) -> tuple[str, str | None]:
    """Return what a row is known by; a search over all pairs is no other program."""
    return case, None if against == "causattn, all pairs" else against


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _command() -> str:
    return shlex.join(["python", "experiments/benchmarks/discovery/run.py", *sys.argv[1:]])


def _about() -> dict[str, Any]:
    return {
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
