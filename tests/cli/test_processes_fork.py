"""What the fork server loads, and how a worker that is forked from it begins."""

import json
import subprocess
import sys

import pytest

from causattn.cli import processes

FORKED = """
import json, multiprocessing, os, signal, sys, threading
from causattn.cli import processes

def look(connection):
    import gc
    connection.send({
        "study": "causattn.study" in sys.modules,
        "torch": "torch" in sys.modules,
        "frozen": gc.get_freeze_count() > 10_000,
        "threads": len(os.listdir("/proc/self/task")),
    })

if __name__ == "__main__":
    before = dict(os.environ)
    processes.begin()
    processes.begin()
    assert before == dict(os.environ)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    context = multiprocessing.get_context(processes.METHOD)
    ours, theirs = context.Pipe()
    process = context.Process(target=look, args=(theirs,))
    process.start()
    print(json.dumps(ours.recv()))
    process.join()
"""


@pytest.mark.skipif(processes.METHOD != "forkserver", reason="workers are not forked here")
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
    with pytest.raises(ZeroDivisionError), processes.without_main():
        assert sys.modules["__main__"] is not main
        raise ZeroDivisionError
    assert sys.modules["__main__"] is main
