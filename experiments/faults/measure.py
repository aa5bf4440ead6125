"""What is left after kills, signals, failing file events, full disks and damage."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np

from causattn.base import generator
from causattn.reproduction import Context

from .trial import Ended, Fault, content, damage, do, load

RUN, TRIES = "run", 3
EVENTS = ("kill", "EIO", "ENOSPC", "EACCES")
HARMS = ("flip", "cut", "empty", "remove")


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a few trials of one kind at a time."""
    for kind in ("kills", "signals", "events", "full", "damage"):
        count = getattr(settings, kind)
        for first in range(0, count, settings.together):
            numbers = list(range(first, min(first + settings.together, count)))
            yield {"kind": kind, "trials": numbers, "of": count, "study": list(settings.study)}


def measure(job: Mapping[str, Any], context: Context) -> list[dict[str, Any]]:
    """Return a row a trial."""
    given = ["run", *job["study"], f"hydra.run.dir={RUN}", "paths.cache=cache", "quiet=true"]
    whole = reference(tuple(given))
    rows = []
    for number in job["trials"]:
        rng = generator(context.seed, "faults", job["kind"], number)
        place = Path(mkdtemp(prefix="causattn-"))
        try:
            rows.append(trial(job["kind"], number, job["of"], given, place, whole, rng))
        finally:
            shutil.rmtree(place, ignore_errors=True)
    return rows


@lru_cache(maxsize=1)
def reference(given: tuple[str, ...]) -> tuple[dict[str, bytes], float, int]:
    """Return the files of a run that nothing happens to, its seconds and its file events."""
    place = Path(mkdtemp(prefix="causattn-"))
    try:
        for _ in range(2):  # the second has what the first imported, as each trial will
            shutil.rmtree(place / RUN, ignore_errors=True)
            shutil.rmtree(place / "cache", ignore_errors=True)
            ended = do(list(given), place, None)
            load(place)
        if ended.code != 0:
            raise RuntimeError(ended.said)
        return content(place), ended.seconds, ended.events
    finally:
        shutil.rmtree(place, ignore_errors=True)


def trial(
    kind: str,
    number: int,
    of: int,
    given: list[str],
    place: Path,
    whole: tuple[dict[str, bytes], float, int],
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Do the study with one fault, then the same command until the run is finished."""
    files, seconds, events = whole
    at = int((number + 0.5) / of * events)
    fault: Fault | None = None
    if kind == "kills":
        what = "SIGKILL"
        fault = Fault(what, after=float(rng.uniform(0, seconds)))
    elif kind == "signals":
        what = ("SIGINT", "SIGTERM")[number % 2]
        fault = Fault(what, after=float(rng.uniform(0, seconds)))
    elif kind == "events":
        what = EVENTS[number % len(EVENTS)]
        fault = Fault(what, at=at)
    elif kind == "full":
        what = "ENOSPC"
        fault = Fault(what, at=at, lasting=True)
    else:
        what = HARMS[number % len(HARMS)]
    ended = [do(given, place, fault)]
    where = f"{at} of {events}" if kind in ("events", "full") else ""
    if kind == "damage":
        where = damage(place, what, rng, number / of)
    while len(ended) <= TRIES and not is_finished(place, kind, len(ended)):
        ended.append(do(given, place, None))
    after = content(place)
    differ = sorted(n for n in files.keys() | after.keys() if files.get(n) != after.get(n))
    return {
        "kind": kind,
        "fault": what,
        "where": where,
        "first": ended[0].code,
        "commands": len(ended),
        "orderly": orderly(ended[0], what),
        "said": ended[0].said[:300] if not orderly(ended[0], what) else "",
        "same": not differ,
        "differ": differ[:5],
    }


def is_finished(place: Path, kind: str, commands: int) -> bool:
    """Return whether the run needs no further command."""
    if kind == "damage" and commands == 1:
        # What is damaged in the store is only seen by a run that asks for it.
        if "cache" in (place / "harmed").read_text():
            shutil.rmtree(place / RUN)
        return False
    return (place / RUN / "manifest.json").is_file() and not (place / RUN / "UNFINISHED").exists()


def orderly(ended: Ended, what: str) -> bool:
    """Return whether a command ended as it should: well, killed, interrupted, or by a sentence."""
    if ended.code == 0:
        return True
    if what in ("SIGKILL", "kill"):
        return ended.code == -signal.SIGKILL
    if what in ("SIGINT", "SIGTERM"):
        return ended.code in (130, 143)
    return ended.code == 2 and "Traceback" not in ended.said
