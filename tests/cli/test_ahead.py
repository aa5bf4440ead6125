"""What the fork server loads, and how a worker that is forked from it begins."""

import json
import subprocess
import sys

import pytest

from causattn.cli import ahead

FORKED = """
import json, multiprocessing, os, signal, sys, threading
from causattn.cli import ahead

def look(connection):
    import gc
    connection.send({
        "study": "causattn.study" in sys.modules,
        "torch": "torch" in sys.modules,
        "frozen": gc.get_freeze_count() > 10_000,
        "threads": len(os.listdir("/proc/self/task")),
    })

if __name__ == "__main__":
    before = {name: os.environ.get(name) for name in ahead._THREADS}
    ahead.begin()
    ahead.begin()
    assert before == {name: os.environ.get(name) for name in ahead._THREADS}
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    context = multiprocessing.get_context(ahead.method())
    ours, theirs = context.Pipe()
    process = context.Process(target=look, args=(theirs,))
    process.start()
    print(json.dumps(ours.recv()))
    process.join()
"""


@pytest.mark.skipif(ahead.method() != "forkserver", reason="workers are not forked here")
def test_a_worker_is_forked_from_what_is_loaded_and_has_one_thread(tmp_path) -> None:
    (tmp_path / "forked.py").write_text(FORKED)
    done = subprocess.run(
        [sys.executable, "forked.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "study": True,
        "torch": False,
        "frozen": True,
        "threads": 1,
    }


def test_the_main_module_is_put_back() -> None:
    main = sys.modules["__main__"]
    with pytest.raises(ZeroDivisionError), ahead.without_main():
        assert sys.modules["__main__"] is not main
        raise ZeroDivisionError
    assert sys.modules["__main__"] is main


@pytest.mark.parametrize(("platform", "method"), [("linux", "forkserver"), ("darwin", "spawn")])
def test_only_linux_stands_forking(monkeypatch, platform: str, method: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert ahead.method() == method
