"""Where causattn is started: folders that are gone, terminals of ASCII, own configurations."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from causattn.cli import main
from causattn.cli.hydra import launch


def test_a_folder_that_was_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert main(["run"]) == 2
    assert capsys.readouterr().err == (
        "The current folder was deleted; change to one that is there (cd ...).\n"
    )
    os.chdir(tmp_path)


def test_a_terminal_of_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="ascii"))
    assert main(["run", "corpus=asia", "--cfg", "job"]) == 0
    assert main(["list", "discovery"]) == 0
    assert main(["cache", "--cache", "naïve", "list"]) == 0
    assert b"na\\xefve" in written.getvalue()


@pytest.mark.parametrize(
    ("place", "text", "line"),
    [
        ("experiment/mine.yaml", "seed: [1,\nthreads: 2\n", "line 3, column 1"),
        ("corpus/mine.yaml", "kind: file\n  path: x\n", "line 2, column 7"),
    ],
)
def test_yaml_of_the_users_own(
    place: str,
    text: str,
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "own" / place
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert main(["run", "-cd", "own", f"{path.parent.name}=mine"]) == 2
    said = capsys.readouterr().err
    assert f"own/{place} cannot be read, {line}" in said
    assert said.endswith("; mend its YAML.\n")


@pytest.mark.parametrize("text", ["- a\n- b\n", "plugins: 3\n", "seed\n"])
def test_yaml_without_keys(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "own" / "experiment" / "mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert main(["run", "-cd", "own", "experiment=mine"]) == 2
    assert "mine.yaml holds no keys with values" in capsys.readouterr().err


def test_letters_that_the_terminal_does_not_know(tmp_path: Path) -> None:
    """As where somebody turns off Python's own UTF-8."""
    plain = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    program = "import sys; from causattn.cli import main; sys.exit(main())"
    for command in (["run", "corpus=file", "corpus.path=süß.csv"], ["collect", "süß"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *command],
            cwd=tmp_path,
            env=os.environ | plain,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert "letters that are no ascii, the encoding here; set LC_ALL=C.UTF-8" in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_report_for_a_run_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reported elsewhere, a read-only run has its page; without --output it is a sentence."""
    monkeypatch.chdir(tmp_path)
    given = ["experiment=discovery", "corpus.documents=500", "effects=none", "hydra.run.dir=run"]
    assert main(["run", *given, "quiet=true"]) == 0

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "run/figures/graph.svg")

    monkeypatch.setattr("causattn.report.draw_figures", refuse)
    capsys.readouterr()
    assert main(["report", "run", "--output", "elsewhere.html"]) == 0
    assert (tmp_path / "elsewhere.html").is_file()
    assert main(["report", "run"]) == 2
    assert "cannot be written (Permission denied)" in capsys.readouterr().err


def test_a_sweep_that_an_error_ended_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    given = ["experiment=discovery", "corpus.documents=500", "report=false"]

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("causattn.cli.hydra._result", stop)
        with pytest.raises(KeyboardInterrupt):
            launch(["-m", *given, "seed=0,1", "hydra.sweep.dir=swept"])
    assert launch([*given, "hydra.run.dir=run"]) == 0
    assert "2 jobs" not in capsys.readouterr().out
