"""From a folder of runs, or a table of them, to a frame of jobs with the configuration's choices.

Runs are collected by the streaming writer, and only the columns that can matter are read back.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from causattn.base import ArtefactError, ConfigError, check_parquet, listed
from causattn.results.collect import collect_runs
from causattn.results.compare.metrics import SECONDS
from causattn.results.configuration import WITHOUT_EFFECT

SEED = "config.seed"
_OLDER_SECONDS = "graph.details.seconds"
"""Where runs had the seconds of their search before they had a file for times."""


def read_jobs(place: Path) -> pd.DataFrame:
    """Return one row a job.

    Parameters
    ----------
    place
        A folder with runs below, or a table that ``causattn collect`` or ``causattn compare``
        wrote (``.parquet`` or ``.csv``).

    Raises
    ------
    ArtefactError
        Where there is no such place, or no runs in it.
    """
    if place.is_file():
        jobs = _read_table(place)
    else:
        with tempfile.TemporaryDirectory(prefix="causattn-") as temporary:
            jobs = pd.read_parquet(collect_runs(place, Path(temporary) / "runs").parquet)
    if _OLDER_SECONDS in jobs:
        older = jobs[_OLDER_SECONDS].astype(float)
        jobs[SECONDS] = jobs[SECONDS].astype(float).fillna(older) if SECONDS in jobs else older
    return jobs


def choices(jobs: pd.DataFrame) -> list[str]:
    """Return the columns of the configuration that can make two jobs differ, the seed apart."""
    idle = tuple(f"config.{name}" for name in WITHOUT_EFFECT)
    return [
        str(column)
        for column in jobs
        if str(column).startswith("config.")
        and column != SEED
        and not str(column).startswith(tuple(f"{name}." for name in idle))
        and column not in idle
    ]


def where(jobs: pd.DataFrame, conditions: Mapping[str, str]) -> pd.DataFrame:
    """Return the jobs whose configuration has these values.

    Raises
    ------
    ConfigError
        For a key that no job has, or where nothing is left.
    """
    for key, value in conditions.items():
        column = full_name(key, jobs, "--where")
        there = texts(jobs[column])
        wanted = value.split(",")
        kept = jobs[there.isin(wanted)]
        if kept.empty:
            some = ", ".join(sorted(set(there))[:8])
            raise ConfigError(f"--where {key}={value} leaves no job; there are {some}.")
        jobs = kept
    return jobs


def full_name(key: str, jobs: pd.DataFrame, flag: str) -> str:
    """Return the column of a key such as ``discovery`` or ``corpus.network``.

    Raises
    ------
    ConfigError
        Where no job's configuration has it.
    """
    for name in (f"config.{key}", f"config.{key}.kind", key):
        if name in jobs and name.startswith("config."):
            return name
    import difflib

    keys = [str(column).removeprefix("config.") for column in jobs if "config." in str(column)]
    near = difflib.get_close_matches(key, keys, n=1)
    hint = f"did you mean {near[0]}?" if near else f"choose of {listed(keys)}."
    raise ConfigError(f"{flag} {key}: no job's configuration has that key; {hint}")


def texts(column: pd.Series) -> pd.Series:
    """Return values as a person writes them: ``500``, ``0.05``, ``null``."""
    return column.map(_text).astype(str)


def _text(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, int | float) else str(value)


def _read_table(path: Path) -> pd.DataFrame:
    try:
        if path.suffix == ".parquet":
            check_parquet(path)
        frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise ArtefactError(
            f"{path} is no table that can be read ({type(error).__name__}); give a folder of runs, "
            "or the .parquet or .csv that causattn collect wrote."
        ) from None
    missing = {"folder", "status"} - set(frame.columns)
    if missing or frame.empty:
        raise ArtefactError(
            f"{path} is no table of runs (it has no {' and '.join(sorted(missing)) or 'rows'}); "
            "give what causattn collect wrote."
        )
    return frame.reset_index(drop=True)
