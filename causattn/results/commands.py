"""The commands that made a sweep, kept in its folder so that its pages can say them."""

from __future__ import annotations

import os
from pathlib import Path

_FILE = "commands.txt"


def note_sweep_command(folder: Path, command: str) -> None:
    """Keep a command in a sweep's folder, once, behind those that were there.

    Raises
    ------
    OSError
        Where it cannot be written.
    """
    command = " ".join(command.splitlines())
    if command in sweep_commands(folder):
        return
    # One write, since several commands may work in one folder at the same time.
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    descriptor = os.open(folder / _FILE, flags, 0o644)
    try:
        os.write(descriptor, f"{command}\n".encode())
    finally:
        os.close(descriptor)


def sweep_commands(folder: Path) -> tuple[str, ...]:
    """Return the commands that were kept, the first one first; none in an older sweep's folder."""
    try:
        text = (folder / _FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    return tuple(dict.fromkeys(filter(None, text.split("\n"))))
