import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from causattn.cli import main
from causattn.cli.prepared import folder_name
from causattn.results import Status, run_status

Studies = list[Mapping[str, Any]]
GRID = ["sweep", "discovery=pc,ges", "seed=0,1"]


def folder_of(out: str) -> Path:
    return Path(out.splitlines()[-1])


def test_every_combination_once(studies: Studies, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(GRID) == 0
    out = capsys.readouterr().out
    assert {(c["discovery"]["kind"], c["seed"]) for c in studies} == {
        ("pc", 0),
        ("pc", 1),
        ("ges", 0),
        ("ges", 1),
    }
    assert "4 jobs: 4 finished." in out
    runs = [path for path in folder_of(out).iterdir() if path.is_dir()]
    assert len(runs) == 4
    assert all(run_status(run)[0] is Status.FINISHED for run in runs)


def test_run_with_multirun_is_the_same(
    studies: Studies, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--multirun", "seed=0,1"]) == 0
    first = folder_of(capsys.readouterr().out)
    assert main(["sweep", "seed=0,1"]) == 0
    assert folder_of(capsys.readouterr().out) == first
    assert len(studies) == 2


def test_the_same_command_again_does_nothing_twice(
    studies: Studies, capsys: pytest.CaptureFixture[str]
) -> None:
    main(GRID)
    before = {path: path.read_bytes() for path in Path("results").rglob("manifest.json")}
    capsys.readouterr()
    assert main(GRID) == 0
    assert "4 jobs: 0 finished, 4 finished before." in capsys.readouterr().out
    assert len(studies) == 4
    assert {path: path.read_bytes() for path in before} == before


def test_it_does_again_what_was_cut_off_or_damaged(
    studies: Studies, capsys: pytest.CaptureFixture[str]
) -> None:
    main(GRID)
    cut, damaged, *_ = sorted(Path("results/sweeps").glob("*/*/manifest.json"))
    (cut.parent / "UNFINISHED").write_text("{}")
    (damaged.parent / "graph.json").write_text("{}")
    capsys.readouterr()
    assert main(GRID) == 0
    assert "4 jobs: 2 finished, 2 finished before." in capsys.readouterr().out
    assert len(studies) == 6


def test_more_seeds_in_a_named_sweep_do_only_the_new_ones(studies: Studies) -> None:
    main(["sweep", "seed=0,1", "hydra.sweep.dir=mine"])
    main(["sweep", "seed=0,1,2", "hydra.sweep.dir=mine"])
    assert [config["seed"] for config in studies] == [0, 1, 2]


def test_what_has_no_effect_makes_no_other_job(studies: Studies) -> None:
    main(["sweep", "seed=0", "hydra.sweep.dir=mine"])
    main(["sweep", "seed=0", "hydra.sweep.dir=mine", "threads=2", "paths.cache=other"])
    assert len(studies) == 1


def test_a_failing_job_does_not_stop_the_others_and_is_said_at_once(
    studies: Studies, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["sweep", "seed=13,14,1"]) == 3
    said = capfd.readouterr()
    reason = "There is no file x.csv (corpus.path); give one that is there."
    lines = said.err.splitlines()
    assert lines[0] == f"job 0 (seed=13) failed: {reason}"
    assert lines[1].startswith("job 1 (seed=14) failed: ZeroDivisionError: boom and more")
    assert lines[2:] == [f"  job 0 (seed=13): {reason}", "  job 1 (seed=14): " + lines[1][24:]]
    assert "3 jobs: 1 finished, 2 failed." in said.out
    assert "Error executing job" not in said.err
    assert studies[-1]["seed"] == 1


def test_failures_are_rows_of_the_table(
    studies: Studies, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["sweep", "seed=13,1", "corpus.path=???,a.csv", "hydra.sweep.dir=mine"])
    capsys.readouterr()
    assert main(["collect", "mine"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out == ["4 runs: 3 failed, 1 finished.", "mine/runs.csv", "mine/runs.parquet"]
    table = pd.read_parquet("mine/runs.parquet")
    assert sorted(table["status"]) == ["failed", "failed", "failed", "finished"]
    assert "corpus.path is missing; set it, for example corpus.path=..." in set(table["reason"])


def test_a_misspelt_sweep_starts_no_job(
    studies: Studies, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["sweep", "discovery=pc,zz"]) == 2
    said = capfd.readouterr().err
    assert said.startswith("discovery=zz is not known; choose one of ges, pc; --plugins FILE.py")
    assert studies == []


def test_a_sweep_says_which_command_did_each_job(studies: Studies) -> None:
    main(["sweep", "seed=4", "discovery=pc,ges", "hydra.sweep.dir=mine"])
    commands = sorted(path.read_text() for path in Path("mine").glob("*/command.txt"))
    assert commands == [
        "causattn run seed=4 discovery=ges\n",
        "causattn run seed=4 discovery=pc\n",
    ]
    log = [json.loads(line) for line in Path("mine/jobs.jsonl").read_text().splitlines()]
    assert [line["status"] for line in log] == ["finished", "finished"]


def test_failures_in_joblibs_workers_are_told(
    studies: Studies, capfd: pytest.CaptureFixture[str]
) -> None:
    """The workers are other processes, without this test's stub: the real study refuses its
    settings there, and that must reach the person, the log and the exit code."""
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    given = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "hydra.sweep.dir=mine"]
    assert main(["sweep", "seed=0,1", *given]) == 3
    said = capfd.readouterr()
    assert "2 jobs: 0 finished, 2 failed." in said.out
    for job in (0, 1):  # what the stub had let pass is said all at once
        told = rf"job {job} \(seed={job}\) failed: \d+ mistakes: 1. corpus.kind=asia is not known;"
        assert re.search(told, said.err)
    assert studies == []


def begun(folder: Path) -> list[str]:
    path = folder / "began.txt"
    return path.read_text().split() if path.is_file() else []


def test_a_sweep_that_was_killed_goes_on_where_it_was(
    program: Callable[[], Path], tmp_path: Path
) -> None:
    command = [str(program()), "sweep", "seed=0,1,2", "hydra.sweep.dir=mine"]
    slow = os.environ | {"STUDY_SECONDS": "3"}
    process = subprocess.Popen(command, cwd=tmp_path, env=slow, stdout=subprocess.DEVNULL)
    while len(begun(tmp_path)) < 2:
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(30)
    (first,) = tmp_path.glob("mine/*/manifest.json")
    before = first.read_bytes()
    quick = os.environ | {"STUDY_SECONDS": "0"}
    done = subprocess.run(
        command, cwd=tmp_path, env=quick, capture_output=True, text=True, check=True
    )
    assert "3 jobs: 2 finished, 1 finished before." in done.stdout
    assert begun(tmp_path) == ["0", "1", "1", "2"]
    assert first.read_bytes() == before


def test_two_sweeps_in_one_folder_share_the_work(
    program: Callable[[], Path], tmp_path: Path
) -> None:
    command = [str(program()), "sweep", "seed=0,1,2", "hydra.sweep.dir=mine"]
    both = [
        subprocess.Popen(
            command,
            cwd=tmp_path,
            env=os.environ | {"STUDY_SECONDS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted(begun(tmp_path)) == ["0", "1", "2"]
    assert all("3 jobs: " in out and "failed" not in out for out, _ in said), said


@pytest.mark.parametrize("digits", ["00123456", "1234e567", "12345678", "deadbeef"])
def test_a_sweep_knows_its_jobs_whatever_its_identity(
    studies: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, digits: str
) -> None:
    # Hydra's grammar reads some rows of digits as numbers, and writes those differently.
    monkeypatch.setattr("uuid.uuid4", lambda: SimpleNamespace(hex=digits * 4))
    assert main(["sweep", "seed=0,1", "hydra.sweep.dir=mine"]) == 0
    assert "2 jobs: 2 finished." in capsys.readouterr().out


def test_a_jobs_folder_says_what_it_is_and_is_found_again(
    studies: Studies, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*GRID, "hydra.sweep.dir=here"]) == 0
    names = sorted(path.name[:-17] for path in Path("here").iterdir() if path.is_dir())
    assert names == [f"discovery={kind}_seed={seed}" for kind in ("ges", "pc") for seed in (0, 1)]
    # Asked for in another order, and by the names that folders once had.
    first = next(path for path in Path("here").iterdir() if path.is_dir())
    first.rename(first.with_name(first.name[-16:]))
    capsys.readouterr()
    assert main(["sweep", "seed=0,1", "discovery=pc,ges", "hydra.sweep.dir=here"]) == 0
    assert "4 jobs: 0 finished, 4 finished before." in capsys.readouterr().out
    assert len(studies) == 4
    assert len([path for path in Path("here").iterdir() if path.is_dir()]) == 4


def test_a_folders_name_is_no_path_and_not_too_long() -> None:
    key = "0123456789abcdef" * 4
    given = ["discovery=pc", "launcher=processes", "workers=4", "+corpus.path='../x/名 a'"]
    assert folder_name(given, key) == f"discovery=pc_corpus.path=-..-x-名-a_{key[:16]}"
    assert folder_name(["plugins=['a.py']"], key) == key[:16]
    assert folder_name(given, key, ["discovery=pc"]) == f"corpus.path=-..-x-名-a_{key[:16]}"
    long = folder_name(["corpus.text=" + "名" * 300], key)
    assert len(long.encode()) < 250
    assert long.endswith(key[:16])


def test_it_stops_at_the_first_failure_where_asked(
    studies: Studies, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sweep", "seed=0,13,1,2", "--stop-at-first-failure"]) == 3
    said = capsys.readouterr()
    assert "4 jobs: 1 finished, 1 failed, 2 not done." in said.out
    assert "a job failed, and --stop-at-first-failure was given" in said.err
    assert [study["seed"] for study in studies] == [0, 13]
    assert main(["sweep", "seed=0,13,1,2"]) == 3
    assert "2 finished, 1 finished before, 1 failed" in capsys.readouterr().out
    assert main(["sweep", "seed=0,1", "--stop-at-first-failure", "hydra.job.chdir=true"]) == 2
    assert "is for launcher=basic" in capsys.readouterr().err
    assert main(["sweep", "seed=4,5", "--stop-at-first-failure", "hydra/sweeper=basic"]) == 2
    assert "leave out hydra/sweeper=basic" in capsys.readouterr().err
    assert [study["seed"] for study in studies] == [0, 13, 13, 1, 2]
