"""The log beside a sweep's jobs."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from causattn.cli.follow import follow
from causattn.cli.progress import LOG, Progress, read_lines, say_counts, write_line


def line(job: int, status: str = "finished", session: str = "s") -> dict[str, Any]:
    return {
        "session": session,
        "job": job,
        "folder": f"f{job}",
        "overrides": [f"seed={job}"],
        "status": status,
        "reason": "no" if status == "failed" else "",
        "seconds": 1.0,
    }


def test_a_line_that_was_cut_off_takes_no_other_with_it(tmp_path: Path) -> None:
    write_line(tmp_path, line(0))
    with (tmp_path / LOG).open("a") as stream:
        stream.write('{"session": "s", "jo')
    write_line(tmp_path, line(1))
    assert read_lines(tmp_path / LOG) == [line(0), line(1)]


def test_what_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(tmp_path, "s", asked=5, kept=1, repeated=1, broken="TerminatedWorker: x")
    write_line(tmp_path, line(0))
    write_line(tmp_path, line(1, "failed"))
    write_line(tmp_path, line(1, "finished", session="another"))
    assert progress.say() == 3
    said = capsys.readouterr()
    assert said.out == (
        "5 jobs: 1 finished, 1 finished before, 1 the same as another, 1 failed, 1 not done.\n"
        f"{tmp_path}\n"
    )
    assert said.err == (
        "  job 1 (seed=1): no\n"
        "The launcher ended before all jobs did (TerminatedWorker: x); the same command again does "
        "what is missing.\n"
    )
    say_counts(1, {"finished": 1, "failed": 0})
    assert capsys.readouterr().out == "1 job: 1 finished.\n"


def test_lines_are_shown_as_they_come(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_line(tmp_path, line(0))
    with follow(tmp_path, "s"):
        write_line(tmp_path, line(1, "failed"))
        write_line(tmp_path, line(2, session="another"))
        end, err = time.monotonic() + 20, ""
        while not err and time.monotonic() < end:
            time.sleep(0.05)
            err = capsys.readouterr().err
        assert err == "job 1 (seed=1) failed: no\n"
        descriptor = os.open(tmp_path / LOG, os.O_WRONLY | os.O_APPEND)
        os.write(descriptor, b'{"cut off\n')
        os.close(descriptor)
        write_line(tmp_path, line(3, "kept"))
    said = capsys.readouterr()
    assert said.out.startswith("job 3 (seed=3) was finished before: ")
    assert said.err == ""
