"""One command in a process that a fault meets."""

from __future__ import annotations

import errno
import importlib
import json
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from causattn.cli import main

LONGEST = 300.0
_WATCHED = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate")
_APART = ("timing.json", ".lock", ".holder")


@dataclass(frozen=True)
class Fault:
    """What happens: `what` `after` some seconds, or `at` a file event (and at all `lasting`)."""

    what: str
    after: float | None = None
    at: int | None = None
    lasting: bool = False


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code, or minus the signal; what it said; seconds; file events."""

    code: int
    said: str
    seconds: float
    events: int


def do(given: list[str], place: Path, fault: Fault | None) -> Ended:
    """Give a command in a folder, in a child of this process, where everything is loaded."""
    (place / "said").touch()  # a kill may come before the child has written
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.chdir(place)
            _to_file(place / "said")
            watch = Watch(place, fault)
            sys.addaudithook(watch)
            code = main([*given])
            watch.over = True
            (place / "events").write_text(str(watch.count))
            (place / "modules").write_text("\n".join(sorted(sys.modules)))
        finally:
            os._exit(code)
    code = _wait(child, fault, began)
    seconds = time.perf_counter() - began
    said = (place / "said").read_text(encoding="utf-8", errors="replace")
    events = place / "events"
    return Ended(code, said, seconds, int(events.read_text()) if events.is_file() else 0)


def load(place: Path) -> None:
    """Import what a command imported in its process, so that it is there for the next ones.

    The study itself is never done in this process: threads that it began would be missing in the
    children.
    """
    for name in (place / "modules").read_text().split():
        with suppress(Exception):  # what is found only inside another package's import
            importlib.import_module(name)


def _to_file(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(descriptor, stream)


def _wait(child: int, fault: Fault | None, began: float) -> int:
    sent = fault is None or fault.after is None
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        passed = time.perf_counter() - began
        if not sent and fault is not None and fault.after is not None and passed >= fault.after:
            os.kill(child, getattr(signal, fault.what))
            sent = True
        if passed > LONGEST:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.005)


class Watch:
    """An audit hook that counts what changes files below a folder, and is the fault."""

    def __init__(self, place: Path, fault: Fault | None) -> None:
        self.place, self.fault, self.count, self.over = str(place.resolve()), fault, 0, False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.over or event not in _WATCHED or not self._is_ours(event, arguments):
            return
        self.count += 1
        fault = self.fault
        if fault is None or fault.at is None or self.count <= fault.at:
            return
        if self.count > fault.at + 1 and not fault.lasting:
            return
        if fault.what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault.lasting and event in ("os.remove", "os.rmdir"):  # which a full disk allows
            return
        number = getattr(errno, fault.what)
        raise OSError(number, os.strerror(number), str(arguments[0]))

    def _is_ours(self, event: str, arguments: tuple[Any, ...]) -> bool:
        path = arguments[0]
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        whole = os.path.abspath(os.fsdecode(path))
        if not whole.startswith(self.place):
            return False
        if event == "open":
            mode, flags = arguments[1], arguments[2]
            writes = isinstance(mode, str) and any(letter in mode for letter in "wax+")
            return writes or bool(isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR))
        return True


def content(place: Path) -> dict[str, bytes]:
    """Return the bytes of all files of run and store, without what says when and how long."""
    found = {}
    for top in ("run", "cache"):
        for path in sorted((place / top).rglob("*")):
            if path.is_file() and not path.name.endswith(_APART) and ".locks" not in path.parts:
                found[path.relative_to(place).as_posix()] = _timeless(path)
    return found


def _timeless(path: Path) -> bytes:
    data = path.read_bytes()
    if path.parts[-2:] != ("run", "manifest.json"):
        return data
    try:
        manifest = json.loads(data)
        for name in ("started", "seconds"):
            manifest["about"].pop(name)
        manifest["files"].pop("timing.json")
        manifest.pop("checksum")
    except (ValueError, KeyError, TypeError, AttributeError):
        return data
    return json.dumps(manifest).encode()


def damage(place: Path, harm: str, rng: np.random.Generator, share: float) -> str:
    """Harm one file of a run or its store; return which, and note it."""
    names = list(content(place))
    derived = ("run/figures/", "run/report.html")
    names = [name for name in names if not name.startswith(derived)]
    name = names[int(share * len(names))]
    path = place / name
    data = bytearray(path.read_bytes())
    if harm == "remove" or not data:
        path.unlink()
    elif harm == "empty":
        path.write_bytes(b"")
    elif harm == "cut":
        path.write_bytes(data[: len(data) // 2])
    else:
        data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
        path.write_bytes(data)
    (place / "harmed").write_text(name)
    return name
