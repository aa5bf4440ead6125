"""Times in a column of a file, and time as a number."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from causattn.corpora.records import missing

_YEAR = re.compile(r"^(1[89]|20)\d\d$")


def times_of(cells: Sequence[Any]) -> pd.Series | None:
    """Return the times in a column (NaT where there is none), None where it does not hold times.

    Dates, dates with times, and years from 1800 to 2099 are times; other numbers are not.
    """
    if any(isinstance(cell, datetime.date) for cell in cells):
        return pd.to_datetime(pd.Series(list(cells)), errors="coerce", utc=True)
    words = pd.Series(
        [None if missing(cell) else str(cell).strip() for cell in cells], dtype="string"
    )
    present = words.dropna()
    if present.empty:
        return None
    if present.str.match(_YEAR.pattern).all():
        return pd.to_datetime(words, format="%Y", errors="coerce", utc=True)
    if not present.str.contains(r"\d[-/.:年]\d|\d [A-Za-z]{3}|[A-Za-z]{3,} \d").mean() > 0.9:
        return None
    if present.str.match(r"^-?\d+\.\d+$").any():
        return None
    found = pd.to_datetime(words, errors="coerce", utc=True, format="mixed")
    return found if found.notna().sum() >= 0.9 * len(present) else None


def decimal_years(cells: Sequence[Any]) -> list[float | None] | None:
    """Return times as years with a fraction, 2024.5 for noon of 2 July 2024; None for no times.

    A cell that is no time is None.
    """
    times = times_of(cells)
    if times is None:
        return None
    start = pd.to_datetime(times.dt.year.astype("Int64").astype("string"), format="%Y", utc=True)
    seconds = (times - start).dt.total_seconds()
    length = times.dt.is_leap_year.map({True: 366, False: 365}) * 86_400
    years = times.dt.year + seconds / length
    return [None if pd.isna(year) else float(year) for year in years]
