"""The record of an experiment in ``results/NAME``: what a sceptic reads, and no cache.

``result.json`` holds the settings, the figures and what they were measured with; ``rows.parquet``
every row that jobs gave, or a row each figure where they gave findings, with its commit; the page
and its pictures lie beside them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from causattn.base import ArtefactError, inside, read_json, write_json, write_text
from causattn.reproduction.contract import Findings, Row
from causattn.reproduction.rows import plain, read_findings, write_findings
from causattn.results import read_rows, write_rows

RESULT, ROWS, PAGE = "result.json", "rows.parquet", "README.md"
SCHEMA = 2
_OF_FIGURES = {"figure", "here", "published", "outcome"}


@dataclass(frozen=True)
class Record:
    """What came out of an experiment, and what made it.

    Parameters
    ----------
    name, title, claim, paper
        As in its folder.
    command
        What gives it again.
    settings, seed, short
        What it ran with; the short version proves less.
    made
        Jobs measured together: how many, in how many seconds, at which commit, with which
        packages, and why they are stale, where they are.
    findings
        What the page shows.
    """

    name: str
    title: str
    claim: str
    paper: str
    command: str
    settings: dict[str, Any]
    seed: int
    short: bool
    made: list[dict[str, Any]]
    findings: Findings


def made_with(rows: list[Row], stale: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return how many jobs were measured at each commit with the same packages.

    Parameters
    ----------
    rows
        Of all jobs.
    stale
        Of `stale_jobs`.
    """
    groups: dict[str, dict[str, Any]] = {}
    seen = set()
    for row in rows:
        if row["job"] in seen:
            continue
        seen.add(row["job"])
        same = {
            "commit": row.get("commit"),
            "versions": row["versions"],
            "stale": stale.get(row["job"], ""),
        }
        start = {"jobs": 0, "seconds": 0.0, **same}
        group = groups.setdefault(json.dumps(same, sort_keys=True), start)
        group["jobs"] += 1
        if group["seconds"] is None or row.get("job_seconds") is None:
            group["seconds"] = None  # an older row does not say
        else:
            group["seconds"] = round(group["seconds"] + row["job_seconds"], 1)
    return list(groups.values())


def figure_rows(made: Mapping[str, Any], findings: Findings) -> list[Row]:
    """Return a row each figure of a job (one if it has none), with what it was measured with.

    Parameters
    ----------
    made
        The job's own row: its name, seconds, commit, code and versions.
    findings
        What it gave.
    """
    none = {"figure": None, "here": None, "published": None, "outcome": None}
    return [
        {
            **made,
            "figure": figure.name,
            "here": figure.ours,
            "published": figure.published,
            "outcome": figure.outcome,
        }
        for figure in findings.figures
    ] or [{**made, **none}]


def write_record(
    record: Record, rows: list[Row], page: str, folder: Path, figures: list[Row] | None = None
) -> Path:
    """Write a record into `folder`, in the place of what stood there, and return its page.

    Parameters
    ----------
    record
        What to write.
    rows
        All rows that the page is made of; none where jobs gave findings.
    page
        Its page, Markdown.
    folder
        Made where it is missing.
    figures
        Rows of the figures, see `figure_rows`, where jobs gave findings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / RESULT).is_file():
        kept = set(read_json(folder / RESULT)["pictures"].values())
        for name in kept - {path.name for path in record.findings.pictures.values()}:
            inside(folder, name).unlink(missing_ok=True)
    findings = write_findings(record.findings, folder)
    about = {key: value for key, value in vars(record).items() if key != "findings"}
    if figures:
        write_rows(folder / ROWS, plain(figures))
    if rows:
        write_rows(folder / ROWS, rows)
        findings |= {"tables": {}, "notes": {}}  # the page makes them of the rows
    write_json(folder / RESULT, {"schema": SCHEMA, **about, **findings})
    write_text(folder / PAGE, page)
    return folder / PAGE


def read_record(folder: Path, *keys: str) -> tuple[Record, list[Row]]:
    """Return a record, and the rows that its page is made of, where it is.

    Parameters
    ----------
    folder
        Where it is.
    *keys
        Those of the rows that are wanted, such as ``"commit"``; all where none is named.

    Raises
    ------
    ArtefactError
        Where there is none.
    """
    if not (folder / RESULT).is_file():
        raise ArtefactError(f"There is no {RESULT} in {folder}; reproduce the experiment.")
    kept = dict(read_json(folder / RESULT))
    kept.pop("schema")
    findings = {key: kept.pop(key) for key in ("figures", "tables", "notes", "pictures", "remarks")}
    wanted = (*keys, *_OF_FIGURES) if keys else ()
    rows: list[Row] = list(read_rows(folder / ROWS, *wanted)) if (folder / ROWS).is_file() else []
    if rows and set(rows[0]) >= _OF_FIGURES:
        rows = []
    return Record(**kept, findings=read_findings(findings, folder)), rows
