"""Where a benchmark was measured: times mean little without it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """Return when this is, on what processor, with how many cores and at what load."""
    return {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": _processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


def on_machines(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return in a sentence when and where rows were measured, of each row's ``machine``."""
    found = [row["machine"] for row in rows]
    when = sorted(each["measured"] for each in found)
    times = when[0] if when[0] == when[-1] else f"{when[0]} to {when[-1]}"
    where = {f"{each.get('cpu') or 'a processor'}, {each['cores']} cores" for each in found}
    loads = [each["load"] for each in found if each.get("load") is not None]
    load = f", load {min(loads):g} to {max(loads):g}" if loads else ""
    return f"Measured {times} on {' and '.join(sorted(where))}{load}."


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"
