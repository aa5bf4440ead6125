"""`Store`: artefacts that are made once and found again by what made them.

The key of an artefact is the hash of its kind, its layout's version and everything that went into
it: settings, seed, and the keys of the artefacts it was made from. An artefact lies at
``<folder>/<kind>/<key>``; its manifest holds checksums of all its files and the parts of its key,
so that a person can ask why something was made again.

Where several processes want the same artefact, one makes it and the others wait.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from causattn import __version__
from causattn.base import (
    ArtefactError,
    check_artefact,
    content_key,
    disk_error,
    exclusive,
    new_artefact,
    say,
)

T = TypeVar("T")

_CONTENT = "content"


@dataclass(frozen=True)
class Artefact(Generic[T]):
    """A value with its address in the store.

    Parameters
    ----------
    value
        What was made or read.
    key
        The hash of everything that went into it; part of the key of whatever is made from it.
    folder
        Where it lies.
    reused
        Whether it was there already.
    """

    value: T
    key: str
    folder: Path
    reused: bool


@dataclass(frozen=True)
class Store:
    """Content-addressed artefacts below one folder.

    Parameters
    ----------
    folder
        The store's folder; made at the first artefact.
    """

    folder: Path

    def key(self, kind: str, key_parts: Mapping[str, Any], schema: int) -> str:
        """Return the key of an artefact made from `key_parts` (see `fetch`)."""
        return content_key(_key_of(kind, key_parts, schema))

    def fetch(
        self,
        kind: str,
        key_parts: Mapping[str, Any],
        schema: int,
        make: Callable[[], T],
        write: Callable[[T, Path], object],
        read: Callable[[Path], T],
    ) -> Artefact[T]:
        """Return an artefact: read where it is there and intact, else made, written and read back.

        It is read back also when it was just made, so that a first run and a repeated one work on
        the same bits.

        Parameters
        ----------
        kind
            The artefact's kind, a word such as ``"corpus"``; a folder of this name holds it.
        key_parts
            JSON-like: all settings, seeds and keys of other artefacts that the value depends on.
        schema
            Version of the layout that `write` writes; a new one makes new artefacts.
        make
            Makes the value.
        write
            Writes it into an empty folder.
        read
            Reads it back from that folder.

        Raises
        ------
        ArtefactError
            Where the store's folder cannot be written or its disk is full.
        """
        key = self.key(kind, key_parts, schema)
        folder = self.folder / kind / key
        found = _intact(folder, kind, schema, read)
        if found is None:
            lock = self.folder / ".locks" / f"{kind}-{key}.lock"
            with exclusive(lock, f"{kind} {key}"):
                found = _intact(folder, kind, schema, read, remove=True)
                if found is None:
                    _clear_begun(folder)
                    about = {"key": key, "parts": dict(key_parts), "version": __version__}
                    _write_new(folder, kind, schema, make(), write, about)
                    return Artefact(read(folder / _CONTENT), key, folder, reused=False)
        _touch(folder)
        return Artefact(found[0], key, folder, reused=True)


def _key_of(kind: str, key_parts: Mapping[str, Any], schema: int) -> dict[str, Any]:
    return {"kind": kind, "schema": schema, "version": __version__, "parts": dict(key_parts)}


def _intact(
    folder: Path, kind: str, schema: int, read: Callable[[Path], T], *, remove: bool = False
) -> tuple[T] | None:
    """Return the value in `folder`, or None where there is none that can be trusted.

    With `remove` (only under the artefact's lock) a damaged one is said and taken away.
    """
    if not folder.is_dir():
        return None
    try:
        check_artefact(folder, kind, schema)
        return (read(folder / _CONTENT),)
    except (ArtefactError, OSError) as error:
        if remove:
            say(f"The stored {kind} {folder} is damaged and is made again: {error}", error=True)
            shutil.rmtree(folder, ignore_errors=True)
        return None


def _clear_begun(folder: Path) -> None:
    """Take away what processes that were killed had begun to write (only under its lock)."""
    for begun in folder.parent.glob(f".{folder.name}.{'[0-9a-f]' * 8}"):
        shutil.rmtree(begun, ignore_errors=True)


def _write_new(
    folder: Path,
    kind: str,
    schema: int,
    value: T,
    write: Callable[[T, Path], object],
    about: Mapping[str, Any],
) -> None:
    """Write a value as a new artefact, whole or not at all."""
    try:
        with new_artefact(folder, kind, schema, about) as temporary:
            content = temporary / _CONTENT
            content.mkdir()
            write(value, content)
    except Exception as error:
        mend = "set paths.cache to another disk (causattn cache prune frees space)"
        if (sentence := disk_error(error, folder.parent, mend)) is None:
            raise
        raise sentence from None


def _touch(folder: Path) -> None:
    """Note that an artefact was used, so that pruning takes the longest unused first."""
    try:
        os.utime(folder)
    except OSError:  # a store that others own may be read-only, which is no reason to stop
        return
