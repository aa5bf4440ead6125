"""How far a run has come: the mark in its folder that says so."""

from __future__ import annotations

import json
import os
import socket
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from causattn.base import write_json

MARKER = "UNFINISHED"
MANIFEST = "manifest.json"


class Status(StrEnum):
    """How far a run has come."""

    FINISHED = "finished"
    FAILED = "failed"
    """It ended with an error, whose reason stands in the marker."""
    UNFINISHED = "unfinished"
    """It is running, or was interrupted or killed."""
    ABSENT = "absent"
    """There is no run."""


def run_status(folder: Path) -> tuple[Status, str]:
    """Return how far the run in `folder` has come, and the reason where it did not finish."""
    if (folder / MARKER).is_file():
        try:
            marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
            reason = str(marker.get("reason", ""))
            failed = marker.get("status") == Status.FAILED
        except (OSError, ValueError, AttributeError):
            reason, failed = "", False
        if failed:
            return Status.FAILED, reason
        return Status.UNFINISHED, reason or "it is still running or was killed"
    if (folder / MANIFEST).is_file() and (folder / "summary.json").is_file():
        return Status.FINISHED, ""
    return Status.ABSENT, ""


def mark(folder: Path, status: Status, reason: str, started: float) -> None:
    """Write the mark of a run that is not finished."""
    marker = {
        "status": str(status),
        "reason": reason,
        "started": datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
        "process": os.getpid(),
        "host": socket.gethostname(),
    }
    write_json(folder / MARKER, marker)
