"""Time effects and refuters side by side with DoWhy.

    OMP_NUM_THREADS=1 python experiments/benchmarks/effects/run.py

Writes ``effects.json`` and ``effects.md`` after each case.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from os import cpu_count
from pathlib import Path
from typing import Any

import torch
from cases import Row, adjustment, falsification, interventions, many_edges, refuters
from threadpoolctl import threadpool_limits

from causattn.base import read_json, write_json, write_text
from causattn.results import source_commit, versions

RESULTS = Path(__file__).resolve().parents[3] / "results" / "benchmarks"
MEASURED = ("causattn/effects", "experiments/benchmarks/effects")

FULL: dict[str, Callable[[], list[Row]]] = {
    "refuters": partial(refuters, 20, 50, 5000, 100, 5),
    "many": partial(many_edges, 200, 500, 5000, 100),
    "falsification": partial(falsification, 20, 50, 1000, 20),
    "adjustment": partial(adjustment, 200, 500, 60.0),
    "interventions": partial(interventions, 512),
}
QUICK: dict[str, Callable[[], list[Row]]] = {
    "refuters": partial(refuters, 5, 6, 300, 20, 1),
    "many": partial(many_edges, 12, 20, 300, 20),
    "falsification": partial(falsification, 5, 6, 300, 20),
    "adjustment": partial(adjustment, 12, 20, 5.0),
}


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small version, in seconds")
    parser.add_argument("--only", nargs="+", choices=list(FULL), help="these; other rows stay")
    parser.add_argument("--into", type=Path, default=RESULTS, help="folder of the results")
    words = sys.argv[1:] if given is None else list(given)
    chosen = parser.parse_args(words)
    cases = QUICK if chosen.quick else FULL
    chosen.into.mkdir(parents=True, exist_ok=True)
    file = chosen.into / "effects.json"
    kept = read_json(file)["rows"] if chosen.only and file.exists() else {}
    torch.set_num_threads(1)
    command = shlex.join(["python", "experiments/benchmarks/effects/run.py", *words])
    with threadpool_limits(1):
        for name, case in cases.items():
            if chosen.only and name not in chosen.only:
                continue
            kept[name] = {
                "command": command,
                "measured": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
                "commit": source_commit(*MEASURED) or "unknown",
                "rows": case(),
            }
            about = {"cores": cpu_count(), "threads": 1, "versions": versions()}
            results = {"about": about, "rows": {name: kept[name] for name in cases if name in kept}}
            write_json(file, results)
            write_text(chosen.into / "effects.md", page(results))
            print(name, "done", flush=True)


def page(results: dict[str, Any]) -> str:
    """Return the results as a Markdown page."""
    about = results["about"]
    named = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    lines = [
        "# Effects: speed beside DoWhy",
        "",
        *(
            f"- {name}: `{case['command']}`, {case['measured']}, commit {case['commit']}"
            for name, case in results["rows"].items()
        ),
        f"- One thread each, of {about['cores']} cores that others worked on at the same time: "
        "read the ratios (of medians, runs taken in turn) rather than the times.",
        f"- {named}",
        "",
        "| case | how | DoWhy, or plain | ours | ratio | largest difference | target | reached |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for case in results["rows"].values():
        lines += [_line(row) for row in case["rows"]]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    ratio = row.get("ratio")
    cells = [
        row["case"],
        row["how"],
        row.get("theirs", ""),
        row.get("ours") or f"{row['our_median_s']:.3g} s",
        "" if ratio is None else f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}x",
        f"{row['largest_difference']:.0e}" if "largest_difference" in row else "",
        row["target"],
        "yes" if row["reached"] else "no",
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
