"""Progress bars on long work, with rate and time left, on standard error.

A bar shows where standard error is a terminal; elsewhere a stage says one line when it starts
and one when it ends, so that a log file stays readable.
"""

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def quiet(value: bool = True) -> Iterator[None]:
    """Show no progress inside the block."""
    token = _quiet.set(value)
    try:
        yield
    finally:
        _quiet.reset(token)


def track(
    items: Iterable[T], what: str, total: int | None = None, unit: str = "items"
) -> Iterator[T]:
    """Yield from `items` and show how far it has come.

    Parameters
    ----------
    items
        What to iterate over.
    what
        The stage in a person's words, such as ``"capturing attention"``.
    total
        Number of items, where it cannot be read off `items`.
    unit
        The plural shown behind the rate.
    """
    if total is None and isinstance(items, Sized):
        total = len(items)
    if _quiet.get():
        yield from items
        return
    if not sys.stderr.isatty():
        start = time.perf_counter()
        print(f"{what} ...", file=sys.stderr, flush=True)
        done = 0
        for item in items:
            yield item
            done += 1
        seconds = time.perf_counter() - start
        print(f"{what}: {done} {unit} in {seconds:.1f} s", file=sys.stderr, flush=True)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=total, rate="")
        start = time.perf_counter()
        for done, item in enumerate(items, 1):
            yield item
            rate = done / max(time.perf_counter() - start, 1e-9)
            progress.update(task, completed=done, rate=f"{rate:.0f} {unit}/s")
