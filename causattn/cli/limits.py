"""Limits of time and memory that a run may not pass.

A timer interrupts the main thread twice a second and looks at the clock and at the memory in use.
It goes on until the run has ended, since an interrupt that falls into a library's callback can be
swallowed there. A single long call into compiled code ends before its run does, and so does an
import: a module that is left half made would fail the runs that follow in this process.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from causattn.base import CapabilityError, ConfigError

_EVERY = 0.5
_STATUS = Path("/proc/self/statm")


@contextmanager
def limits(timeout_s: float | None, memory_gb: float | None) -> Iterator[None]:
    """End the block with a sentence where it takes too long or too much memory.

    Parameters
    ----------
    timeout_s
        Most seconds, None for no limit.
    memory_gb
        Most memory of this process in GB (10^9 bytes), None for no limit.

    Raises
    ------
    CapabilityError
        Where a limit is passed.
    ConfigError
        Where a limit is asked for that cannot be watched here.
    """
    if timeout_s is None and memory_gb is None:
        yield
        return
    if memory_gb is not None and not _STATUS.is_file():
        raise ConfigError("limits.memory_gb needs Linux; leave it null on this system.")
    if threading.current_thread() is not threading.main_thread():
        raise ConfigError("limits cannot be watched outside of the main thread; leave them null.")
    start = time.monotonic()
    around = _imports(sys._getframe())

    def look(number: int, frame: FrameType | None) -> None:
        if _imports(frame) > around:
            return
        if timeout_s is not None and time.monotonic() - start > timeout_s:
            raise CapabilityError(
                f"The run took longer than limits.timeout_s={timeout_s:g}; allow it more, or make "
                "the study smaller."
            )
        if memory_gb is not None and (used := _memory()) > memory_gb:
            raise CapabilityError(
                f"The run took {used:.2f} GB, more than limits.memory_gb={memory_gb:g}; allow it "
                "more, or make the study smaller."
            )

    handler = signal.signal(signal.SIGALRM, look)
    left, interval = signal.setitimer(signal.ITIMER_REAL, _EVERY, _EVERY)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:  # whoever had set the timer before gets what is left of it
            rest = max(left - (time.monotonic() - start), 0.01)
            signal.setitimer(signal.ITIMER_REAL, rest, interval)


def _imports(frame: FrameType | None) -> int:
    """Return how many of the frames from here to the outermost are an import's."""
    found = 0
    while frame is not None:
        found += frame.f_code.co_filename.startswith("<frozen importlib")
        frame = frame.f_back
    return found


def _memory() -> float:
    """Return the memory of this process that is in use, in GB."""
    pages = int(_STATUS.read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e9
