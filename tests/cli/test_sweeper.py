"""What people do to sweeps: a sentence each, and nothing finished is lost."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from causattn.cli import compose, main
from causattn.results import Status, run_status

Studies = list[Mapping[str, Any]]


OWN = """\
# @package _global_
hydra:
  sweeper:
    params:
      seed: range(3)
      discovery: pc,ges
"""


def sweep(*given: str) -> int:
    return main(["sweep", *given, "hydra.sweep.dir=mine"])


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_empty_sweep(studies: Studies, capfd: pytest.CaptureFixture[str]) -> None:
    assert sweep("seed=range(0,0)") == 2
    assert capfd.readouterr().err == (
        "The sweep is empty: seed=range(0,0) stands for no value; give it some.\n"
    )
    assert sweep("discovery=glob(zz*)") == 2
    assert "stands for no value" in capfd.readouterr().err
    assert studies == []


def test_the_same_job_twice_is_done_once(
    studies: Studies, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweep("seed=0,1,0") == 0
    assert "3 jobs: 2 finished, 1 the same as another." in capsys.readouterr().out
    assert sweep("seed=0,1,0") == 0
    said = "3 jobs: 0 finished, 2 finished before, 1 the same as another."
    assert said in capsys.readouterr().out
    assert len(studies) == 2


def test_an_experiments_own_sweep(studies: Studies) -> None:
    """The command line wins over the experiment, and is not added to it."""
    (compose.config_folder() / "experiment" / "own.yaml").write_text(OWN)
    assert main(["sweep", "experiment=own"]) == 0
    assert {(c["seed"], c["discovery"]["kind"]) for c in studies} == {
        (seed, kind) for seed in range(3) for kind in ("pc", "ges")
    }
    assert main(["sweep", "experiment=own", "discovery=ges", "hydra.sweep.dir=other"]) == 0
    assert [(c["seed"], c["discovery"]["kind"]) for c in studies[6:]] == [
        (0, "ges"),
        (1, "ges"),
        (2, "ges"),
    ]


def test_the_launcher_gets_so_many_at_once(studies: Studies) -> None:
    assert sweep("seed=range(5)", "hydra.sweeper.max_batch_size=2") == 0
    assert [config["seed"] for config in studies] == [0, 1, 2, 3, 4]


def test_hydras_own_launcher_and_sweeper_do_the_same(
    studies: Studies, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweep("seed=0,1", "hydra.job.chdir=true", "paths.runs=x") == 0
    assert sweep("seed=0,1,2", "hydra/sweeper=basic") == 0
    assert "3 jobs: 1 finished, 2 finished before." in capsys.readouterr().out
    assert [config["seed"] for config in studies] == [0, 1, 2]


def without_checksum(manifest: Path) -> dict[str, Any]:
    """Return a manifest as an earlier version wrote it, without a checksum of its own."""
    read = json.loads(manifest.read_text())
    return {name: value for name, value in read.items() if name != "checksum"}


def test_a_folder_from_an_older_layout_is_kept(
    studies: Studies, capfd: pytest.CaptureFixture[str]
) -> None:
    sweep("seed=0,1")
    old = sorted(Path("mine").glob("*/manifest.json"))[0]
    old.write_text(json.dumps(without_checksum(old) | {"schema": 0}))
    before = files(old.parent)
    capfd.readouterr()
    assert sweep("seed=0,1") == 3
    said = capfd.readouterr()
    assert "2 jobs: 0 finished, 1 finished before, 1 failed." in said.out
    assert "holds a run in layout 0, which this causattn" in said.err
    assert files(old.parent) == before


def test_jobs_of_another_version_are_kept_and_said_in_one_sentence(
    studies: Studies, capfd: pytest.CaptureFixture[str]
) -> None:
    sweep("seed=0,1,2")
    for path in sorted(Path("mine").glob("*/manifest.json"))[:2]:
        manifest = without_checksum(path)
        manifest["about"]["causattn"] = "0.0.1"
        path.write_text(json.dumps(manifest))
    for again in ("seed=0,1,2", "seed=2,1,0"):  # recognised at once, and composed
        capfd.readouterr()
        assert sweep(again) == 0
        said = capfd.readouterr()
        assert said.err.startswith(
            "Of the jobs finished before, 2 by causattn 0.0.1 are kept, although this is "
        )
        assert said.err.count("\n") == 1
        assert "3 finished before" in said.out
    assert len(studies) == 3


def test_a_file_in_the_place_of_a_job_stops_no_other(
    studies: Studies, capfd: pytest.CaptureFixture[str]
) -> None:
    sweep("seed=0")
    (folder,) = (path.parent for path in Path("mine").glob("*/manifest.json"))
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_text("mine, do not touch")
    assert sweep("seed=0,1") == 3
    said = capfd.readouterr()
    assert "2 jobs: 1 finished, 1 failed." in said.out
    assert "cannot be made (File exists); set paths.runs" in said.err
    assert folder.read_text() == "mine, do not touch"


def test_a_file_in_the_place_of_the_sweep(
    studies: Studies, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("mine").write_text("")
    assert sweep("seed=0,1") == 2
    assert capfd.readouterr().err == (
        "The sweep's folder mine cannot be made (File exists); set paths.sweeps to a folder that "
        "can be written.\n"
    )


def test_a_jobs_folder_cannot_be_named(studies: Studies, capfd: pytest.CaptureFixture[str]) -> None:
    assert sweep("seed=0,1", "hydra.sweep.subdir=x") == 2
    assert capfd.readouterr().err.startswith("hydra.sweep.subdir=x cannot be set: a job's folder")
    assert studies == []


AS_NOBODY = """\
{begin}
given = sys.argv[1:]
assert main([*given, "seed=0,1"]) == 0
os.setgid(65534); os.setuid(65534)
sys.exit(main([*given, "seed=0,1,2"]))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become someone else")
def test_a_folder_that_others_own_is_a_sentence(
    program: Callable[[], Path], tmp_path: Path
) -> None:
    """As a user without rights, since permissions do not hold root back."""
    begin = program().read_text().partition("\n")[2].replace("sys.exit(main())", "")
    opened = [
        path for path in [tmp_path, *tmp_path.parents] if path.stat().st_mode & 0o005 != 0o005
    ]
    modes = [path.stat().st_mode for path in opened]
    for path, mode in zip(opened, modes, strict=True):
        path.chmod(mode | 0o005)
    try:
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY.format(begin=begin), "sweep", "hydra.sweep.dir=mine"],
            cwd=tmp_path,
            env=os.environ | {"STUDY_SECONDS": "0"},
            capture_output=True,
            text=True,
        )
    finally:
        for path, mode in zip(opened, modes, strict=True):
            path.chmod(mode)
    assert done.returncode == 2, done.stderr
    assert done.stderr == (
        "The sweep's folder mine cannot be written; set paths.sweeps to one that can, or change "
        "its permissions.\n"
    )
    assert len(list((tmp_path / "mine").glob("*/manifest.json"))) == 2


FULL_DISK = """\
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
exec(open({program!r}).read())
"""


def test_a_disk_that_is_full_loses_nothing_finished(
    program: Callable[[], Path], tmp_path: Path
) -> None:
    """No file may grow beyond a few bytes, so that every write after that fails."""
    path = program()
    quick = os.environ | {"STUDY_SECONDS": "0"}
    given = ["sweep", "seed=0,1", "hydra.sweep.dir=mine"]
    subprocess.run([str(path), *given], cwd=tmp_path, env=quick, check=True, capture_output=True)
    before = files(tmp_path / "mine")
    given[1] = "seed=0,1,2,3"
    code = FULL_DISK.format(limit=100, program=str(path))
    full = subprocess.run(
        [sys.executable, "-c", code, *given],
        cwd=tmp_path,
        env=quick,
        capture_output=True,
        text=True,
    )
    assert full.returncode != 0
    assert "Traceback" not in full.stderr
    assert "File too large" in full.stderr
    kept = {path: content for path, content in before.items() if path.parent.name != "mine"}
    assert {path: path.read_bytes() for path in kept} == kept
    done = subprocess.run(
        [str(path), *given], cwd=tmp_path, env=quick, capture_output=True, text=True, check=True
    )
    assert "4 jobs: 2 finished, 2 finished before." in done.stdout
    statuses = [
        run_status(folder)[0] for folder in (tmp_path / "mine").iterdir() if folder.is_dir()
    ]
    assert statuses == [Status.FINISHED] * 4
    assert {path: path.read_bytes() for path in kept} == kept
