"""One tidy table over all runs below a folder: one row a run, finished or not.

Columns are ``folder``, ``status``, ``reason``, ``seconds``, then the configuration as
``config.<group>.<key>``, then the summary as ``<room>.<metric>``. Runs are read one at a time and
written in row groups, so that memory does not grow with their number: what is kept is a column's
type, and of a sweep's log the jobs that failed.
"""

from __future__ import annotations

import csv
import json
import os
import re
import uuid
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import NoneType
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from causattn.base import ArtefactError, csv_cell, read_manifest, read_yaml
from causattn.results.run import Run
from causattn.results.status import Status, run_status

JOBS = "jobs.jsonl"
_FIRST = ("folder", "status", "reason", "seconds")
_PART, _PARTS = 100, 10  # rows that are Python's at a time, and such parts in a row group
_BLOCK = re.compile(r"^(?=[A-Za-z_])", re.MULTILINE)
_ARROW = {
    NoneType: pa.null(),
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    str: pa.string(),
}


@dataclass(frozen=True)
class Collected:
    """Where the table lies, and how many runs it holds by status."""

    parquet: Path
    csv: Path
    counts: Mapping[str, int]


def collect_runs(folder: Path, stem: Path) -> Collected:
    """Write one table over all runs below `folder`, as Parquet and as CSV.

    Parameters
    ----------
    folder
        The folder of a sweep, or any folder with runs below.
    stem
        The table's path without its ending.

    Raises
    ------
    ArtefactError
        Where the folder is missing or holds no run.
    """
    if not folder.is_dir():
        raise ArtefactError(f"There is no folder {folder}; give the folder of a sweep or of runs.")
    unique = uuid.uuid4().hex[:8]
    rows = stem.with_name(f".{stem.name}.{unique}.rows")
    try:
        with rows.open("w", encoding="utf-8") as stream:
            types, counts = _spool(folder, stream)
        if not counts:
            raise ArtefactError(f"{folder} holds no runs; give the folder of a sweep or of runs.")
        targets = {ending: stem.with_name(f"{stem.name}.{ending}") for ending in ("parquet", "csv")}
        for ending, write in (("parquet", _write_parquet), ("csv", _write_csv)):
            temporary = stem.with_name(f".{stem.name}.{unique}.{ending}")
            try:
                write(rows, temporary, types)
                os.replace(temporary, targets[ending])
            finally:
                temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ArtefactError(
            f"The table {stem} cannot be written ({error.strerror}); choose another place "
            "(--output)."
        ) from None
    finally:
        with suppress(OSError):  # a read-only disk refuses even to look for it
            rows.unlink(missing_ok=True)
    return Collected(targets["parquet"], targets["csv"], dict(counts))


def find_runs(folder: Path) -> Iterator[Path]:
    """Yield the folders of all runs at or below `folder`, in order of their paths."""
    for place, below, files in os.walk(folder):
        below.sort()
        if _is_run(files):
            below.clear()
            yield Path(place)
        below[:] = [name for name in below if not name.startswith(".")]


def row_of(run: Path, root: Path) -> dict[str, Any]:
    """Return one run as a flat row; a damaged one says so in its status."""
    status, reason = run_status(run)
    row: dict[str, Any] = {"folder": str(run.relative_to(root)), "status": str(status)}
    try:
        row |= _configuration(run)
        if status is Status.FINISHED:
            row["seconds"] = read_manifest(run)["about"]["seconds"]
            row |= _flat(Run(run).summary, "")
    except (ArtefactError, OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        row["status"], reason = "damaged", f"{type(error).__name__}: {error}"
    row["reason"] = reason
    return row


def _spool(folder: Path, stream: TextIO) -> tuple[dict[str, type], Counter[str]]:
    """Write all rows as JSON lines; return every column's type and the count of each status."""
    types: dict[str, type] = dict.fromkeys(_FIRST, str)
    types["seconds"] = float
    counts: Counter[str] = Counter()
    for row in _rows(folder):
        for name, value in row.items():
            types[name] = _common(types.get(name), type(value))
        counts[row["status"]] += 1
        stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    return types, counts


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield a row a run, and one for each job that failed before it had a folder."""
    for run in find_runs(folder):
        yield row_of(run, folder)
    for log in sorted(folder.rglob(JOBS)):
        for name, line in sorted(_failures(log).items()):
            place = log.parent / name
            if not _is_run(os.listdir(place) if place.is_dir() else ()):
                yield {
                    "folder": str(place.relative_to(folder)),
                    "status": "failed",
                    "reason": str(line.get("reason", "")),
                    "overrides": " ".join(map(str, line.get("overrides", ()))),
                }


def _failures(log: Path) -> dict[str, dict[str, Any]]:
    """Return the last line that a sweep's log has on each job's folder, where it failed."""
    found: dict[str, dict[str, Any]] = {}
    with log.open(encoding="utf-8", errors="replace") as stream:
        for text in stream:
            try:
                line = json.loads(text)
                name, failed = str(line["folder"]), line.get("status") == "failed"
            except (ValueError, KeyError, TypeError, AttributeError):  # cut off by a kill
                continue
            if failed:
                found[name] = line
            else:
                found.pop(name, None)
    return found


def _is_run(files: Container[str]) -> bool:
    """Return whether a folder with these files is that of a run."""
    return "config.yaml" in files and ("manifest.json" in files or "UNFINISHED" in files)


def _configuration(run: Path) -> dict[str, Any]:
    """Return a run's configuration as flat columns.

    Jobs of a sweep differ in few groups, and reading YAML is what collecting spends most of its
    time with: each group is read by itself, and one that another job had too is known already.
    """
    try:
        text = (run / "config.yaml").read_text(encoding="utf-8")
        first, *blocks = _BLOCK.split(text)
        if first.strip():
            raise ValueError
        return {name: value for block in blocks for name, value in _group(block)}
    except (OSError, ValueError, ArtefactError):  # not as we write it: read it whole, or say why
        return _flat(Run(run).config, "config.")


@lru_cache(maxsize=256)
def _group(text: str) -> tuple[tuple[str, Any], ...]:
    """Return one key of a configuration as flat columns.

    Raises
    ------
    ValueError, ArtefactError
        Where the text is not one key with its value.
    """
    value = read_yaml(text, "a group of the configuration")
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError
    return tuple(_flat(value, "config.").items())


def _flat(value: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Return a nested mapping as dotted keys with plain values; lists become JSON text."""
    row: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, Mapping):
            row |= _flat(item, f"{prefix}{key}.")
        elif item is None or isinstance(item, bool | int | float | str):
            row[f"{prefix}{key}"] = item
        else:
            row[f"{prefix}{key}"] = json.dumps(item, ensure_ascii=False)
    return row


def _common(known: type | None, new: type) -> type:
    """Return the type that holds the values of both; a missing value fits every type."""
    if known in (None, NoneType, new):
        return new
    if new is NoneType:
        return known or NoneType
    return float if {known, new} == {int, float} else str


def _typed(text: str, types: Mapping[str, type]) -> dict[str, Any]:
    row = json.loads(text)
    return {
        name: None if row.get(name) is None else kind(row[name]) for name, kind in types.items()
    }


def _write_parquet(rows: Path, target: Path, types: Mapping[str, type]) -> None:
    """Write the table; row groups are large, since each leaves a note on every column in memory."""
    schema = pa.schema([pa.field(name, _ARROW[kind]) for name, kind in types.items()])
    with (
        pq.ParquetWriter(target, schema, write_statistics=False) as writer,
        rows.open(encoding="utf-8") as stream,
    ):
        typed = (_typed(text, types) for text in stream)
        parts = iter(lambda: list(islice(typed, _PART)), [])
        tables = (pa.Table.from_pylist(part, schema=schema) for part in parts)
        while group := list(islice(tables, _PARTS)):
            writer.write_table(pa.concat_tables(group))


def _write_csv(rows: Path, target: Path, types: Mapping[str, type]) -> None:
    with (
        target.open("w", encoding="utf-8", newline="") as out,
        rows.open(encoding="utf-8") as stream,
    ):
        writer = csv.writer(out)
        writer.writerow(map(csv_cell, types))
        for text in stream:
            writer.writerow(map(csv_cell, _typed(text, types).values()))
