import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import causattn
from causattn.cli import main
from causattn.results import Status, load_run, run_status

Studies = list[Mapping[str, Any]]


def test_help_answers_at_once_and_without_heavy_imports() -> None:
    code = (
        "import sys; from causattn.cli import main; code = main(['--help']);"
        "heavy = {'torch', 'hydra', 'numpy', 'pandas'} & set(sys.modules);"
        "print(heavy, file=sys.stderr); sys.exit(code or bool(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "causattn run" in done.stdout


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"causattn {causattn.__version__}\n"


def test_no_command_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "causattn sweep" in capsys.readouterr().out


def test_an_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["swep"]) == 2
    assert capsys.readouterr().err == "causattn has no command 'swep'; did you mean sweep?\n"


def test_run_shows_a_table_and_its_folder_last(
    studies: Studies, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "corpus=alarm", "discovery=ges", "seed=3", "corpus.size=7"]) == 0
    lines = capsys.readouterr().out.splitlines()
    folder = Path(lines[-1])
    assert folder.parent == Path("results/runs")
    assert "alarm" in folder.name
    assert any("smoke → lung" in line and "supported" in line for line in lines)
    assert any("SHD 0" in line for line in lines)
    run = load_run(folder)
    assert run.status is Status.FINISHED
    assert run.config == studies[0]
    assert run.config["discovery"]["kind"] == "ges"
    assert (run.config["seed"], run.config["corpus"]["size"]) == (3, 7)
    assert "hydra" not in run.config
    assert run.command == "causattn run corpus=alarm discovery=ges seed=3 corpus.size=7"


def test_quiet_prints_the_folder_only(studies: Studies, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "quiet=true", "hydra.run.dir=here"]) == 0
    assert capsys.readouterr().out == "here\n"


def test_an_experiment_makes_several_choices(studies: Studies) -> None:
    assert main(["run", "experiment=alarm", "quiet=true"]) == 0
    assert studies[0]["corpus"]["kind"] == "alarm"
    assert studies[0]["discovery"]["kind"] == "ges"


def test_cfg_and_help_are_hydras(studies: Studies, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "experiment=alarm", "--cfg", "job"]) == 0
    assert "kind: ges" in capsys.readouterr().out
    assert main(["run", "--help"]) == 0
    said = capsys.readouterr().out
    assert "discovery: ges, pc" in said
    assert 'eval "$(causattn run -sc install=bash)"' in said
    assert not Path("results").exists()
    assert studies == []


def test_a_users_error_is_one_sentence_and_leaves_no_run(
    studies: Studies, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "seed=13"]) == 2
    said = capfd.readouterr()
    assert said.err == "There is no file x.csv (corpus.path); give one that is there.\n"
    assert said.out == ""
    assert not list(Path("results/runs").iterdir())


def test_the_traceback_is_shown_on_demand(
    studies: Studies, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUSATTN_TRACEBACK", "0")
    assert main(["run", "seed=13", "--traceback"]) == 2
    assert "Traceback" in capfd.readouterr().err


def test_a_bug_is_a_line_and_its_traceback_is_kept(
    studies: Studies, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "seed=14"]) == 1
    said = capfd.readouterr().err
    assert said.startswith("causattn failed unexpectedly (ZeroDivisionError: boom and more); ")
    assert said.count("\n") == 1
    (folder,) = Path("results/runs").iterdir()
    assert str(folder / "traceback.txt") in said
    assert (folder / "traceback.txt").is_file()
    assert run_status(folder)[0] is Status.FAILED


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupting_marks_the_run_unfinished(
    program: Callable[[], Path], tmp_path: Path, number: int, code: int
) -> None:
    process = subprocess.Popen(
        [str(program()), "run", "hydra.run.dir=here"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "here" / "began").is_file():
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert said == "Interrupted; here is marked unfinished.\n"
    assert run_status(tmp_path / "here") == (Status.UNFINISHED, "it was interrupted")


def test_a_run_that_was_interrupted_can_be_done_again_in_its_folder(studies: Studies) -> None:
    Path("here").mkdir()
    (Path("here") / "UNFINISHED").write_text("{}")
    (Path("here") / "half.txt").write_text("half")
    assert main(["run", "quiet=true", "hydra.run.dir=here"]) == 0
    assert run_status(Path("here"))[0] is Status.FINISHED
    assert not (Path("here") / "half.txt").exists()
