"""How a sweep goes: what it was asked for, what was there, what failed, and the log beside it.

Nothing heavy is imported here, neither Hydra nor tables.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from causattn import __version__
from causattn.base import say, typed

LOG = "jobs.jsonl"


@dataclass
class Progress:
    """One command's way through a sweep.

    Parameters
    ----------
    folder
        The sweep's folder.
    session
        The command's identity: others may work in the same folder at the same time.
    asked
        How many jobs the command stands for, None where a sweeper that is not ours ran them.
    kept
        How many were finished before.
    repeated
        How many are the same as another of this command.
    broken
        Why the launcher ended before its jobs, empty where it did not.
    report
        Whether a page is drawn of the sweep: any of its jobs is to have one.
    failed
        Whether a job that this process did or could not begin has failed.
    """

    folder: Path
    session: str
    asked: int | None = None
    kept: int = 0
    repeated: int = 0
    broken: str = ""
    report: bool = False
    failed: bool = False

    def leave_out_finished(self, keys: Mapping[int, str]) -> list[int]:
        """Return the numbers of the jobs that are to be done; say and count the others.

        Parameters
        ----------
        keys
            The identity of each job, by its number.
        """
        first = {key: number for number, key in sorted(keys.items(), reverse=True)}
        alone = {number: key for key, number in sorted(first.items(), key=lambda item: item[1])}
        found = finished_jobs(self.folder, alone)
        say_versions(found.values())
        self.kept, self.repeated = len(found), len(keys) - len(alone)
        return [number for number in alone if number not in found]

    def note_command(self, command: str) -> None:
        """Keep what a person typed in the sweep's folder, where there is one."""
        from causattn.results import note_sweep_command

        if self.folder.is_dir():
            note_sweep_command(self.folder, command)

    def fail(self, number: int, name: str, overrides: Sequence[str], reason: str) -> None:
        """Say and write down that a job failed before it began."""
        line = {
            "session": self.session,
            "job": number,
            "folder": name,
            "overrides": list(overrides),
            "status": "failed",
            "reason": reason,
            "seconds": 0.0,
        }
        self.failed = True
        say_line(line, self.folder)
        write_line(self.folder, line)

    def say(self) -> int:
        """Print how the jobs went; return the exit code."""
        lines = {
            int(line["job"]): line
            for line in read_lines(self.folder / LOG)
            if line.get("session") == self.session
        }
        failed = [line for _, line in sorted(lines.items()) if line["status"] == "failed"]
        late = sum(line["status"] == "kept" for line in lines.values())
        finished = len(lines) - len(failed) - late
        asked = len(lines) if self.asked is None else self.asked
        missing = asked - self.kept - self.repeated - len(lines)
        say_counts(
            asked,
            {
                "finished": finished,
                "finished before": self.kept + late,
                "the same as another": self.repeated,
                "failed": len(failed),
                "not done": missing,
            },
        )
        for line in failed:
            overrides = " ".join(line["overrides"])
            say(f"  job {line['job']} ({overrides}): {line['reason']}", error=True)
        if missing > 0:
            because = f" ({self.broken})" if self.broken else ""
            say(
                f"The launcher ended before all jobs did{because}; the same command again does "
                "what is missing.",
                error=True,
            )
        say(self.folder)
        return 3 if failed or missing > 0 else 0


def job_name(number: int, overrides: Sequence[str]) -> str:
    """Return what a job is called where it is spoken of."""
    named = [text for text in overrides if not text.startswith("plugins=")]  # of all jobs the same
    return f"job {number}" + (f" ({' '.join(named)})" if named else "")


def say_counts(asked: int, counts: Mapping[str, int]) -> None:
    """Print one line with the count of each outcome that happened, and of those finished now."""
    said = [f"{n} {name}" for name, n in counts.items() if n or name == "finished"]
    say(f"{asked} job{'' if asked == 1 else 's'}: {', '.join(said)}.")


def say_versions(found: Iterable[str]) -> None:
    """Say which other versions of causattn did jobs that are kept."""
    others = Counter(found)
    del others[__version__]
    if others:
        said = " and ".join(f"{n} by causattn {version}" for version, n in sorted(others.items()))
        say(
            f"Of the jobs finished before, {said} are kept, although this is {__version__}; choose "
            "another sweep folder (hydra.sweep.dir=...) to do them again.",
            error=True,
        )


def job_folders(folder: Path) -> dict[str, str]:
    """Return the names of the jobs' folders in that of a sweep, by the 16 digits they end in."""
    if not folder.is_dir():
        return {}
    return {each.name[-16:]: each.name for each in folder.iterdir() if each.is_dir()}


def finished_jobs(folder: Path, keys: Mapping[int, str]) -> dict[int, str]:
    """Return which version finished each job that is finished and undamaged, by its number."""
    from causattn.results import finished_by

    names = job_folders(folder)
    found = {
        number: finished_by(folder / names.get(key[:16], key[:16]), key)
        for number, key in keys.items()
    }
    return {number: version for number, version in found.items() if version is not None}


def write_line(folder: Path, line: Mapping[str, Any]) -> None:
    """Append what became of a job to the sweep's log.

    It is one write, so that the jobs of a parallel launcher do not mix theirs; a line that was cut
    off (a killed process, a full disk) is closed first, so that it takes no other with it.
    """
    data = (json.dumps(line, ensure_ascii=False) + "\n").encode()
    descriptor = os.open(folder / LOG, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o644)
    try:
        end = os.fstat(descriptor).st_size
        cut = end > 0 and os.pread(descriptor, 1, end - 1) != b"\n"
        os.write(descriptor, b"\n" + data if cut else data)
    finally:
        os.close(descriptor)


def say_line(line: Mapping[str, Any], folder: Path) -> None:
    """Print what a line of the log says: a failure on standard error, the rest on the output."""
    name = job_name(int(line["job"]), line["overrides"])
    where = typed(folder / str(line["folder"]))
    if line["status"] == "failed":
        say(f"{name} failed: {line['reason']}", error=True)
    elif line["status"] == "kept":
        say(f"{name} was finished before: {where}")
    else:
        say(f"{name} finished in {line['seconds']:.1f} s: {where}")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a sweep's log that can be read (one may be cut off)."""
    lines: list[dict[str, Any]] = []
    if not path.is_file():
        return lines
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict):
            lines.append(line)
    return lines
