"""`reproduce`: an experiment's jobs measured, its page made, its record written."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from causattn.base import ArtefactError, write_text
from causattn.reproduction.contract import Findings, Row
from causattn.reproduction.experiment import Experiment, ExperimentJob
from causattn.reproduction.page import overview_page, record_page
from causattn.reproduction.pictures import copy_picture
from causattn.reproduction.protocol import Context
from causattn.reproduction.record import Record, made_with, read_record, write_record
from causattn.reproduction.rows import (
    PROVENANCE,
    Measured,
    is_measured,
    measure_job,
    measured_rows,
    plain,
)


@dataclass(frozen=True)
class ExperimentPlan:
    """What of an experiment is wanted.

    Parameters
    ----------
    experiment
        Which.
    settings
        Checked, from `Experiment.settings`.
    files, cache
        Folders of published data and of the store.
    seed
        Of what has no seed of its own.
    short
        Whether the settings are those of the short version.
    command
        What the user typed, for the record.
    """

    experiment: Experiment
    settings: Any
    files: Path
    cache: Path
    seed: int
    short: bool = False
    command: str = ""

    def context(self, folder: Path, settings: Any = None) -> Context:
        """Return where its code reads and writes."""
        protocol = self.experiment.protocol
        return Context(folder, self.files, self.cache, protocol, self.seed, settings)

    def jobs(self) -> list[tuple[ExperimentJob, bool]]:
        """Return its jobs, and whether the cache has each."""
        context = self.context(self.cache)
        return [
            (job, is_measured(self.experiment, job, context))
            for job in self.experiment.jobs(self.settings)
        ]


def reproduce(
    plan: ExperimentPlan,
    results: Path,
    *,
    fresh: bool = False,
    only: str = "",
    minutes: float = float("inf"),
    said: Callable[[str], None] = lambda line: None,
) -> tuple[Record, Path] | None:
    """Measure what is missing and write the record.

    Parameters
    ----------
    plan
        What is wanted.
    results
        Folder of the record.
    fresh
        Measure also what the cache has.
    only
        Only jobs whose names have this in them.
    minutes
        Begin no job after so many.
    said
        Is told of every job that was measured.

    Returns
    -------
    (Record, Path) or None
        The record and its page; None, and nothing written, while jobs are missing.

    Raises
    ------
    CausattnError
        For a wrong setting, or where data is absent (before anything is measured).
    """
    start = time.monotonic()
    context = plan.context(plan.cache)
    for name in plan.experiment.protocol.data:
        context.data(name)
    measured = []
    jobs = plan.jobs()
    for job, there in jobs:
        wanted = only in job.name and time.monotonic() - start < 60 * minutes
        if there and not (fresh and wanted):
            measured.append(measure_job(plan.experiment, job, context, fresh=False))
        elif wanted:
            found = measure_job(plan.experiment, job, context, fresh=fresh)
            measured.append(found)
            said(f"{job.name}: {found.rows[0]['job_seconds'] if found.rows else 0:g} s")
    if len(measured) < len(jobs):
        return None
    return _written(plan, measured, results)


def rewrite_page(plan: ExperimentPlan, results: Path) -> tuple[Record, Path]:
    """Write the page again from the recorded rows, without measuring anything.

    Raises
    ------
    ArtefactError
        Where there is no record, or it holds no rows.
    """
    old, rows = read_record(results)
    if not rows:
        return old, write_record(old, [], record_page(old), results)
    with TemporaryDirectory(prefix="causattn-") as folder:
        for path in old.findings.pictures.values():
            copy_picture(path, Path(folder))
        page = plan.experiment.page or _all_rows
        findings = page(rows, plan.context(Path(folder), plan.settings))
        record = _record(plan, rows, findings, old.command)
        return record, write_record(record, rows, record_page(record), results)


def write_overview(results: Path) -> None:
    """Write the page over all records in a folder of results."""
    write_text(results / "README.md", overview_page(results))


def _written(plan: ExperimentPlan, measured: list[Measured], results: Path) -> tuple[Record, Path]:
    rows = measured_rows(measured)
    given = [each.findings for each in measured if each.findings is not None]
    if given and len(given) < len(measured):
        raise ArtefactError(
            f"{plan.experiment.name}: some jobs give findings and others rows; give one of them."
        )
    with TemporaryDirectory(prefix="causattn-") as folder:
        for path in (path for each in measured for path in each.pictures):
            copy_picture(path, Path(folder))
        if given:
            findings = _together(given)
        else:
            page = plan.experiment.page or _all_rows
            findings = page(rows, plan.context(Path(folder), plan.settings))
        record = _record(plan, rows, findings, plan.command)
        return record, write_record(record, [] if given else rows, record_page(record), results)


def _record(plan: ExperimentPlan, rows: list[Row], findings: Findings, command: str) -> Record:
    experiment = plan.experiment
    return Record(
        name=experiment.name,
        title=experiment.title,
        claim=experiment.claim,
        paper=experiment.protocol.paper,
        command=command,
        settings=plain(asdict(plan.settings)),
        seed=plan.seed,
        short=plan.short,
        made=made_with(rows),
        findings=findings,
    )


def _together(findings: list[Findings]) -> Findings:
    """Return the findings of all jobs as one."""
    whole = Findings()
    for each in findings:
        whole.figures += each.figures
        whole.tables |= each.tables
        whole.notes |= each.notes
        whole.pictures |= each.pictures
        whole.remarks += [remark for remark in each.remarks if remark not in whole.remarks]
    return whole


def _all_rows(rows: list[Mapping[str, Any]], context: Context) -> Findings:
    """Return a table of all rows, for an experiment without a page of its own."""
    shown = [{k: v for k, v in row.items() if k not in PROVENANCE} for row in rows]
    return Findings(tables={"Rows": pd.DataFrame(shown)})
