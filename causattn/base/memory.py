"""How much memory is free, by which what cannot fit is refused before the work."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


def free_gb() -> float | None:
    """Return the memory that can still be taken, in 10^9 bytes; None where no system says so.

    The smaller of what the machine has and what this process's group may take (Linux).
    """
    known = [free for free in (_of_machine(), _of_group()) if free is not None]
    return min(known) / 1e9 if known else None


def _of_machine() -> float | None:
    """Return the machine's available bytes."""
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(found[0]) * 1024 if found else None


def _of_group() -> float | None:
    """Return the bytes that this process's control groups may still take; None without a limit.

    What was read from files is kept as long as there is room, and counts as free, as it does in
    the machine's own figure.
    """
    free = []
    try:
        own = _OWN.read_text(encoding="ascii").strip().rpartition("::/")[2]
    except OSError:
        own = ""
    for group in (_GROUP / own, *(_GROUP / own).parents):
        with suppress(OSError, ValueError):
            most = int((group / "memory.max").read_text(encoding="ascii"))
            used = int((group / "memory.current").read_text(encoding="ascii"))
            free.append(max(most - used + _read_from_files(group), 0))
        if group == _GROUP:
            break
    return min(free, default=None)


def _read_from_files(group: Path) -> int:
    """Return a group's bytes of files in memory, which are given up for other use."""
    with suppress(OSError):
        lines = (group / "memory.stat").read_text(encoding="ascii").splitlines()
        known = dict(line.split() for line in lines)
        return int(known.get("inactive_file", 0)) + int(known.get("active_file", 0))
    return 0
