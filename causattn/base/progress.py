"""Progress bars on long work, with rate and time left, on standard error.

A bar shows where standard error is a terminal; elsewhere a stage says one line when it starts, one
when it ends, and one every minute between, so that a log file stays readable.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from causattn.base.saying import say
from causattn.base.terminal import terminal

T = TypeVar("T")

EVERY = 60.0
"""Seconds between two lines of a log."""

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def quiet(value: bool = True) -> Iterator[None]:
    """Show no progress inside the block."""
    token = _quiet.set(value)
    try:
        yield
    finally:
        _quiet.reset(token)


def is_quiet() -> bool:
    """Return whether no progress is to be shown."""
    return _quiet.get()


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
    with progress(what, total, unit) as advance:
        for item in items:
            yield item
            advance(1)


@contextmanager
def progress(
    what: str, total: int | None = None, unit: str = "items", done: int = 0
) -> Iterator[Callable[[float], None]]:
    """Show how far the work inside the block has come.

    Yields a function that takes how much was done since the last call.

    Parameters
    ----------
    what, total, unit
        As for `track`.
    done
        How much had been done before the block, which counts as done and not for the rate.
    """
    if _quiet.get():
        yield lambda amount: None
    elif sys.stderr.isatty():
        with _bar(what, total, unit, done) as advance:
            yield advance
    else:
        with _log(what, total, unit, done) as advance:
            yield advance


@contextmanager
def _bar(what: str, total: int | None, unit: str, done: int) -> Iterator[Callable[[float], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=terminal(error=True)) as shown:
        task = shown.add_task(what, total=total, completed=done, rate="")
        start = time.perf_counter()
        since = 0.0

        def advance(amount: float) -> None:
            nonlocal since
            since += amount
            rate = _rate(since / max(time.perf_counter() - start, 1e-9), unit)
            shown.update(task, completed=done + since, rate=rate)

        yield advance


@contextmanager
def _log(what: str, total: int | None, unit: str, done: int) -> Iterator[Callable[[float], None]]:
    start = said = time.perf_counter()
    say(f"{what} ...", error=True)
    since = 0.0

    def advance(amount: float) -> None:
        nonlocal since, said
        since += amount
        now = time.perf_counter()
        if now - said < EVERY:
            return
        said = now
        rate = since / (now - start)
        line = f"{what}: {done + since:.0f}{'' if total is None else f' of {total}'} {unit}"
        left = "" if total is None else f", {_minutes((total - done - since) / rate)} left"
        say(f"{line}, {_rate(rate, unit)}{left}", error=True)

    yield advance
    seconds = time.perf_counter() - start
    say(f"{what}: {done + since:.0f} {unit} in {seconds:.1f} s", error=True)


def _rate(rate: float, unit: str) -> str:
    return f"{rate:.1f} {unit}/s" if rate < 10 else f"{rate:.0f} {unit}/s"


def _minutes(seconds: float) -> str:
    minutes, seconds = divmod(int(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"
