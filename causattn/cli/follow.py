"""What jobs in other processes write into a sweep's log is shown to the person as it comes.

Some launchers show what their workers print, some with prefixes, and a cluster's goes to files.
The log is one for all of them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from causattn.cli.progress import LOG, say_line

_EVERY = 0.2


@contextmanager
def follow(folder: Path, session: str) -> Iterator[None]:
    """Show the lines of one command that are written while the block runs.

    Parameters
    ----------
    folder
        The sweep's folder.
    session
        The command's identity.
    """
    log = folder / LOG
    ended = threading.Event()
    start = log.stat().st_size if log.is_file() else 0

    def read() -> None:
        place, rest = start, b""
        while True:
            last = ended.wait(_EVERY)
            if log.is_file():
                with log.open("rb") as stream:
                    stream.seek(place)
                    new = stream.read()
                place += len(new)
                *whole, rest = (rest + new).split(b"\n")
                for text in whole:
                    _say(text, folder, session)
            if last:
                return

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield
    finally:
        ended.set()
        reader.join()


def _say(text: bytes, folder: Path, session: str) -> None:
    """Show one line where it is this command's."""
    try:
        line = json.loads(text)
        if line["session"] == session:
            say_line(line, folder)
    except (ValueError, KeyError, TypeError):  # cut off by a process that was killed
        return
