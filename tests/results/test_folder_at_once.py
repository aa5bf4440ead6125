"""Equal commands at once in one folder."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from causattn.base import exclusive, write_json
from causattn.results import Status, run_in_folder, run_status

CONFIG = {"seed": 0, "corpus": {"kind": "bayesnet"}, "paths": {"cache": "x"}}
EQUAL = """
import sys, time, json
from pathlib import Path
from causattn.base import DataError, write_json
from causattn.results import run_in_folder
def work(folder):
    time.sleep(1)
    if sys.argv[3] == "fails":
        raise DataError("There is no file; give one.")
    write_json(folder / 'summary.json', {})
try:
    print(run_in_folder(Path(sys.argv[1]), json.loads(sys.argv[2]), work))
except DataError as error:
    print(error)
"""


@pytest.mark.parametrize("begun", ["config.yaml", ".lock", None])
def test_of_equal_commands_at_once_one_works_and_the_others_read(
    tmp_path: Path, begun: str | None
) -> None:
    """Whatever the first has done when the others begin."""
    folder = tmp_path / "run"
    given = [sys.executable, "-c", EQUAL, str(folder), json.dumps(CONFIG), "ends well"]
    commands = [subprocess.Popen(given, stdout=subprocess.PIPE, text=True)]
    while begun and not (folder / begun).is_file():
        time.sleep(0.01)
    commands += [subprocess.Popen(given, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = sorted(command.communicate(timeout=60)[0] for command in commands)
    assert said == ["False\n", "False\n", "True\n"]
    assert run_status(folder)[0] is Status.FINISHED


def test_of_equal_commands_at_once_that_fail_each_says_why(tmp_path: Path) -> None:
    """The first takes its folder away, and the second does the work itself."""
    folder = tmp_path / "run"
    given = [sys.executable, "-c", EQUAL, str(folder), json.dumps(CONFIG), "fails"]
    commands = [subprocess.Popen(given, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [command.communicate(timeout=60)[0] for command in commands]
    assert said == ["There is no file; give one.\n"] * 2
    assert not folder.exists()


def test_a_lock_that_is_held_is_asked_about_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An equal command that began since this one looked."""
    folder = tmp_path / "run"
    asked = []

    def begins(*_: object) -> bool:
        asked.append(True)
        return len(asked) > 1

    def other() -> None:
        with exclusive(folder / ".lock", "the run"):
            held.set()
            time.sleep(0.5)

    held = threading.Event()
    monkeypatch.setattr("causattn.results.folder._is_begun", begins)
    thread = threading.Thread(target=other)
    thread.start()
    held.wait()
    assert run_in_folder(folder, CONFIG, lambda at: write_json(at / "summary.json", {}))
    thread.join()
    assert len(asked) == 2
