"""Faults: where they strike, what is compared, and what counts as an orderly end."""

import json
import signal
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from experiments.faults.measure import jobs, orderly
from experiments.faults.trial import Ended, Fault, Watch, content, damage


def test_each_trial_is_in_one_job() -> None:
    counts = {"kills": 5, "signals": 1, "events": 4, "full": 0, "damage": 2}
    asked = list(jobs(SimpleNamespace(study=["a=1"], together=2, **counts)))
    for kind, count in counts.items():
        trials = [number for job in asked if job["kind"] == kind for number in job["trials"]]
        assert trials == list(range(count))


def test_a_fault_strikes_at_its_event_and_at_later_ones_where_it_lasts(tmp_path: Path) -> None:
    path = str(tmp_path / "x")
    for lasting in (False, True):
        watch = Watch(tmp_path, Fault("ENOSPC", at=1, lasting=lasting))
        watch("open", ("/elsewhere", "w", 0))
        watch("open", (path, "r", 0))
        watch("os.mkdir", (path, 0, -1))
        assert watch.count == 1
        with pytest.raises(OSError, match="No space"):
            watch("open", (path, "w", 0))
        if lasting:
            with pytest.raises(OSError, match="No space"):
                watch("os.rename", (path, path, -1, -1))
            watch("os.remove", (path, -1))
        else:
            watch("os.rename", (path, path, -1, -1))


def test_when_and_how_long_are_not_compared(tmp_path: Path) -> None:
    found = []
    for number in (1, 2):
        place = tmp_path / str(number)
        (place / "run").mkdir(parents=True)
        (place / "run" / "timing.json").write_text(str(number))
        about = {"started": number, "seconds": number, "causattn": "1"}
        files = {"timing.json": str(number), "graph.json": "0"}
        manifest = {"about": about, "files": files, "checksum": str(number)}
        (place / "run" / "manifest.json").write_text(json.dumps(manifest))
        found.append(content(place))
    assert found[0] == found[1]
    (tmp_path / "2" / "run" / "graph.json").write_text("{}")
    assert content(tmp_path / "2") != found[0]


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "remove"])
def test_damage_changes_one_file(harm: str, tmp_path: Path) -> None:
    for name in ("run/a.json", "cache/b.npz"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(b"0123456789")
    before = content(tmp_path)
    name = damage(tmp_path, harm, np.random.default_rng(0), 0.9)
    after = content(tmp_path)
    assert {key for key in before if before[key] != after.get(key)} == {name}


def test_orderly_ends() -> None:
    def ended(code: int, said: str = "") -> Ended:
        return Ended(code, said, 1.0, 0)

    assert orderly(ended(0), "EIO")
    assert orderly(ended(2, "The disk is full."), "ENOSPC")
    assert not orderly(ended(2, "Traceback (most recent call last)"), "ENOSPC")
    assert not orderly(ended(1, "failed unexpectedly"), "EIO")
    assert orderly(ended(130), "SIGINT")
    assert orderly(ended(143), "SIGTERM")
    assert not orderly(ended(1), "SIGTERM")
    assert orderly(ended(-signal.SIGKILL), "SIGKILL")
