"""What a job measured, kept in the cache so that a stopped experiment goes on where it was.

A job is found again by all that its rows may depend on: its values, the seed, the experiment's code
and the published data. Every row says at what commit and with which packages it was measured.
"""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from causattn.base import ArtefactError, check_artefact, inside, read_json, write_json
from causattn.reproduction.contract import Figure, Findings, Row
from causattn.reproduction.experiment import Experiment, ExperimentJob
from causattn.reproduction.pictures import copy_picture
from causattn.reproduction.protocol import Context
from causattn.reproduction.stale import measured_from
from causattn.results import Store, source_commit, versions

SCHEMA = 2
PROVENANCE = ("job", "job_seconds", "commit", "code", "versions")


@dataclass(frozen=True)
class Measured:
    """What came out of one job.

    Parameters
    ----------
    rows
        Each with the job's values, what was measured, and `PROVENANCE`; one even where the job
        gave findings.
    findings
        Where ``measure`` gives them instead of rows.
    pictures
        PNG files that a job left in its folder beside its rows, for the page to show.
    """

    rows: list[dict[str, Any]]
    findings: Findings | None = None
    pictures: list[Path] = field(default_factory=list)


def is_measured(experiment: Experiment, job: ExperimentJob, context: Context) -> bool:
    """Return whether the cache has a job."""
    store = Store(context.cache)
    kind, parts = _kind(experiment), _parts(experiment, job, context)
    try:
        check_artefact(context.cache / kind / store.key(kind, parts, SCHEMA), kind, SCHEMA)
    except ArtefactError:
        return False
    return True


def cached_jobs(experiment: Experiment, cache: Path) -> int:
    """Return how many jobs of an experiment the cache has, those of other settings among them."""
    return sum(path.is_dir() for path in (cache / _kind(experiment)).glob("[!.]*"))


def measure_job(
    experiment: Experiment, job: ExperimentJob, context: Context, *, fresh: bool
) -> Measured:
    """Return what a job gives: from the cache, or measured now and kept there.

    Parameters
    ----------
    experiment, job
        What to measure.
    context
        Where it reads and writes; a seed among the job's values takes the place of its seed.
    fresh
        Measure also what the cache has.
    """
    store = Store(context.cache)
    kind, parts = _kind(experiment), _parts(experiment, job, context)
    if fresh:
        shutil.rmtree(context.cache / kind / store.key(kind, parts, SCHEMA), ignore_errors=True)
    with TemporaryDirectory(prefix="causattn-") as folder:
        own = replace(context, folder=Path(folder), seed=parts["seed"])
        return store.fetch(
            kind, parts, SCHEMA, _maker(experiment, job, own), write_measured, read_measured
        ).value


def _kind(experiment: Experiment) -> str:
    return f"experiment_{experiment.name}"


def _parts(experiment: Experiment, job: ExperimentJob, context: Context) -> dict[str, Any]:
    """Return all that a job's rows may depend on."""
    values = job.values
    return {
        "job": plain(values),
        "seed": values.get("seed", context.seed),
        "code": experiment.code,
        "data": {name: file.sha256 for name, file in experiment.protocol.data.items()},
    }


def _maker(experiment: Experiment, job: ExperimentJob, context: Context) -> Callable[[], Measured]:
    def make() -> Measured:
        start = time.perf_counter()
        found = experiment.measure(job.given, context)
        rows = [found] if isinstance(found, Mapping) else found
        findings = rows if isinstance(rows, Findings) else None
        made = {
            "job": job.name,
            "job_seconds": round(time.perf_counter() - start, 1),
            "commit": source_commit(*measured_from(experiment.name)) or "unknown",
            "code": experiment.code,
            "versions": versions(),
        }
        values = {} if job.name == "all" else plain(job.values)
        measured = [{}] if isinstance(rows, Findings) else [plain(row) for row in rows]
        pictures = [] if findings else sorted(context.folder.glob("*.png"))
        return Measured([{**values, **row, **made} for row in measured], findings, pictures)

    return make


def write_measured(measured: Measured, folder: Path) -> None:
    """Write what was measured as JSON, with its pictures beside it."""
    findings = measured.findings
    content = {
        "rows": measured.rows,
        "findings": None if findings is None else write_findings(findings, folder),
        "pictures": [copy_picture(path, folder).name for path in measured.pictures],
    }
    write_json(folder / "measured.json", content)


def read_measured(folder: Path) -> Measured:
    """Read back what `write_measured` wrote."""
    kept = read_json(folder / "measured.json")
    findings = None if kept["findings"] is None else read_findings(kept["findings"], folder)
    return Measured(kept["rows"], findings, [inside(folder, name) for name in kept["pictures"]])


def write_findings(findings: Findings, folder: Path) -> dict[str, Any]:
    """Return findings as plain values and copy their pictures into `folder`."""
    for path in findings.pictures.values():
        copy_picture(path, folder)
    return {
        "figures": [
            {**plain(asdict(figure)), "outcome": figure.outcome} for figure in findings.figures
        ],
        "tables": {title: rows_of(table) for title, table in findings.tables.items()},
        "notes": findings.notes,
        "pictures": {caption: path.name for caption, path in findings.pictures.items()},
        "remarks": findings.remarks,
    }


def read_findings(kept: Mapping[str, Any], folder: Path) -> Findings:
    """Return findings from the plain values that `write_findings` gave."""
    figures = []
    for row in kept["figures"]:
        accept = row["accept"]
        others = {key: value for key, value in row.items() if key not in ("accept", "outcome")}
        accept = (accept[0], accept[1]) if isinstance(accept, list) else accept
        figures.append(Figure(accept=accept, **others))
    return Findings(
        figures,
        {title: pd.DataFrame(rows) for title, rows in kept["tables"].items()},
        dict(kept["notes"]),
        {caption: inside(folder, name) for caption, name in kept["pictures"].items()},
        list(kept["remarks"]),
    )


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as plain rows."""
    return [plain(row) for row in table.to_dict("records")]


def plain(value: Any) -> Any:
    """Return a value as JSON has it: numpy's numbers and arrays as Python's, NaN as None."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def measured_rows(measured: list[Measured]) -> list[Row]:
    """Return the rows of all jobs."""
    return [row for each in measured for row in each.rows]
