"""Measure sweeps and write ``results/benchmarks/sweeps.json`` and ``sweeps.md``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import collecting
import overhead
import parallel
from table import page

from causattn.results import source_commit, versions

ROOT = Path(__file__).resolve().parents[3]
PARTS = ("overhead", "parallel", "collecting")
EXAMPLE = ["experiment=discovery", "corpus=alarm", "corpus.documents=500", "report=false"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--quick", action="store_true", help="few and small, to see that it works")
    parser.add_argument("--into", type=Path, default=ROOT / "results" / "benchmarks")
    parser.add_argument("--repeats", type=int, default=1, help="of the overhead")
    parser.add_argument("--workers", type=int, nargs="+", default=[2, 3], help="of parallel sweeps")
    parser.add_argument("--launcher", default="processes", help="of the parallel sweeps")
    parser.add_argument("--sweeps", type=int, nargs="+", default=[], help="parallel ones, from 1")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measures = measures_of(given, Path(folder))
        for name in given.only:
            (Path(folder) / name).mkdir()
            if name == "parallel":
                for row in measures[name]():  # each may be measured by itself
                    keep(given.into, f"parallel: {row['name']}; {row['workers']} workers", row)
            else:
                keep(given.into, name, measures[name]())


def measures_of(given: argparse.Namespace, place: Path) -> dict[str, Callable[[], Any]]:
    """Return what measures each part."""
    quick = given.quick
    return {
        "overhead": lambda: overhead.measure(
            place / "overhead", 20 if quick else 1000, 8 if quick else 60, given.repeats
        ),
        "parallel": lambda: parallel.measure(
            place / "parallel", given.workers, quick, given.sweeps, given.launcher
        ),
        "collecting": lambda: collecting.measure(
            place / "collecting", (10, 20) if quick else (1000, 10_000), example(place)
        ),
    }


def example(place: Path) -> Path:
    """Do one real study; return its folder."""
    given = [*EXAMPLE, "quiet=true", "hydra.run.dir=example"]
    subprocess.run(
        [sys.executable, "-c", parallel.PROGRAM, "run", *given],
        cwd=place,
        check=True,
        capture_output=True,
    )
    return place / "example"


def keep(into: Path, name: str, found: Any) -> None:
    """Put one part's figures beside the others', and write the page anew."""
    into.mkdir(parents=True, exist_ok=True)
    path = into / "sweeps.json"
    results = json.loads(path.read_text()) if path.is_file() else {}
    results[name] = {
        "command": shlex.join(["python", "experiments/benchmarks/sweeps/run.py", *sys.argv[1:]]),
        "measured": datetime.now(UTC).isoformat(timespec="minutes"),
        "cores": os.cpu_count(),
        "load_at_end": round(os.getloadavg()[0], 1),
        "nice": niceness(),
        "commit": source_commit() or "unknown",
        "python": platform.python_version(),
        "versions": versions(),
        "found": found,
    }
    path.write_text(json.dumps(results, indent=2) + "\n")
    (into / "sweeps.md").write_text(page(results))


def niceness() -> int:
    """Return the priority of all that is started from here, smaller before larger.

    Where Linux shares processors out between sessions, and not between processes, it is the
    session's: three workers together then get no more than one process of another session.
    """
    group = Path("/proc/self/autogroup")
    try:
        return int(group.read_text().rsplit(maxsplit=1)[1])
    except (OSError, ValueError, IndexError):
        return os.getpriority(os.PRIO_PROCESS, 0)


if __name__ == "__main__":
    main()
