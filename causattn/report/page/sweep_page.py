"""``causattn report SWEEP``: every run of a sweep on one page, and what they say together."""

from __future__ import annotations

import base64
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from causattn.base import CausattnError, visible
from causattn.graphs import added_metrics
from causattn.report.comparison import SORTED_BY, headline, leaderboard_table, write_comparison
from causattn.report.page.graph_data import plain
from causattn.report.page.rendering import render_page, write_page
from causattn.results import MetricComparison, collect_runs, compare_runs, sweep_commands

_SHOWN = (
    ("graph.shd", "SHD"),
    ("graph.adjacency_f1", "adjacency F1"),
    ("graph.arrowhead_f1", "arrowhead F1"),
    ("graph.edges", "edges"),
    ("graph.tests", "tests"),
    ("candidates.auc", "candidate AUC"),
    ("candidates.average_precision", "average precision"),
    ("evidence.supported.edges", "supported"),
    ("evidence.robust.edges", "robust"),
    ("evidence.consistent.edges", "consistent"),
    ("seconds", "seconds"),
)
_FIGURES = (
    ("ranks_", "Mean ranks; a bar joins those within the critical difference."),
    ("means_", "Means over seeds by data set, with 95% bootstrap intervals."),
    ("front_", "Quality and time of those that finished on every data set."),
    ("runtime", "Median seconds of discovery by size."),
    ("paths", "ROC curves of the adjacencies that were found."),
)
_HIDDEN = ("config.paths.", "config.page.", "config.limits.", "config.workers", "config.threads")


def write_sweep_report(folder: Path, path: Path) -> Path:
    """Write a sweep's page and return its path.

    Parameters
    ----------
    folder
        The folder of a sweep, or any folder with runs below.
    path
        The page's file; links to the runs' own pages are relative to it.

    Raises
    ------
    ArtefactError
        Where there are no runs.
    """
    boards: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        collected = collect_runs(folder, Path(scratch) / "runs")
        runs = pd.read_parquet(collected.parquet)
        try:
            comparison = compare_runs(folder)
            write_comparison(comparison, Path(scratch) / "comparison")
            if len(comparison.contestants) > 1:
                boards = [_board(found) for found in comparison.metrics.values()]
            notes = [visible(note) for note in comparison.notes]
            slugs = [found.metric.slug for found in comparison.metrics.values()]
            figures = list(_figures(Path(scratch) / "comparison", slugs))
        except CausattnError as error:
            # A sweep without a truth or with one contestant still has its runs to be looked at.
            notes, figures = [visible(error)], []
    failed = runs[~runs["status"].isin(["finished"])]
    page = render_page(
        "sweep.html",
        f"{folder.resolve().name}, {len(runs)} runs",
        {"kind": "sweep", "boards": boards, **table_of_runs(runs, folder, path.parent)},
        counts=sorted(collected.counts.items()),
        failures=[
            (visible(row["folder"]), row["status"], visible(row["reason"] or "no reason is known"))
            for row in failed.to_dict("records")
        ],
        boards=boards,
        notes=notes,
        figures=figures,
        commands=[visible(command) for command in sweep_commands(folder)],
        again=visible(shlex.join(["causattn", "report", str(folder)])),
    )
    return write_page(path, page)


def _board(found: MetricComparison) -> dict[str, Any]:
    """Return the leaderboard by one metric, JSON-like: each cell as text and as what sorts it."""
    table = leaderboard_table(found)
    order = found.leaderboard[list(SORTED_BY)]
    return {
        "words": found.metric.title,
        "says": visible(headline(found).replace("**", "")),
        "columns": [
            {"words": visible(head), "numeric": k > 0} for k, head in enumerate(table.headers)
        ],
        "rows": [
            [
                {
                    "text": visible(cell.text),
                    "sort": plain(by),
                    "class": "first" if cell.bold else None,
                }
                for cell, by in zip(cells, keys, strict=True)
            ]
            for cells, keys in zip(table.rows, order.itertuples(index=False), strict=True)
        ],
    }


def table_of_runs(runs: pd.DataFrame, folder: Path, start: Path) -> dict[str, Any]:
    """Return the table of runs: what varies among them, then their metrics, JSON-like.

    ``links`` are the runs' own pages as addresses relative to `start`, None where there is none.
    """
    varied = [name for name in runs.columns if name.startswith("config.") and _varies(runs, name)]
    metrics = [
        (name, words)
        for name, words in (*_SHOWN, *added_metrics().items())
        if name in runs and runs[name].notna().any() and not _unasked(runs, name)
    ]
    columns = [
        *((name, _said(name), _numeric(runs[name])) for name in varied),
        *((name, words, True) for name, words in metrics),
        ("status", "status", False),
        ("folder", "folder", False),
        *([("reason", "reason", False)] if runs["reason"].fillna("").ne("").any() else []),
    ]
    rows = [[plain(row[name]) for name, *_ in columns] for row in runs.to_dict("records")]
    return {
        "table": {
            "columns": [
                {"name": name, "words": visible(words), "numeric": numeric}
                for name, words, numeric in columns
            ],
            "rows": rows,
        },
        "links": [_link(folder / place, start) for place in runs["folder"]],
    }


def _said(name: str) -> str:
    """Return a key of the configuration as a person types it."""
    return name.removeprefix("config.").removesuffix(".kind")


def _unasked(runs: pd.DataFrame, name: str) -> bool:
    """Return whether a column counts verdicts of a kind that no run has."""
    return name.startswith("evidence.") and not runs[name].fillna(0).any()


def _varies(runs: pd.DataFrame, name: str) -> bool:
    return not name.startswith(_HIDDEN) and runs[name].astype(str).nunique() > 1


def _numeric(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column))


def _link(run: Path, start: Path) -> str | None:
    """Return the address of a run's page seen from a folder; every odd character is escaped."""
    page = run / "report.html"
    if not page.is_file():
        return None
    try:
        return quote(page.resolve().relative_to(start.resolve()).as_posix())
    except ValueError:
        return None


def _figures(folder: Path, slugs: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the comparison's figures that have a place on the page, as data addresses."""
    for start, caption in _FIGURES:
        names = [f"{start}{slug}" for slug in slugs] if start.endswith("_") else [start]
        for file in (folder / f"{name}.svg" for name in names):
            if not file.is_file():
                continue
            data = base64.b64encode(file.read_bytes()).decode()
            yield {
                "name": file.stem.replace("_", " "),
                "data": f"data:image/svg+xml;base64,{data}",
                "caption": caption,
            }
