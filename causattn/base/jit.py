"""numba behind one door: imported when a kernel is, said when it compiles, stored where it can be.

A kernel is compiled at its first call and stored beside its module or in the user's folder, so that
the next process only loads it. Where neither can be written (a container, a cluster), it is
compiled in every process. Compiling that takes longer than a second says so once, since nothing
else shows that the process is at work.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from causattn.base.saying import is_quiet, say

SAY_AFTER = 1.0
"""Seconds of compiling after which a line says what is going on."""

_MESSAGE = (
    "Compiling for this machine, which takes some seconds and is stored for the next time ..."
)
_UNSTORED = (
    "Compiling for this machine, which takes some seconds; neither the package's folder nor your "
    "home can be written, so set NUMBA_CACHE_DIR to a folder that keeps it for the next time ..."
)


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return numba's ``njit`` with options; without a place to store what it compiles, unstored."""
    import numba

    _watcher.listen()

    def decorate(function: Callable[..., Any]) -> Any:
        try:
            return _without_leftovers(numba.njit(**options)(function))
        except RuntimeError as error:
            if "no locator available" not in str(error):
                raise
            _watcher.message = _UNSTORED
            return numba.njit(**{**options, "cache": False})(function)

    return decorate


def _without_leftovers(kernel: Any) -> Any:
    """Have a kernel compile again where what is stored of it names what is no longer there.

    numba reads a store before it looks whether the source is the one that the store was made from,
    and a class that has another name since is an error.
    """
    cache = kernel._cache
    load = cache.load_overload

    def load_or_flush(*question: Any) -> Any:
        try:
            return load(*question)
        except (AttributeError, ImportError):
            cache.flush()
            return None

    cache.load_overload = load_or_flush
    return kernel


def compiling_seconds() -> float:
    """Return how long this process has been compiling in all, the present compilation included."""
    return _watcher.seconds()


def when_compiling(callback: Callable[[bool], None]) -> None:
    """Have a function called with True where compiling begins and with False where it ends."""
    _watcher.callbacks.append(callback)


class _Watcher:
    """Adds up the time spent compiling; what is loaded from store is none."""

    def __init__(self) -> None:
        self.message = _MESSAGE
        self.callbacks: list[Callable[[bool], None]] = []
        self._spent = 0.0
        self._depth = 0
        self._began = 0.0
        self._said = False
        self._timer: threading.Timer | None = None
        self._listening = False

    def listen(self) -> None:
        """Register with numba, once."""
        if self._listening:
            return
        self._listening = True
        from numba.core import event

        watcher = self

        class Listener(event.Listener):
            """Passes numba's events on."""

            def on_start(self, event: Any) -> None:
                watcher.start()

            def on_end(self, event: Any) -> None:
                watcher.end()

        event.register("numba:compile", Listener())

    def seconds(self) -> float:
        """Return the time spent so far."""
        return self._spent + (time.perf_counter() - self._began if self._depth else 0.0)

    def start(self) -> None:
        """Note that a compilation began; those that it needs are part of it."""
        self._depth += 1
        if self._depth > 1:
            return
        self._began = time.perf_counter()
        for callback in self.callbacks:
            callback(True)
        if not self._said and not is_quiet():  # asked here: another thread does not know
            self._timer = threading.Timer(max(SAY_AFTER - self._spent, 0), self._say)
            self._timer.daemon = True
            self._timer.start()

    def end(self) -> None:
        """Note that it ended."""
        self._depth -= 1
        if self._depth:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._spent += time.perf_counter() - self._began
        for callback in self.callbacks:
            callback(False)

    def _say(self) -> None:
        if not self._said:
            self._said = True
            say(self.message, error=True)


_watcher = _Watcher()
