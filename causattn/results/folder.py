"""A run's folder: marked unfinished from its first moment, finished only when all of it is there.

=============== ==============================================================================
``config.yaml`` the resolved configuration, written first
``command.txt`` the command that did it, where there was one
``UNFINISHED``  JSON, there while the run is not finished: since when, by whom, why it stopped
``manifest.json`` written last: the checksum of every result, so that damage is noticed
=============== ==============================================================================

Figures and the report are made from the results and can be made again, so that they are not in
the manifest.
"""

from __future__ import annotations

import shutil
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from causattn import __version__
from causattn.base import (
    ArtefactError,
    CausattnError,
    check_artefact,
    disk_error,
    exclusive,
    file_sha256,
    read_json,
    read_manifest,
    say,
    write_manifest,
    write_text,
)
from causattn.results.configuration import config_key, to_yaml
from causattn.results.status import MANIFEST, MARKER, Status, mark, run_status

SCHEMA = 1
_LOCK = ".lock"
_DERIVED = ("figures", "report.html", MANIFEST, MARKER)


def finished_by(folder: Path, key: str) -> str | None:
    """Return which causattn finished the run in `folder`, None where there is none to keep.

    Parameters
    ----------
    folder
        A run's folder, or where one would be.
    key
        The `config_key` that the run should have.

    Returns
    -------
    str or None
        The version that did the run, where it is finished, of this configuration, and each of its
        files has its checksum.
    """
    if (folder / MARKER).exists():
        return None
    try:
        about = check_artefact(folder, "run", SCHEMA)["about"]
    except (ArtefactError, OSError):
        return None
    return str(about.get("causattn") or __version__) if about.get("config_key") == key else None


def run_in_folder(
    folder: Path,
    config: Mapping[str, Any],
    work: Callable[[Path], object],
    *,
    resume: bool = False,
    command: str = "",
) -> bool:
    """Do a run's `work` in `folder`, so that the folder always says how far it came.

    ============== =====================================================================
    work ends      the folder
    ============== =====================================================================
    well           is finished: manifest written, marker gone
    user's error   is gone; with `resume` it stays, marked failed with the reason
    other error    stays, marked failed, with ``traceback.txt``
    interrupted    stays, marked unfinished
    process killed stays as it was: marked unfinished
    ============== =====================================================================

    Parameters
    ----------
    folder
        A new or empty folder, or one of an unfinished run, which is done again.
    config
        The resolved configuration.
    work
        Called with the folder; its last file must be ``summary.json``.
    resume
        For the jobs of a sweep: leave alone a finished run of the same configuration, and keep
        failures.
    command
        What a person types to do this run again, kept in ``command.txt``.

    Returns
    -------
    bool
        Whether the work was done; False where a finished run was found, or an equal command
        finished it meanwhile.

    Raises
    ------
    ArtefactError
        Where the folder holds something else, or another process works in it.
    """
    folder = folder.resolve()
    _make(folder)
    _refuse_foreign(folder, config)
    # Of two equal commands at once, one does the work, and the other waits and reads.
    shared = resume or _is_begun(folder, config)

    def is_shared() -> bool:
        # Asked again where the other began since then.
        nonlocal shared
        shared = shared or _is_begun(folder, config)
        return shared

    with exclusive(folder / _LOCK, f"the run {folder.name}", wait=is_shared):
        if shared and finished_by(folder, config_key(config)) is not None:
            return False
        _refuse_finished(folder)
        started = time.time()
        with _disk(folder):
            # The mark comes first and stays: wherever this process is killed, this is a run's.
            mark(folder, Status.UNFINISHED, "", started)
            _clear(folder)
            write_text(folder / "config.yaml", to_yaml(config))
            if command:
                write_text(folder / "command.txt", command + "\n")
        try:
            with _disk(folder):
                work(folder)
        except CausattnError as error:
            if resume:
                with suppress(OSError):  # a full disk may have no room for the reason either
                    mark(folder, Status.FAILED, str(error), started)
            else:
                _clear(folder)
                shutil.rmtree(folder)
            raise
        except Exception as error:
            write_text(folder / "traceback.txt", traceback.format_exc())
            mark(folder, Status.FAILED, f"{type(error).__name__}: {error}", started)
            raise
        except BaseException:
            mark(folder, Status.UNFINISHED, "it was interrupted", started)
            raise
        with _disk(folder):
            _finish(folder, config, started)
    with suppress(OSError):  # the run is finished with them as well
        for name in (_LOCK, f"{_LOCK}.holder"):
            (folder / name).unlink(missing_ok=True)
    return True


def _is_begun(folder: Path, config: Mapping[str, Any]) -> bool:
    """Return whether an equal run is being done in a folder right now, or was left unfinished."""
    try:
        return _is_of(folder, config) and (folder / MARKER).is_file()
    except OSError:
        return (folder / _LOCK).exists()  # begun this moment, or stopped before its first file


def _is_of(folder: Path, config: Mapping[str, Any]) -> bool:
    """Return whether a folder's configuration is this one, to the letter."""
    return (folder / "config.yaml").read_bytes() == to_yaml(config).encode()


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Say in a sentence that the disk cannot take the run."""
    try:
        yield
    except Exception as error:
        # What could not be written may also lie in the store.
        name = getattr(error, "filename", None)
        place = Path(name) if isinstance(name, str) else folder
        mend = "set paths.runs and paths.cache to another disk"
        sentence = disk_error(error, place, mend)
        if sentence is None:
            raise
        raise sentence from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArtefactError(
            f"The run's folder {folder} cannot be made ({error.strerror}); set paths.runs to a "
            "folder that can be written."
        ) from None


def _refuse_foreign(folder: Path, config: Mapping[str, Any]) -> None:
    """Refuse a folder that holds anything but a run, before a file is written into it."""
    content = _content(folder)
    if content and not (folder / MARKER).is_file() and not (folder / MANIFEST).is_file():
        if (folder / "config.yaml").is_file() and _is_of(folder, config):
            say(f"The run in {folder} has lost its {MANIFEST} and is done again.", error=True)
            return
        raise ArtefactError(
            f"{folder} already holds {content[0].name} and is no run's folder; choose another "
            "folder (hydra.run.dir=...) or empty it."
        )
    if (other := _other_schema(folder)) is not None:
        raise ArtefactError(
            f"{folder} holds a run in layout {other}, which this causattn ({__version__}, layout "
            f"{SCHEMA}) cannot read and does not delete; move it away, or choose another folder."
        )


def _other_schema(folder: Path) -> object:
    """Return the version of a finished run's layout where it is not ours, None where it is."""
    try:
        schema = read_manifest(folder)["schema"]
    except (ArtefactError, OSError):
        return None
    return None if schema == SCHEMA else schema


def _refuse_finished(folder: Path) -> None:
    """Refuse a folder that holds a finished run, unless the run is damaged."""
    if run_status(folder)[0] is Status.FINISHED:
        if _undamaged(folder):
            raise ArtefactError(
                f"{folder} already holds a finished run, which is not written over; choose another "
                "folder (hydra.run.dir=...) or delete it."
            )
        say(f"The run in {folder} is damaged and is done again.", error=True)


def _clear(folder: Path) -> None:
    """Delete what an unfinished run left, but for the mark that says so."""
    for path in _content(folder, temporaries=True):
        if path.name == MARKER:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _content(folder: Path, *, temporaries: bool = False) -> list[Path]:
    """Return what lies in a folder, without the run's lock and marks that were half-written."""
    return sorted(
        path
        for path in folder.iterdir()
        if not path.name.startswith(_LOCK)
        and (temporaries or not path.name.startswith(f".{MARKER}."))
    )


def _undamaged(folder: Path) -> bool:
    try:
        check_artefact(folder, "run", SCHEMA)
    except ArtefactError:
        return False
    return True


def _finish(folder: Path, config: Mapping[str, Any], started: float) -> None:
    files = {
        str(path.relative_to(folder)): file_sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.relative_to(folder).parts[0] not in _DERIVED
        and not path.name.startswith(_LOCK)
    }
    about = {
        "config_key": config_key(config),
        "started": datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
        "seconds": round(time.time() - started, 3),
        "causattn": read_json(folder / "summary.json").get("versions", {}).get("causattn", ""),
    }
    write_manifest(folder, "run", SCHEMA, about, files)
    (folder / MARKER).unlink(missing_ok=True)
