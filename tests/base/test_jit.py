"""Compiled code is stored, and what a store of another version holds is no error."""

import os
import subprocess
import sys

MODULE = """
from typing import NamedTuple
from causattn.base import njit

class NAME(NamedTuple):
    value: int

@njit(cache=True)
def doubled(given):
    return given.value * 2

def made(value):
    return NAME(value)
"""
PROGRAM = """
from causattn.base import compiling_seconds
import kernel
print(kernel.doubled(kernel.made(21)), compiling_seconds() > 0)
"""


def run(folder):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "store")}
    environment["PYTHONPATH"] = os.pathsep.join([str(folder), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_store_of_an_earlier_version_is_made_again(tmp_path):
    place = tmp_path / "kernel.py"
    place.write_text(MODULE.replace("NAME", "Before"))
    assert run(tmp_path) == ["42", "True"]
    assert run(tmp_path) == ["42", "False"]
    place.write_text(MODULE.replace("NAME", "Renamed"))
    assert run(tmp_path) == ["42", "True"]
    assert run(tmp_path) == ["42", "False"]
