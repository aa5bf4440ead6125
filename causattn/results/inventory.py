"""What lies in a store: listed, explained, pruned.

Beside its artefacts a store holds where trainings of recurrent models stand, so that one that was
stopped goes on (`causattn.models`): ``checkpoints/<model>/<key>/epoch-<number>``. They are listed
here as artefacts of the kind ``checkpoint``. The shards of a corpus whose attention was being
summed when its run was stopped, ``attention/.<key>.shards``, are of the kind ``shards``.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from causattn.base import ArtefactError, exclusive, flat, listed, read_json

CHECKPOINT = "checkpoint"
SHARDS = "shards"
_UNSUMMED = ".shards"
_TRAININGS = "checkpoints"
_LEFTOVER_AGE = 3600.0


@dataclass(frozen=True)
class CacheEntry:
    """An artefact in a store.

    Parameters
    ----------
    kind, key
        Its address.
    folder
        Where it lies.
    bytes
        Its size on disk.
    used
        When it was last used, in seconds since the epoch.
    parts
        What its key was made of.
    """

    kind: str
    key: str
    folder: Path
    bytes: int
    used: float
    parts: Mapping[str, Any]


def list_artefacts(store: Path) -> list[CacheEntry]:
    """Return all artefacts of a store, the last used first."""
    manifests = [
        (path.parent.parent.name, path.parent, path) for path in store.glob("*/*/manifest.json")
    ]
    trainings = store.glob(f"{_TRAININGS}/*/*/epoch-*/manifest.json")
    latest = {path.parent.parent: path for path in sorted(trainings)}
    manifests += [(CHECKPOINT, folder, path) for folder, path in latest.items()]
    entries = [
        _entry(kind, folder, manifest)
        for kind, folder, manifest in manifests
        if not folder.name.startswith(".")
    ]
    entries += [_shards(folder) for folder in store.glob(f"*/.*{_UNSUMMED}") if folder.is_dir()]
    return sorted(entries, key=lambda entry: -entry.used)


def _shards(folder: Path) -> CacheEntry:
    """Return the shards that lie in a folder, used when the last of them was written."""
    size, used = 0, folder.stat().st_mtime
    for path in folder.rglob("*"):
        try:
            state = path.stat()
        except OSError:  # a run goes on with them right now
            continue
        size, used = size + state.st_size * path.is_file(), max(used, state.st_mtime)
    key = folder.name[1:].removesuffix(_UNSUMMED)
    parts = {"of": f"{folder.parent.name} {key}", "shards": len(list(folder.rglob("shard-*")))}
    return CacheEntry(SHARDS, key, folder, size, used, parts)


def _entry(kind: str, folder: Path, manifest: Path) -> CacheEntry:
    """Return what lies in a folder; of one that is being written, or is damaged, the place."""
    try:
        parts = read_json(manifest).get("about", {}).get("parts", {})
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        used = folder.stat().st_mtime
    except (ArtefactError, OSError, AttributeError):
        parts, size, used = {}, 0, 0.0
    return CacheEntry(kind, folder.name, folder, size, used, parts)


def find_artefact(store: Path, key: str) -> CacheEntry:
    """Return the artefact whose key begins with `key`.

    Raises
    ------
    ArtefactError
        Where none or several do.
    """
    found = [entry for entry in list_artefacts(store) if entry.key.startswith(key)]
    if len(found) == 1:
        return found[0]
    if found:
        shown = listed(f"{entry.kind} {entry.key}" for entry in found)
        raise ArtefactError(f"{key} fits {shown}; give more digits.")
    raise ArtefactError(f"{store} has no artefact {key}; causattn cache list shows all.")


def differences(first: CacheEntry, second: CacheEntry) -> dict[str, tuple[Any, Any]]:
    """Return the parts of two keys that differ, dotted, each with both values."""
    here, there = dict(flat(first.parts)), dict(flat(second.parts))
    return {
        name: (here.get(name), there.get(name))
        for name in sorted(here.keys() | there.keys())
        if here.get(name) != there.get(name)
    }


def nearest(entry: CacheEntry, entries: list[CacheEntry]) -> CacheEntry | None:
    """Return the other artefact of the kind whose key differs in the fewest parts."""
    others = [other for other in entries if other.kind == entry.kind and other.key != entry.key]
    return min(others, key=lambda other: len(differences(entry, other)), default=None)


def prune(store: Path, unwanted: Callable[[CacheEntry], bool]) -> list[CacheEntry]:
    """Delete the artefacts that are `unwanted`, and what killed processes left half-written.

    An artefact that someone is making right now is left alone.
    """
    gone = []
    for entry in list_artefacts(store):
        if unwanted(entry) and _delete(store, entry):
            gone.append(entry)
    for leftover in (*store.glob("*/.*"), *store.glob(f"{_TRAININGS}/*/*/.*")):
        old = time.time() - leftover.stat().st_mtime > _LEFTOVER_AGE
        if leftover.name.endswith(_UNSUMMED):  # an entry like others: a run goes on with them
            continue
        if leftover.is_dir() and ".locks" not in (leftover.name, leftover.parent.name) and old:
            shutil.rmtree(leftover, ignore_errors=True)
    return gone


def _delete(store: Path, entry: CacheEntry) -> bool:
    lock = store / ".locks" / f"{entry.kind}-{entry.key}.lock"
    if entry.kind == CHECKPOINT:
        model = entry.folder.parent
        lock = model.parent / ".locks" / f"{model.name}-{entry.key}.lock"
    elif entry.kind == SHARDS:
        lock = store / ".locks" / f"{entry.folder.parent.name}-{entry.key}.lock"
    try:
        with exclusive(lock, f"{entry.kind} {entry.key}", wait=False):
            shutil.rmtree(entry.folder)
    except (ArtefactError, OSError):
        return False
    return True
