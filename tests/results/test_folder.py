import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from causattn.base import ArtefactError, DataError, read_manifest, write_json, write_manifest
from causattn.results import Status, config_key, finished_by, run_in_folder, run_status

CONFIG = {"seed": 0, "corpus": {"kind": "bayesnet"}, "paths": {"cache": "x"}}


def work(folder: Path) -> None:
    (folder / "figures").mkdir()
    (folder / "figures" / "graph.svg").write_text("<svg/>")
    (folder / "graph.json").write_text("{}")
    write_json(folder / "summary.json", {"graph": {"shd": 1}})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_finished_run(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert run_in_folder(folder, CONFIG, work, command="causattn run")
    assert run_status(folder) == (Status.FINISHED, "")
    assert names(folder) == [
        "command.txt",
        "config.yaml",
        "figures",
        "graph.json",
        "manifest.json",
        "summary.json",
    ]
    files = json.loads((folder / "manifest.json").read_text())["files"]
    assert set(files) == {"command.txt", "config.yaml", "graph.json", "summary.json"}


def test_it_is_marked_unfinished_while_it_runs(tmp_path: Path) -> None:
    seen = []

    def look(folder: Path) -> None:
        seen.append((run_status(folder)[0], (folder / "config.yaml").is_file()))
        work(folder)

    run_in_folder(tmp_path / "run", CONFIG, look)
    assert seen == [(Status.UNFINISHED, True)]


def test_a_run_that_lost_its_manifest_is_done_again_by_the_same_configuration_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    run_in_folder(folder, CONFIG, work)
    (folder / "manifest.json").unlink()
    with pytest.raises(ArtefactError, match="is no run's folder"):
        run_in_folder(folder, CONFIG | {"seed": 1}, work)
    assert run_in_folder(folder, CONFIG, work)
    assert "has lost its manifest.json and is done again" in capfd.readouterr().err
    assert run_status(folder) == (Status.FINISHED, "")


def test_a_users_error_leaves_no_run(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        raise DataError("There is no file x; give one.")

    with pytest.raises(DataError):
        run_in_folder(tmp_path / "run", CONFIG, fail)
    assert not (tmp_path / "run").exists()


def test_a_users_error_in_a_sweep_is_kept_with_its_reason(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        raise DataError("There is no file x; give one.")

    with pytest.raises(DataError):
        run_in_folder(tmp_path / "run", CONFIG, fail, resume=True)
    assert run_status(tmp_path / "run") == (Status.FAILED, "There is no file x; give one.")
    assert run_in_folder(tmp_path / "run", CONFIG, work, resume=True)
    assert run_status(tmp_path / "run")[0] is Status.FINISHED


def test_a_bug_is_kept_with_its_traceback(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        raise ZeroDivisionError("boom")

    with pytest.raises(ZeroDivisionError):
        run_in_folder(tmp_path / "run", CONFIG, fail)
    assert run_status(tmp_path / "run") == (Status.FAILED, "ZeroDivisionError: boom")
    assert "in fail" in (tmp_path / "run" / "traceback.txt").read_text()


def test_an_interrupted_run_is_marked_unfinished(tmp_path: Path) -> None:
    def interrupt(folder: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_in_folder(tmp_path / "run", CONFIG, interrupt)
    assert run_status(tmp_path / "run") == (Status.UNFINISHED, "it was interrupted")


def test_a_killed_run_is_marked_unfinished_and_can_be_done_again(tmp_path: Path) -> None:
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from causattn.results import run_in_folder\n"
        "run_in_folder(Path(sys.argv[1]), {'seed': 0}, lambda folder: time.sleep(600))\n"
    )
    folder = tmp_path / "run"
    process = subprocess.Popen([sys.executable, "-c", program, str(folder)])
    while not (folder / "config.yaml").is_file():
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(30)
    assert run_status(folder)[0] is Status.UNFINISHED
    assert run_in_folder(folder, CONFIG, work)
    assert run_status(folder)[0] is Status.FINISHED
    assert "UNFINISHED" not in names(folder)


def test_resume_keeps_what_is_finished_and_redoes_what_is_damaged(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder, calls = tmp_path / "run", []

    def count(target: Path) -> None:
        calls.append(1)
        work(target)

    assert run_in_folder(folder, CONFIG, count, resume=True)
    assert not run_in_folder(folder, CONFIG, count, resume=True)
    (folder / "graph.json").write_text("{ ")
    assert run_in_folder(folder, CONFIG, count, resume=True)
    assert len(calls) == 2
    assert "is damaged and is done again" in capfd.readouterr().err


@pytest.mark.parametrize("resume", [True, False])
def test_a_finished_run_of_another_configuration_is_never_written_over(
    tmp_path: Path, resume: bool
) -> None:
    run_in_folder(tmp_path / "run", CONFIG, work)
    before = (tmp_path / "run" / "manifest.json").read_bytes()
    with pytest.raises(ArtefactError, match="already holds a finished run"):
        run_in_folder(tmp_path / "run", CONFIG | {"seed": 1}, work, resume=resume)
    assert (tmp_path / "run" / "manifest.json").read_bytes() == before


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ArtefactError, match="already holds thesis"):
        run_in_folder(tmp_path, CONFIG, work)
    assert names(tmp_path) == ["thesis.tex"]


def test_two_runs_in_one_folder_at_once(tmp_path: Path) -> None:
    def inner(folder: Path) -> None:
        with pytest.raises(ArtefactError, match="is busy with the run"):
            run_in_folder(folder, CONFIG | {"seed": 1}, work)
        work(folder)

    run_in_folder(tmp_path / "run", CONFIG, inner)
    assert run_status(tmp_path / "run")[0] is Status.FINISHED


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtefactError, match=r"set paths\.runs"):
        run_in_folder(tmp_path / "file" / "run", CONFIG, work)


def test_config_key_leaves_out_what_has_no_effect() -> None:
    assert config_key(CONFIG) == config_key(CONFIG | {"paths": {}, "quiet": True, "threads": 4})
    assert config_key(CONFIG) != config_key(CONFIG | {"seed": 1})


def test_who_finished_a_run(tmp_path: Path) -> None:
    def old(folder: Path) -> None:
        write_json(folder / "summary.json", {"versions": {"causattn": "0.0.1"}})

    folder, key = tmp_path / "run", config_key(CONFIG)
    assert finished_by(folder, key) is None
    run_in_folder(folder, CONFIG, old, resume=True)
    assert finished_by(folder, key) == "0.0.1"
    assert finished_by(folder, config_key(CONFIG | {"seed": 1})) is None
    assert not run_in_folder(folder, CONFIG, old, resume=True)
    (folder / "UNFINISHED").write_text("{}")
    assert finished_by(folder, key) is None
    (folder / "UNFINISHED").unlink()
    (folder / "summary.json").write_text("{}")
    assert finished_by(folder, key) is None


@pytest.mark.parametrize("resume", [True, False])
def test_a_finished_run_in_another_layout_is_left_alone(tmp_path: Path, resume: bool) -> None:
    folder = tmp_path / "run"
    run_in_folder(folder, CONFIG, work)
    manifest = read_manifest(folder)
    write_manifest(folder, "run", 0, manifest["about"], manifest["files"])
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(ArtefactError, match="holds a run in layout 0, which this causattn"):
        run_in_folder(folder, CONFIG, work, resume=resume)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


STEPPING = """
import os, shutil, sys
from pathlib import Path
from causattn.base import write_json
from causattn.results import Status, config_key, finished_by, run_in_folder, run_status

first, config = Path(sys.argv[1]), {"seed": 0}
events = {"os.remove", "os.rmdir", "os.rename", "os.mkdir", "open", "shutil.rmtree"}

def work(place):
    (place / "figures").mkdir()
    (place / "figures" / "graph.svg").write_text("<svg/>")
    (place / "graph.json").write_text("{}")
    write_json(place / "summary.json", {"graph": {"shd": 1}})

def killed(folder, last):
    seen = 0

    def stop(event, arguments):
        nonlocal seen
        if event in events and any(str(folder) in str(each) for each in arguments):
            seen += 1
            if seen > last:
                os._exit(9)

    child = os.fork()
    if child == 0:
        sys.addaudithook(stop)
        try:
            run_in_folder(folder, config, work, resume=True)
        finally:
            os._exit(0 if seen <= last else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9

last = 0
while True:
    folder = first.with_name(f"run-{last}")
    if first.is_dir():
        shutil.copytree(first, folder)
    if not killed(folder, last):
        break
    run_in_folder(folder, config, work, resume=True)
    assert run_status(folder)[0] is Status.FINISHED, last
    assert finished_by(folder, config_key(config)) is not None, last
    assert not [path for path in folder.iterdir() if "UNFINISHED" in path.name], last
    last += 1
assert run_status(folder)[0] is Status.FINISHED
print(last)
"""


@pytest.mark.parametrize("state", ["new", "unfinished", "damaged"])
def test_a_kill_at_any_file_event_strands_no_job(tmp_path: Path, state: str) -> None:
    """The job is killed at each event of its files in turn; the next try always finishes it."""
    first = tmp_path / "first"
    if state != "new":
        run_in_folder(first, {"seed": 0}, work)
    if state == "unfinished":
        (first / "manifest.json").unlink()
        write_json(first / "UNFINISHED", {"status": "unfinished"})
        (first / ".UNFINISHED.0123abcd").write_text("{")
    elif state == "damaged":
        (first / "graph.json").write_text("{ ")
    done = subprocess.run(
        [sys.executable, "-c", STEPPING, str(first)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) > 15


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "is full"),
        (errno.EFBIG, "ulimit"),
        (errno.EROFS, "cannot be written"),
        (errno.EIO, "does not answer as it should"),
    ],
)
def test_a_disk_that_takes_no_run_is_a_sentence(tmp_path: Path, number: int, words: str) -> None:
    def fill(folder: Path) -> None:
        raise OSError(number, os.strerror(number))

    with pytest.raises(ArtefactError, match=words):
        run_in_folder(tmp_path / "run", CONFIG, fill, resume=True)
    status, reason = run_status(tmp_path / "run")
    assert status is Status.FAILED
    assert words in reason
    assert "set paths.runs" in reason
    assert run_in_folder(tmp_path / "run", CONFIG, work, resume=True)


def test_so_is_one_that_a_library_in_rust_writes_to(tmp_path: Path) -> None:
    """As safetensors says it, which is no OSError."""

    def fill(folder: Path) -> None:
        raise RuntimeError("I/O error: No space left on device (os error 28)")

    with pytest.raises(ArtefactError, match="is full"):
        run_in_folder(tmp_path / "run", CONFIG, fill, resume=True)
    assert not (tmp_path / "run" / "traceback.txt").exists()
