"""Numbers of a comparison as its tables write them."""

from __future__ import annotations

import numpy as np


def short(value: float) -> str:
    """Return a number with as many digits as a table needs."""
    if value != value:
        return "–"
    size = abs(value)
    if size == 0:
        return "0"
    if size < 0.0005:
        return "0.000" if value > 0 else "−0.000"
    digits = 3 if size < 1 else 2 if size < 10 else 1 if size < 100 else 0
    return f"{value:.{digits}f}".replace("-", "−")


def with_interval(mean: float, low: float, high: float) -> str:
    """Return a mean with its interval, where it has one."""
    if np.isnan(low) or np.isclose(low, high, atol=1e-12):
        return short(mean)
    return f"{short(mean)} [{short(low)}, {short(high)}]"


def short_seconds(seconds: float) -> str:
    """Return a time in seconds."""
    if seconds != seconds:
        return "–"
    if seconds < 0.001:
        return "< 0.001"
    return f"{seconds:.2g}" if seconds < 10 else f"{seconds:.0f}"
