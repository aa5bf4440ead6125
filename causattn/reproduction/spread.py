"""How figures that were measured several times are written in a cell of a page."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from statistics import fmean

import numpy as np
from scipy import stats


def half_width(values: Iterable[float]) -> float:
    """Return half of Student's 95% interval of the mean; 0 for one value, which has none."""
    found = np.asarray(list(values), dtype=float)
    if len(found) < 2:
        return 0.0
    return float(stats.t.ppf(0.975, len(found) - 1) * stats.sem(found))


def interval(values: Iterable[float | None], digits: int = 3) -> str:
    """Return the mean ± half of its 95% interval: ``0.943 ±0.061``; nothing where none is known."""
    known = _known(values)
    if not known:
        return ""
    middle = _number(fmean(known), digits)
    return middle if len(known) < 2 else f"{middle} ±{half_width(known):.{digits}f}"


def extent(values: Iterable[float | None], digits: int = 3, *, median: bool = False) -> str:
    """Return the mean, or the median, with the smallest and largest: ``0.94 [0.91, 0.97]``."""
    known = _known(values)
    if not known:
        return ""
    middle = _number(statistics.median(known) if median else fmean(known), digits)
    low, high = _number(min(known), digits), _number(max(known), digits)
    return middle if low == high else f"{middle} [{low}, {high}]"


def _known(values: Iterable[float | None]) -> list[float]:
    return [float(value) for value in values if value is not None and value == value]


def _number(value: float, digits: int) -> str:
    return f"{round(value, digits) + 0.0:.{digits}f}"  # adding 0 makes a rounded -0 a 0
