"""Every ``on_device.py``, in a process of its own: the pretended device cannot be unregistered."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
FILES = [str(path.relative_to(HERE.parent)) for path in sorted(HERE.rglob("on_device.py"))]


@pytest.mark.parametrize("which", ["not slow", pytest.param("slow", marks=pytest.mark.slow)])
def test_what_runs_on_a_processor_runs_elsewhere(which):
    options = ["-q", "-m", which, "-p", "tests.both_devices", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *FILES],
        cwd=HERE.parent,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-1000:]
