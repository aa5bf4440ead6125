"""One process at a time: a lock that the operating system takes back when its holder dies.

The lock is a `filelock.FileLock` (``flock`` on POSIX), so that a holder that was killed leaves
nothing to clean up. Beside the lock stands a small file that says who holds it, for the message
to those who wait.
"""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from causattn.base.errors import ArtefactError
from causattn.base.saying import say


@contextmanager
def exclusive(path: Path, what: str, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock at `path` inside the block, waiting for whoever holds it now.

    Parameters
    ----------
    path
        The lock file; it and its folder are made where they are missing. It stays afterwards:
        deleting it would let two processes lock two different files of one name.
    what
        What is being done under the lock, for the message to those who wait.
    wait
        Whether to wait, or to raise where someone else holds it.

    Raises
    ------
    ArtefactError
        Where the lock cannot be written, or is held and `wait` is False.
    """
    from filelock import FileLock, Timeout  # with asyncio, which few that import this room need

    holder = path.with_name(f"{path.name}.holder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            who = _describe(holder)
            if not wait:
                raise ArtefactError(
                    f"{who} is busy with {what}; let it end, or end it, and try again."
                ) from None
            say(f"{who} is busy with {what}; waiting for it.", error=True)
            lock.acquire()
    except OSError as error:
        raise ArtefactError(
            f"{path} cannot be locked ({error.strerror}); choose a folder that can be written."
        ) from None
    try:
        _sign(holder)
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _sign(holder: Path) -> None:
    """Say in `holder` who has the lock; only a courtesy, so that a full disk does not matter."""
    about = {"process": os.getpid(), "host": socket.gethostname(), "since": time.time()}
    try:
        # Not through a link that someone laid there, and without a temporary name beside the lock.
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        with os.fdopen(os.open(holder, flags, 0o644), "w", encoding="utf-8") as stream:
            json.dump(about, stream)
    except OSError:
        return


def _describe(holder: Path) -> str:
    """Return who holds a lock, in words."""
    try:
        about = json.loads(holder.read_text(encoding="utf-8"))
        since = time.strftime("%H:%M:%S", time.localtime(about["since"]))
        return f"Process {about['process']} on {about['host']} (since {since})"
    except (OSError, ValueError, KeyError, TypeError):
        return "Another process"
