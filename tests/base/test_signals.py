"""Signals are heard while compiled code is at work."""

import signal
import subprocess
import sys
import time

import pytest

from causattn.base import interruptible

PROGRAM = """
import signal, sys, time
from causattn.base import interruptible

def end(*about):
    raise SystemExit(143)

signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
interruptible(lambda: time.sleep(100))
"""


def test_it_gives_what_the_work_gives():
    assert interruptible(lambda: 3) == 3
    with pytest.raises(KeyError, match="a"):
        interruptible(lambda: {}["a"])


def test_a_signal_ends_the_waiting():
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=50) == 143
