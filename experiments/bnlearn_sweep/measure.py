"""A sweep of every algorithm for discrete data over a network's rows, and what it compares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from causattn import compare_runs
from causattn.cli import main as causattn
from causattn.report import write_comparison
from causattn.reproduction import Context, Findings, Row
from causattn.results import collect_runs

METRICS = (
    "shd",
    "adjacency_precision",
    "adjacency_recall",
    "arrowhead_precision",
    "arrowhead_recall",
    "parent_aid",
    "tests",
)
KEPT = ("means_shd", "ranks_shd", "differences_shd", "front_shd", "runtime")
"""Figures that the page shows; the others are made from the rows by ``causattn compare``."""
FIGURE = re.compile(r"!\[([^\]]*)\]\((\w+)\.png\)\n\n\*[^\n]*\n\n?")
LINKS = re.compile(r" \(\[(?:CSV|SVG)\]\([^)]*\)(?:, \[LaTeX\]\([^)]*\))?\)")


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a network and number of rows: a sweep over algorithms and seeds."""
    how = {"algorithms": settings.algorithms, "seeds": settings.seeds}
    for network in settings.networks:
        for rows in settings.rows:
            yield {"network": network, "rows": rows, **how, "timeout_s": settings.timeout_s}


def measure(job: Mapping[str, Any], context: Context) -> list[dict[str, Any]]:
    """Return a row a run, finished or not."""
    with TemporaryDirectory(prefix="causattn-") as name:
        folder = Path(name) / "sweep"
        overrides = (
            "experiment=bnlearn",
            f"corpus.network={job['network']}",
            f"corpus.documents={job['rows']}",
            f"discovery={job['algorithms']}",
            f"seed=range({job['seeds']})",
            f"limits.timeout_s={job['timeout_s']:g}",
            f"hydra.sweep.dir={folder}",
            f"paths.cache={name}/cache",
        )
        causattn(["sweep", *overrides])  # failing runs are rows of the table
        frame = pd.read_parquet(collect_runs(folder, Path(name) / "runs").parquet)
    kept = [name for name in frame if not name.startswith(("versions.", "config.paths."))]
    return [
        {key: value for key, value in row.items() if not pd.isna(value)}
        for row in frame[kept].to_dict("records")
    ]


def page(rows: list[Row], context: Context) -> Findings:
    """Return what ``causattn compare`` says of all runs."""
    found = Findings()
    with TemporaryDirectory(prefix="causattn-") as name:
        table = Path(name) / "runs.parquet"
        frame_of(rows).to_parquet(table)
        comparison = compare_runs(table, by=["discovery"], metrics=METRICS)
        text = write_comparison(comparison, context.folder).read_text(encoding="utf-8")
    title, headlines, rest = text.split("\n\n", 2)
    found.notes[title.lstrip("# ")] = headlines
    for caption, stem in FIGURE.findall(rest):
        if stem in KEPT:
            found.pictures[caption] = context.folder / f"{stem}.png"
    rest = LINKS.sub("", FIGURE.sub("", rest))
    for section in rest.split("\n## ")[1:]:
        heading, _, body = section.partition("\n")
        found.notes[heading] = body.strip()
    return found


def frame_of(rows: list[Row]) -> pd.DataFrame:
    """Return the runs as ``causattn collect`` has them."""
    skipped = ("job", "job_seconds", "code", "commit", "versions")
    return pd.DataFrame(
        [
            {key: value for key, value in row.items() if key not in skipped}
            | {f"versions.{name}": value for name, value in row["versions"].items()}
            for row in rows
        ]
    )
