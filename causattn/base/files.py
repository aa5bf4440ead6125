"""Plain artefacts on disk: written whole or not at all, by one process at a time.

An artefact is a folder of plain files (JSON, NPZ, Parquet, safetensors, text) and a
``manifest.json`` that lists each file with its SHA-256, the kind of artefact and its schema
version, and has a checksum of its own. It is filled under a temporary name next to its place and
renamed when complete, so a reader never sees half of one.

A lock is one of the operating system, which takes it back when its holder dies; the small file
beside it only says who holds it.
"""

import json
import os
import shutil
import socket
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Any

from causattn.base.errors import ArtefactError
from causattn.base.saying import say

MANIFEST = "manifest.json"


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal text."""
    digest = sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def content_key(value: object) -> str:
    """Return a 20-digit hexadecimal key of a JSON-like value; equal values have equal keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:20]


def write_text(path: Path, text: str) -> None:
    """Write a text file by rename: the old content stays until the new one is complete."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, value: object) -> None:
    """Write JSON by rename, keys in the order given, non-ASCII text as it is."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises
    ------
    ArtefactError
        Where the file is missing or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArtefactError(f"There is no file {path}; run the stage that writes it.") from None
    except (ValueError, RecursionError) as error:  # also of a number of too many digits
        raise ArtefactError(
            f"{path} is not valid JSON ({error}); delete it and run again."
        ) from None


@contextmanager
def new_artefact(
    folder: Path, kind: str, schema: int, about: Mapping[str, object] | None = None
) -> Iterator[Path]:
    """Fill an artefact folder; it appears at `folder` only when the block ends without error.

    Parameters
    ----------
    folder
        Where the artefact will stand. One that is already there is kept as it is (the first
        writer wins, since equal keys mean equal content).
    kind, schema
        Name and version of the layout, checked by `check_artefact`.
    about
        Anything JSON-like worth keeping in the manifest.
    """
    temporary = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}")
    temporary.mkdir(parents=True)
    try:
        yield temporary
        files = {
            str(path.relative_to(temporary)): file_sha256(path)
            for path in sorted(temporary.rglob("*"))
            if path.is_file()
        }
        write_manifest(temporary, kind, schema, about or {}, files)
        try:
            os.rename(temporary, folder)
        except OSError:
            if not (folder / MANIFEST).is_file():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_manifest(
    folder: Path,
    kind: str,
    schema: int,
    about: Mapping[str, object],
    files: Mapping[str, str],
) -> None:
    """Write a folder's manifest, with a checksum of the manifest itself.

    Parameters
    ----------
    folder
        The artefact's.
    kind, schema
        Name and version of its layout.
    about
        Anything JSON-like worth keeping.
    files
        The SHA-256 of each file, by its path in the folder.
    """
    manifest = {"kind": kind, "schema": schema, "about": dict(about), "files": dict(files)}
    write_json(folder / MANIFEST, manifest | {"checksum": content_key(manifest)})


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a folder's manifest: ``kind``, ``schema``, ``about`` and ``files``.

    One without a checksum of its own was written by an older version and is taken as it is.

    Raises
    ------
    ArtefactError
        Where there is none, or it is damaged.
    """
    manifest = read_json(folder / MANIFEST)
    if not isinstance(manifest, dict) or not _is_manifest(manifest):
        raise ArtefactError(
            f"{folder / MANIFEST} is damaged (it is no manifest, or its checksum differs); delete "
            f"{folder} and run again."
        )
    return {name: value for name, value in manifest.items() if name != "checksum"}


def _is_manifest(manifest: dict[str, Any]) -> bool:
    """Return whether a manifest has its parts, files inside its folder, and its checksum."""
    files = manifest.get("files")
    if set(manifest) - {"checksum"} != {"kind", "schema", "about", "files"}:
        return False
    if not isinstance(manifest["about"], dict) or not isinstance(files, dict) or not files:
        return False
    for name, expected in files.items():
        place = PurePath(name)
        if place.is_absolute() or ".." in place.parts or not isinstance(expected, str):
            return False
    rest = {name: value for name, value in manifest.items() if name != "checksum"}
    return manifest.get("checksum", content_key(rest)) == content_key(rest)


def check_artefact(folder: Path, kind: str, schema: int) -> dict[str, Any]:
    """Return an artefact's manifest after checking kind, schema and every checksum.

    Raises
    ------
    ArtefactError
        Where the folder is no such artefact, or a file in it is missing or changed.
    """
    manifest = read_manifest(folder)
    if manifest["kind"] != kind or manifest["schema"] != schema:
        raise ArtefactError(
            f"{folder} holds {manifest['kind']} schema {manifest['schema']}, wanted "
            f"{kind} schema {schema}; delete it and run again; more: causattn explain "
            "errors.damaged."
        )
    for name, expected in manifest["files"].items():
        path = folder / name
        if not path.is_file() or file_sha256(path) != expected:
            raise ArtefactError(
                f"{path} is missing or damaged (its checksum differs); delete {folder} and run "
                "again."
            )
    return manifest


def own_folder(path: Path) -> Path:
    """Make a folder to write into; one that is a link to elsewhere is an `ArtefactError`."""
    if path.is_symlink():
        raise ArtefactError(
            f"{path} is a link to another place, which is not written through; delete the link."
        )
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def exclusive(path: Path, what: str, *, wait: bool | Callable[[], bool] = True) -> Iterator[None]:
    """Hold the lock at `path` inside the block, waiting for whoever holds it now.

    Parameters
    ----------
    path
        The lock file; it and its folder are made where they are missing. It stays afterwards:
        deleting it would let two processes lock two different files of one name.
    what
        What is being done under the lock, for the message to those who wait.
    wait
        Whether to wait, or to raise where someone else holds it; a function is asked then.

    Raises
    ------
    ArtefactError
        Where the lock cannot be written, or is held and nobody waits.
    """
    from filelock import FileLock, Timeout  # with asyncio, which few that import this room need

    holder = path.with_name(f"{path.name}.holder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            who = _describe(holder)
            if not (wait() if callable(wait) else wait):
                raise ArtefactError(
                    f"{who} is busy with {what}; let it end, or end it, and try again."
                ) from None
            say(f"{who} is busy with {what}; waiting for it.", error=True)
            while not lock.is_locked:
                path.parent.mkdir(parents=True, exist_ok=True)
                with suppress(FileNotFoundError):  # it took its folder away when it ended
                    lock.acquire()
    except OSError as error:
        raise ArtefactError(
            f"{path} cannot be locked ({error.strerror}); choose a folder that can be written."
        ) from None
    try:
        _sign(holder)
        yield
    finally:
        with suppress(OSError):  # a courtesy, as its making is
            holder.unlink(missing_ok=True)
        lock.release()


def _sign(holder: Path) -> None:
    """Say in `holder` who has the lock; only a courtesy, so that a full disk does not matter."""
    about = {"process": os.getpid(), "host": socket.gethostname(), "since": time.time()}
    try:
        # Not through a link that someone laid there, and without a temporary name beside the lock.
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        with os.fdopen(os.open(holder, flags, 0o644), "w", encoding="utf-8") as stream:
            json.dump(about, stream)
    except OSError:
        return


def _describe(holder: Path) -> str:
    """Return who holds a lock, in words."""
    try:
        about = json.loads(holder.read_text(encoding="utf-8"))
        since = time.strftime("%H:%M:%S", time.localtime(about["since"]))
        return f"Process {about['process']} on {about['host']} (since {since})"
    except (OSError, ValueError, KeyError, TypeError):
        return "Another process"
