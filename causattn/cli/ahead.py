"""What every job of a sweep imports, loaded while the sweep is still being composed.

`begin` starts `multiprocessing`'s fork server, a process that does nothing but load and, when asked
to, fork. It is cheap to import and to call, and can be called before it is known whether there will
be any job: the server ends with this process.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

LOADED = "causattn.cli.loaded"
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def method() -> str:
    """Return how workers are started here, as `multiprocessing` calls it."""
    return "forkserver" if sys.platform == "linux" else "spawn"


def begin() -> None:
    """Begin to load, where workers can be forked from what is loaded; does nothing the second time.

    Libraries are loaded with one thread, since threads do not survive a fork; how many a job uses
    is set when it begins (`causattn.cli.threads`).
    """
    if method() != "forkserver":
        return
    from multiprocessing import forkserver

    forkserver.set_forkserver_preload([LOADED])
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        with without_main(), _interrupts_are_ours():
            forkserver.ensure_running()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def without_main() -> Iterator[None]:
    """Let processes that are started in the block not import this program's main module.

    `multiprocessing` imports it in each of them for functions that are defined there, and a script
    that does not expect that begins once more.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _interrupts_are_ours() -> Iterator[None]:
    """Let a process that is started in the block ignore Ctrl-C, which this one answers for all."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not in the main thread, which alone may say so
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
