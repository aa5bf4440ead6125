"""The ready studies over seeds: what each run's summary says, and the graph that it found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

import causattn
from causattn.reproduction import Context, Findings, Row, extent

FIGURES = {
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
    "directed edges robust": ("evidence", "robust", "edges"),
    "robust and in the truth": ("evidence", "robust", "true"),
    "directed edges consistent": ("evidence", "consistent", "edges"),
    "consistent and in the truth": ("evidence", "consistent", "true"),
    "directed edges disputed": ("evidence", "disputed", "edges"),
    "disputed and in the truth": ("evidence", "disputed", "true"),
}


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a study and seed."""
    for study in settings.studies:
        for seed in range(settings.seeds):
            yield {"study": study, "seed": seed, "overrides": list(settings.overrides)}


def measure(job: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Do the study; of the first seed the graph is kept as a picture."""
    with TemporaryDirectory(prefix="causattn-") as folder:
        run = causattn.run(
            f"experiment={job['study']}",
            *job["overrides"],
            f"paths.cache={context.cache}",
            f"paths.data={context.files}",
            f"paths.runs={folder}",
            seed=job["seed"],
            quiet=True,
        )
        picture = run.figures.get("graph")
        if picture is not None and job["seed"] == 0:
            shutil.copyfile(picture, context.folder / f"{job['study']}_graph.png")
        return without_paths(run.summary)


def without_paths(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return a summary with the corpus's file by name only, wherever it lay."""
    corpus = dict(summary["corpus"])
    if "path" in corpus:
        corpus["path"] = Path(corpus["path"]).name
    return {**summary, "corpus": corpus}


def page(rows: list[Row], context: Context) -> Findings:
    """Return a table a study: medians over seeds with the smallest and largest."""
    found = Findings()
    for study in dict.fromkeys(row["study"] for row in rows):
        runs = [row for row in rows if row["study"] == study]
        shown = {label: [at(run, keys) for run in runs] for label, keys in FIGURES.items()}
        shown["seconds, all stages"] = [sum(run["timing"].values()) for run in runs]
        title = f"{study}, {len(runs)} seeds"
        found.tables[title] = pd.DataFrame(
            [
                {"figure": label, "median [smallest, largest]": cell}
                for label, values in shown.items()
                if (cell := extent(values, digits(values), median=True))
            ]
        )
        if known := runs[0].get("effects", {}).get("known"):
            found.tables[f"{study}, effects beside people's"] = pd.DataFrame(known)
        picture = context.folder / f"{study}_graph.png"
        if picture.is_file():
            found.pictures[f"{study}, the graph found with seed {runs[0]['seed']}"] = picture
    return found


def at(tree: Any, keys: tuple[str, ...]) -> float | None:
    """Return what lies below the keys, None where there is nothing."""
    for key in keys:
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree


def digits(values: list[Any]) -> int:
    """Return how many decimals values are written with: none where all are counts."""
    return 0 if all(isinstance(value, int) for value in values if value is not None) else 3
