"""What a sweep says at its end: how many jobs finished, were kept or failed, and why."""

import json
import sys
from pathlib import Path
from typing import Any, ClassVar

from hydra.experimental.callback import Callback
from omegaconf import DictConfig


class Sweep(Callback):
    """Remembers the folder of the sweep that Hydra runs in this process."""

    _folders: ClassVar[list[Path]] = []

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """Note the sweep's folder, which only Hydra's own part of the configuration knows."""
        self._folders[:] = [Path(config.hydra.sweep.dir)]

    @classmethod
    def take_folder(cls) -> Path | None:
        """Return the folder of the last sweep, once; None after a single run."""
        return cls._folders.pop() if cls._folders else None


def tell_sweep(folder: Path, session: str) -> int:
    """Print how the jobs of one command went; return the exit code.

    Parameters
    ----------
    folder
        The sweep's folder.
    session
        The command's identity, since a sweep's folder may have been worked on by others.
    """
    from causattn.results import JOBS

    jobs = [line for line in _read(folder / JOBS) if line.get("session") == session]
    failed = sorted((line for line in jobs if line["status"] == "failed"), key=lambda j: j["job"])
    kept = sum(line["status"] == "kept" for line in jobs)
    finished = len(jobs) - len(failed) - kept
    counts = [f"{finished} finished"]
    if kept:
        counts.append(f"{kept} finished before")
    if failed:
        counts.append(f"{len(failed)} failed")
    print(f"{len(jobs)} jobs: {', '.join(counts)}.")
    for line in failed:
        overrides = " ".join(line["overrides"])
        print(f"  job {line['job']} ({overrides}): {line['reason']}", file=sys.stderr)
    print(folder)
    return 3 if failed else 0


def _read(path: Path) -> list[dict[str, Any]]:
    """Return the lines of the sweep's log that can be read (the last one may be cut off)."""
    lines: list[dict[str, Any]] = []
    if not path.is_file():
        return lines
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(text))
        except ValueError:
            continue
    return lines
