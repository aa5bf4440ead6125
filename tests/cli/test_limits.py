import contextlib
import importlib
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from causattn.base import CapabilityError
from causattn.cli import main
from causattn.cli.limits import limits
from causattn.results import Status, run_status

Studies = list[Mapping[str, Any]]


def spin(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.01)


@pytest.fixture
def _alarm_is_given_back() -> Iterator[None]:
    """Whoever had the timer before, such as pytest's own time limit, has it afterwards."""
    before = signal.getsignal(signal.SIGALRM)
    yield
    assert signal.getsignal(signal.SIGALRM) is before


@pytest.mark.usefixtures("_alarm_is_given_back")
def test_time_that_runs_out() -> None:
    start = time.monotonic()
    with (
        pytest.raises(CapabilityError, match=r"longer than limits\.timeout_s=0\.7"),
        limits(0.7, None),
    ):
        spin(60)
    assert time.monotonic() - start < 10


@pytest.mark.usefixtures("_alarm_is_given_back")
def test_an_interrupt_that_is_swallowed_comes_again() -> None:
    with pytest.raises(CapabilityError), limits(0.6, None):
        with contextlib.suppress(CapabilityError):
            spin(60)
        spin(60)


@pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="memory is watched on Linux")
@pytest.mark.usefixtures("_alarm_is_given_back")
def test_memory_that_runs_out() -> None:
    with pytest.raises(CapabilityError, match="GB, more than limits"), limits(None, 0.001):
        kept = np.ones(1_000_000)
        spin(60)
        assert kept.any()


@pytest.mark.usefixtures("_alarm_is_given_back")
def test_enough_of_both() -> None:
    with limits(60, 1000):
        spin(0.7)


@pytest.mark.usefixtures("_alarm_is_given_back")
def test_an_import_is_finished_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that is interrupted half made would fail whoever imports it next."""
    slow = tmp_path / "slow_to_import.py"
    slow.write_text(
        "import time\nend = time.monotonic() + 1.5\nwhile time.monotonic() < end: pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    done = []
    with pytest.raises(CapabilityError, match="took longer"), limits(0.2, None):
        importlib.import_module("slow_to_import")
        done.append("imported")
        spin(60)
    assert done == ["imported"]


def test_a_job_that_takes_too_long_fails_with_its_reason(
    studies: Studies, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = sys.modules["causattn.study"]
    quick = study.run_study
    monkeypatch.setattr(
        study,
        "run_study",
        lambda config, folder: spin(60) if config["seed"] == 1 else quick(config, folder),
    )
    assert main(["sweep", "seed=0,1,2", "limits.timeout_s=0.6", "hydra.sweep.dir=mine"]) == 3
    assert (
        "job 1 (seed=1 limits.timeout_s=0.6) failed: The run took longer" in capfd.readouterr().err
    )
    statuses = [run_status(path.parent)[0] for path in Path("mine").glob("*/config.yaml")]
    assert sorted(statuses) == [Status.FAILED, Status.FINISHED, Status.FINISHED]


def test_an_unknown_limit(studies: Studies, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "+limits.disk=1"]) == 2
    assert capfd.readouterr().err.startswith("limits.disk is not a setting of limits;")
