"""Run the ready studies over seeds and write their figures to ``results/studies/``.

    python experiments/studies/run.py asia alarm cebab --seeds 0 1 2

Each run's summary is kept as it is; the table shows the median over seeds, the smallest and the
largest. CEBaB is looked for below the folder that CAUSATTN_DATA names.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import causattn
import causattn.results
from causattn.base import write_json, write_text

RESULTS = Path(__file__).resolve().parents[2] / "results" / "studies"
ROWS = {
    "candidate AUC, attention": ("candidates", "auc"),
    "candidate average precision, attention": ("candidates", "average_precision"),
    "AUC, mutual information": ("candidates", "screens", "mutual_information", "auc"),
    "average precision, mutual information": (
        "candidates",
        "screens",
        "mutual_information",
        "average_precision",
    ),
    "AUC, untrained model's attention": ("candidates", "screens", "untrained", "auc"),
    "average precision, untrained model's attention": (
        "candidates",
        "screens",
        "untrained",
        "average_precision",
    ),
    "SHD of the CPDAG": ("graph", "shd"),
    "adjacency F1": ("graph", "adjacency_f1"),
    "independence tests": ("graph", "tests"),
    "directed edges": ("evidence", "edges"),
    "directed edges supported": ("evidence", "supported", "edges"),
    "of these in the truth": ("evidence", "supported", "true"),
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("studies", nargs="*", default=["asia", "alarm", "cebab"])
    arguments.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    arguments.add_argument("--workers", type=int, default=1, help="seeds run at the same time")
    chosen = arguments.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    for study in chosen.studies:
        with ProcessPoolExecutor(chosen.workers, get_context("spawn")) as pool:
            runs = list(pool.map(partial(one, study), chosen.seeds))
        summaries = [without_paths(run.summary) for run in runs]
        write_json(
            RESULTS / f"{study}.json",
            {
                "command": f"python experiments/studies/run.py {study} --seeds "
                + " ".join(map(str, chosen.seeds)),
                "machine": {"python": platform.python_version(), "system": platform.system()},
                "seeds": chosen.seeds,
                "runs": summaries,
            },
        )
        for name in ("graph", "attention", "candidates"):
            if picture := runs[0].figures.get(name):
                (RESULTS / f"{study}_{name}.png").write_bytes(picture.read_bytes())
    write_text(RESULTS / "README.md", page())


def one(study: str, seed: int) -> causattn.results.Run:
    """Run one study with one seed."""
    return causattn.run(f"experiment={study}", seed=seed)


def without_paths(summary: dict[str, Any]) -> dict[str, Any]:
    """Return a summary with the corpus's file by name only, wherever it lay."""
    corpus = summary["corpus"]
    if "path" not in corpus:
        return summary
    return {**summary, "corpus": {**corpus, "path": Path(corpus["path"]).name}}


def page() -> str:
    """Return the table over all studies whose figures are there, as Markdown."""
    lines = [
        "# Figures of the ready studies",
        "",
        "Written by `experiments/studies/run.py`: median over seeds [smallest, largest].",
    ]
    for path in sorted(RESULTS.glob("*.json")):
        stored = json.loads(path.read_text(encoding="utf-8"))
        runs = stored["runs"]
        seeds = ", ".join(map(str, stored["seeds"]))
        lines += ["", f"## {path.stem} (seeds {seeds})", "", f"`{stored['command']}`", ""]
        lines += ["| figure | value |", "|---|---|"]
        for label, keys in ROWS.items():
            values = [value for run in runs if (value := _at(run, keys)) is not None]
            if values:
                lines.append(f"| {label} | {_shown(values)} |")
        totals = [sum(run["timing"].values()) for run in runs]
        lines.append(f"| seconds, all stages | {_shown(totals)} |")
        if aspects := runs[0].get("effects", {}).get("known"):
            lines += ["", "| " + " | ".join(aspects[0]) + " |"]
            lines.append("|" + "---|" * len(aspects[0]))
            lines += ["| " + " | ".join(_cell(v) for v in row.values()) + " |" for row in aspects]
    return "\n".join(lines) + "\n"


def _at(tree: dict[str, Any], keys: tuple[str, ...]) -> float | None:
    value: Any = tree
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _shown(values: list[float]) -> str:
    if all(isinstance(value, int) for value in values):
        return f"{median(values):g} [{min(values)}, {max(values)}]"
    return f"{median(values):.3f} [{min(values):.3f}, {max(values):.3f}]"


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
