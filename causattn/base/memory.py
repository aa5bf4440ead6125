"""How much memory is free, by which what cannot fit is refused before the work."""

from __future__ import annotations

from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")


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
    """Return the bytes that this process's control group may still take; None without a limit."""
    try:
        most = (_GROUP / "memory.max").read_text(encoding="ascii").strip()
        used = (_GROUP / "memory.current").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return max(int(most) - int(used), 0) if most.isdecimal() else None
