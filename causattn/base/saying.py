"""What is said to a person: messages on one line, bars on long work, and seconds by stage.

Names come from other people's files. A terminal obeys control characters in them, and some marks
turn the direction of the text around them; both are shown as escapes. Whatever causattn prints
goes through `say`, and every `causattn.base.CausattnError` words itself by `one_line`. Escaping for
HTML and for markup is left to jinja2 and rich.

A bar shows where standard error is a terminal; elsewhere a stage says one line when it starts, one
when it ends, and one every minute between, so that a log file stays readable.
"""

from __future__ import annotations

import difflib
import re
import sys
import time
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TypeVar

_OPENS, _CLOSES = "\u2068", "\u2069"
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BEGINNING, _END = 900, 500
_COMPARED = 2000


def visible(text: object, width: int | None = None) -> str:
    """Return `text` on one line, controls as escapes, shortened to `width` characters."""
    given = str(text)
    if width is not None:
        given = given[: width + 1]
    shown = given if given.isprintable() else "".join(map(_shown, given))
    if width is not None and len(shown) > width:
        shown = f"{shown[: width - 1]}…"
    return shown


def held_apart(name: object, width: int | None = None) -> str:
    """Return a name for a sentence, in which it turns nothing around it.

    Controls are escapes, and a name with letters that run from right to left stands between
    Unicode's isolating marks: *P(score = good)* would otherwise be read *P(good = score)*. It is
    shortened to `width` characters.
    """
    shown = visible(name, width)
    turns = any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in shown)
    return f"{_OPENS}{shown}{_CLOSES}" if turns else shown


def visible_sentence(text: str) -> str:
    """Return a sentence of ours as `visible` does, but names that are held apart stay so."""
    if text.count(_OPENS) != text.count(_CLOSES):
        return visible(text)
    parts = re.split(f"([{_OPENS}{_CLOSES}])", text)
    return "".join(part if k % 2 else visible(part) for k, part in enumerate(parts))


def _shown(character: str) -> str:
    if character in _TURNING or unicodedata.category(character) in ("Cc", "Cs", "Cn", "Zl", "Zp"):
        return character.encode("unicode_escape", "backslashreplace").decode()
    return character


def one_line(text: object) -> str:
    """Return a message on one line, controls as escapes.

    A message of more than about 1,400 characters keeps its beginning, which says what is wrong,
    and its end, which says how to mend it.
    """
    given = str(text)
    if len(given) > _BEGINNING + _END:
        given = f"{given[:_BEGINNING]} … {given[-_END:]}"
    return visible(" ".join(filter(None, map(str.strip, given.splitlines()))))


def listed(names: Iterable[object], most: int = 8) -> str:
    """Return names for a message, at most `most` of them and each at most 60 characters long."""
    known = names if isinstance(names, Collection) else list(names)
    shown = [visible(name, 60) for name, _ in zip(known, range(most), strict=False)]
    more = f" and {len(known) - len(shown):,} more" if len(known) > len(shown) else ""
    return ", ".join(shown) + more


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that stand there more than once, in order."""
    return sorted(name for name, count in Counter(names).items() if count > 1)


def nearest_name(word: str, names: Iterable[str]) -> str | None:
    """Return the name that is most like `word`, None where none is.

    Of very many names, or very long ones, those of about the same length are compared.
    """
    if len(word) > 200:
        return None
    near = (name for name in names if abs(len(name) - len(word)) <= len(word) // 2 + 1)
    some = [name for name, _ in zip(near, range(_COMPARED), strict=False)]
    return next(iter(difflib.get_close_matches(word, some, n=1, cutoff=0.5)), None)


def typed(path: Path) -> str:
    """Return a path as a person would type it: relative where it is below the current folder."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def say(text: object = "", *, error: bool = False, end: str = "\n") -> None:
    """Print lines of text at once, whatever else is in them as escapes.

    Parameters
    ----------
    text
        What to say. Line breaks stay, so that text of others is put on one line first.
    error
        Whether it goes to standard error.
    end
        What follows it.
    """
    stream = sys.stderr if error else sys.stdout
    shown = "\n".join(map(visible, str(text).split("\n")))
    encoding = getattr(stream, "encoding", None) or "utf-8"
    # Where a terminal knows ASCII alone, its user sees escapes and no traceback.
    shown = shown.encode(encoding, "backslashreplace").decode(encoding)
    print(shown, end=end, file=stream, flush=True)


def warn(text: str) -> None:
    """Warn at the line that called causattn, however deep inside the warning comes up."""
    frame, level = sys._getframe(), 1
    while frame.f_back and str(frame.f_globals.get("__name__")).startswith("causattn."):
        frame, level = frame.f_back, level + 1
    warnings.warn(text, stacklevel=level)


def csv_cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: text that begins as one is quoted."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n"):
        return f"'{value}"
    return value


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
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from causattn.base.terminal import terminal

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
