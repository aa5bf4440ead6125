"""`reproduce`: an experiment's jobs measured, its page made, its record written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
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
from causattn.reproduction.record import (
    Record,
    figure_rows,
    made_with,
    read_record,
    write_record,
)
from causattn.reproduction.rows import (
    PROVENANCE,
    Measured,
    is_measured,
    measure_job,
    measured_rows,
    plain,
)
from causattn.reproduction.stale import stale_jobs


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
    keep: bool = False,
    stale: bool = False,
    only: str = "",
    minutes: float = float("inf"),
    workers: int = 1,
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
    keep
        Take the rows of jobs that are not measured from the record, with their commit, so that a
        part can be measured again by itself.
    stale
        Measure the jobs again whose rows in the record are stale (see `stale_jobs`), and keep the
        others.
    only
        Only jobs whose names have this in them.
    minutes
        Begin no job after so many.
    workers
        Jobs measured at the same time, each in a process of its own; what comes out does not
        depend on it.
    said
        Is given every job that was measured.

    Returns
    -------
    (Record, Path) or None
        The record and its page; None, and nothing written, while jobs are missing.

    Raises
    ------
    CausattnError
        For a wrong setting, or where data is absent (before anything is measured).
    """
    context = plan.context(plan.cache)
    for name in plan.experiment.protocol.data:
        context.data(name)
    jobs = plan.jobs()
    wanted = [job for job, there in jobs if only in job.name and (fresh or not there)]
    if stale:
        record, rows = read_record(results)
        made: list[Row] = [{**each, "job": job.name} for each in record.made for job, _ in jobs]
        old = _stale(plan, rows or made)
        wanted = [job for job, _ in jobs if only in job.name and job.name in old]
        fresh = keep = True
    end = time.time() + 60 * minutes
    how = (plan.experiment.folder, context, fresh, end)
    begun = _one_by_one if workers == 1 or len(jobs) == 1 else partial(_together, workers)
    done = {}
    for job, found in begun(wanted, how):
        if found is not None:
            done[job.name] = found
            said(f"{job.name}: {found.rows[0]['job_seconds'] if found.rows else 0:g} s")
    for job, there in jobs:
        if there and job.name not in done:
            done[job.name] = measure_job(plan.experiment, job, context, fresh=False)
    if keep:
        done = _recorded(results, done) | done
    if any(job.name not in done for job, _ in jobs):
        return None
    return _written(plan, [done[job.name] for job, _ in jobs], results)


def _recorded(results: Path, done: Mapping[str, Measured]) -> dict[str, Measured]:
    """Return what the record has of each job, and the pictures that no job measured now left."""
    record, rows = read_record(results)
    new = {path.name for measured in done.values() for path in measured.pictures}
    pictures = [path for path in record.findings.pictures.values() if path.name not in new]
    found: dict[str, Measured] = {}
    for row in rows:
        found.setdefault(row["job"], Measured([], None, pictures)).rows.append(dict(row))
    return found


_How = tuple[Path, Context, bool, float]
"""The experiment's folder, where it works, whether to measure again, and when to begin no more."""
_Done = Iterator[tuple[ExperimentJob, Measured | None]]


def _one_by_one(jobs: list[ExperimentJob], how: _How) -> _Done:
    for job in jobs:
        yield job, _in_time(job, *how)


def _together(workers: int, jobs: list[ExperimentJob], how: _How) -> _Done:
    """Measure in processes; where a job fails, none is begun after it."""
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        begun = {pool.submit(_in_time, job, *how): job for job in jobs}
        try:
            for future in as_completed(begun):
                yield begun[future], future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _in_time(
    job: ExperimentJob, folder: Path, context: Context, fresh: bool, end: float
) -> Measured | None:
    """Return what a job gives, None where it is too late to begin it."""
    if time.time() >= end:
        return None
    return measure_job(Experiment(folder), job, context, fresh=fresh)


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
            findings = _as_one(given)
        else:
            page = plan.experiment.page or _all_rows
            findings = page(rows, plan.context(Path(folder), plan.settings))
        record = _record(plan, rows, findings, plan.command)
        if not given:
            return record, write_record(record, rows, record_page(record), results)
        figures = [
            row
            for each in measured
            if each.findings is not None
            for row in figure_rows(each.rows[0], each.findings)
        ]
        return record, write_record(record, [], record_page(record), results, figures)


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
        made=made_with(rows, _stale(plan, rows)),
        findings=findings,
    )


def _stale(plan: ExperimentPlan, rows: list[Row]) -> dict[str, str]:
    return stale_jobs(plan.experiment.name, plan.experiment.code, rows)


def _as_one(findings: list[Findings]) -> Findings:
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
