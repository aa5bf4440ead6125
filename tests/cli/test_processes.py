"""``launcher=processes``: its workers, and what becomes of them when something is killed.

Workers are other processes, which know nothing of a test's stand-ins: the studies are real.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from causattn.cli import main

PROGRAM = "import sys; from causattn.cli import main; sys.exit(main())"
UNGUARDED = "import sys\nfrom causattn.cli import main\nsys.exit(main())\n"
SHORT = [
    "corpus.documents=300",
    "experiment=discovery",
    "report=false",
]
ENDLESS = ["corpus.documents=300", "model.steps=100000", "controls=[]", "effects=none"]
SWEEP = ["sweep", "launcher=processes", "hydra.sweep.dir=mine", "report=false", "quiet=true"]


def environment() -> dict[str, str]:
    return os.environ | {"OMP_NUM_THREADS": "1", "CAUSATTN_CACHE": "cache"}


@contextmanager
def program(place: Path, *given: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *SWEEP, *given],
        cwd=place,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(condition: Callable[[], Any], seconds: float = 120) -> Any:
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def lives(process: int) -> bool:
    """Return whether a process is there and no zombie that nobody has looked after."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def worker_of(marker: Path) -> int:
    return int(json.loads(marker.read_text())["process"])


def markers(place: Path, count: int) -> list[Path]:
    """The markers of runs that have begun their work."""

    def found() -> list[Path]:
        return [path.with_name("UNFINISHED") for path in place.glob("mine/*/command.txt")]

    wait_for(lambda: len(found()) == count)
    time.sleep(0.3)
    return found()


def log(place: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (place / "mine" / "jobs.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
)
def test_a_worker_that_is_killed_takes_only_its_job_with_it(tmp_path: Path, number: int) -> None:
    """The others go on, another takes its place, and the same command does what is missing."""
    seeds = "seed=0,1,2"
    with program(tmp_path, "workers=1", seeds, *ENDLESS, "limits.timeout_s=1") as process:
        (marker,) = markers(tmp_path, 1)
        lost = worker_of(marker)
        os.kill(lost, number)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 3
    assert "3 jobs: 0 finished, 3 failed." in out
    name = signal.Signals(number).name
    said = f"Its process was ended by {name}, as a machine does that runs out of memory;"
    assert err.count(said) == 2  # at once, and at the end
    assert err.count("took longer than limits.timeout_s=1") == 4
    workers = [line.get("process") for line in log(tmp_path)]
    assert workers[0] is None or workers[0] == lost
    assert workers[1] == workers[2] != lost


def test_when_the_sweep_is_killed_its_workers_end_and_the_same_command_goes_on(
    tmp_path: Path,
) -> None:
    with program(tmp_path, "workers=2", "seed=0,1", *ENDLESS) as process:
        workers = [worker_of(marker) for marker in markers(tmp_path, 2)]
        assert len(set(workers)) == 2
        process.send_signal(signal.SIGKILL)
        wait_for(lambda: not any(map(lives, workers)), 60)
    reasons = [json.loads(marker.read_text())["reason"] for marker in markers(tmp_path, 2)]
    assert reasons == ["it was interrupted"] * 2
    with program(tmp_path, "workers=2", "seed=0,1", *ENDLESS, "limits.timeout_s=0.1") as process:
        out, _ = process.communicate(timeout=120)
    assert "2 jobs: 0 finished, 2 failed." in out


@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
)
def test_when_the_sweep_is_interrupted_its_workers_are(tmp_path: Path, number: int) -> None:
    with program(tmp_path, "workers=2", "seed=0,1", *ENDLESS) as process:
        workers = [worker_of(marker) for marker in markers(tmp_path, 2)]
        process.send_signal(number)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 128 + number
    assert not any(map(lives, workers))
    assert "Traceback" not in err
    reasons = [json.loads(marker.read_text())["reason"] for marker in markers(tmp_path, 2)]
    assert reasons == ["it was interrupted"] * 2


def test_jobs_have_their_limits_and_their_threads(tmp_path: Path) -> None:
    given = ["seed=0,1,2,3", "workers=2", *SHORT, "corpus.documents=200000", "limits.timeout_s=0.4"]
    with program(tmp_path, *given) as process:
        out, err = process.communicate(timeout=120)
    assert "4 jobs: 0 finished, 4 failed." in out
    assert err.count("took longer than limits.timeout_s=0.4") == 8
    assert len({line["process"] for line in log(tmp_path)}) == 2  # a limit ends no worker


def test_a_script_that_does_not_expect_it_is_not_begun_again_by_workers(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(UNGUARDED)
    done = subprocess.run(
        [sys.executable, "script.py", *SWEEP, "workers=2", "seed=0,1", *SHORT],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("2 jobs: 2 finished.") == 1
    assert done.stderr == ""


def test_a_worker_whose_job_cannot_be_written_down_says_so(tmp_path: Path) -> None:
    (tmp_path / "mine" / "jobs.jsonl").mkdir(parents=True)  # where the log should be
    with program(tmp_path, "workers=1", "seed=0,1", *SHORT) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "Traceback" not in err
    assert out + err != ""


@pytest.mark.parametrize("given", ["hydra.job.chdir=true", "hydra/sweeper=basic"])
def test_what_only_hydra_does_around_a_job_is_refused(
    studies: list[Any], capfd: pytest.CaptureFixture[str], given: str
) -> None:
    assert main(["sweep", "launcher=processes", given, "seed=0,1"]) == 2
    assert capfd.readouterr().err.startswith("launcher=processes does jobs without Hydra")
    assert studies == []


def test_no_workers_are_no_workers(studies: list[Any], capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "launcher=processes", "workers=0", "seed=0,1"]) == 2
    assert capfd.readouterr().err == "workers=0 should be a whole number from 1; change it.\n"
    assert studies == []
