"""Doing a reproduction, and what is kept of it: one JSON file, one page, its pictures."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from causattn.base import read_json, settings_from, write_json, write_text
from causattn.papers.pages import outcome_page
from causattn.papers.paper import Figure, Findings, Paper, Work
from causattn.results import source_commit, versions

SCHEMA = 1


@dataclass(frozen=True)
class Outcome:
    """What came out, and what made it.

    Parameters
    ----------
    paper
        Its name.
    citation, claim
        As in `Paper`.
    command
        What gives it again.
    settings
        All settings it ran with.
    short
        Whether it is the short version, which proves less.
    seed, seconds, commit, versions
        What else made it.
    figures
        Ours beside the published ones.
    tables
        Rows by title.
    pictures
        File names by caption.
    remarks
        What falls short.
    """

    paper: str
    citation: str
    claim: str
    command: str
    settings: dict[str, Any]
    short: bool
    seed: int
    seconds: float
    commit: str | None
    versions: dict[str, str]
    figures: list[Figure]
    tables: dict[str, list[dict[str, Any]]]
    pictures: dict[str, str]
    remarks: list[str]


def reproduce(
    paper: Paper,
    settings: Mapping[str, Any],
    work: Work,
    *,
    command: str,
    short: bool = False,
) -> tuple[Outcome, Findings]:
    """Do a reproduction.

    Parameters
    ----------
    paper
        Which.
    settings
        Its settings as plain values, but for ``kind`` and ``short``.
    work
        Where it reads and writes.
    command
        What the user typed, for the record.
    short
        Whether these are the settings of the short version.

    Raises
    ------
    CausattnError
        For a wrong setting, or where data is absent.
    """
    chosen = settings_from(paper.settings, settings, "paper")
    for file in paper.data:
        work.fetch(file)
    start = time.perf_counter()
    findings = paper.reproduce(chosen, work)
    outcome = Outcome(
        paper=paper.name,
        citation=paper.citation,
        claim=paper.claim,
        command=command,
        settings=asdict(chosen),
        short=short,
        seed=work.seed,
        seconds=round(time.perf_counter() - start, 1),
        commit=source_commit(),
        versions=versions(),
        figures=findings.figures,
        tables={title: _rows(table) for title, table in findings.tables.items()},
        pictures={caption: path.name for caption, path in findings.pictures.items()},
        remarks=findings.remarks,
    )
    return outcome, findings


def write_outcome(outcome: Outcome, findings: Findings, folder: Path) -> Path:
    """Write an outcome into `folder` as NAME.json, NAME.md and its pictures; return the page.

    A short outcome is written beside the full one (NAME_short.*), never over it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{outcome.paper}_short" if outcome.short else outcome.paper
    pictures = {}
    for caption, path in findings.pictures.items():
        name = f"{stem}_{path.name}"
        shutil.copyfile(path, folder / name)
        pictures[caption] = name
    outcome = replace(outcome, pictures=pictures)
    record = asdict(outcome)
    for figure, row in zip(outcome.figures, record["figures"], strict=True):
        row["outcome"] = figure.outcome
    write_json(folder / f"{stem}.json", {"schema": SCHEMA, **record})
    page = folder / f"{stem}.md"
    write_text(page, outcome_page(outcome))
    return page


def read_outcome(path: Path) -> Outcome:
    """Read NAME.json back.

    Raises
    ------
    ArtefactError
        Where it is missing or no JSON.
    """
    record = dict(read_json(path))
    record.pop("schema")
    figures = []
    for row in record["figures"]:
        accept = row["accept"]
        kept = {key: value for key, value in row.items() if key not in ("accept", "outcome")}
        figures.append(Figure(accept=tuple(accept) if isinstance(accept, list) else accept, **kept))
    return Outcome(**{**record, "figures": figures})


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as JSON-like rows, NaN as None."""
    return [
        {str(key): _plain(value) for key, value in row.items()} for row in table.to_dict("records")
    ]


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
