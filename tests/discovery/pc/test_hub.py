"""Many neighbours: never hours in silence, and nothing left out without a word."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from causattn.base import quiet
from causattn.discovery import pc
from causattn.discovery.pc import threads
from causattn.discovery.running import compiling


def hub(children, rows=2000):
    rng = np.random.default_rng(0)
    center = rng.normal(size=(rows, 1))
    return np.hstack([center, center + rng.normal(size=(rows, children))])


PROGRAM = """
import numpy as np
from causattn.discovery import pc
from causattn.discovery.running import compiling
compiling.PLAIN_UP_TO = @plain
rng = np.random.default_rng(0)
center = rng.normal(size=(2000, 1))
table = np.hstack([center, center + rng.normal(size=(2000, 34))])
if @discrete:
    table = (table > 0).astype(int)
small = table[:, :5]
pc(small)
print("begins", flush=True)
try:
    pc(table, max_order=20)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("discrete", [True, False])
def test_it_can_be_interrupted(plain, discrete):
    program = PROGRAM.replace("@plain", "100" if plain else "0").replace("@discrete", str(discrete))
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "begins\n"
        time.sleep(0.4 if plain else 3)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        start = time.perf_counter()
        assert process.stdout.readline() == "interrupted\n"
        assert time.perf_counter() - start < 2
    finally:
        process.kill()
        process.communicate()


def test_what_is_out_of_reach_is_left_out_and_named(monkeypatch):
    monkeypatch.setattr(compiling.GAUSSIAN_PC, "most_tests", 9e3)
    table = hub(12)
    with pytest.warns(UserWarning, match="Conditioning sets of 5 and more variables were left out"):
        found = pc(table)
    assert "for X1 with 12 neighbours; set max_order=5" in found.details["left_out"]
    assert np.array_equal(found.marks, pc(table, max_order=4).marks)
    whole = pc(table, max_order=12)
    assert "left_out" not in whole.details
    assert len(whole.tests_by_order) == 12


def test_a_long_order_shows_how_far_it_has_come(monkeypatch, capsys):
    monkeypatch.setattr(compiling, "PLAIN_UP_TO", 0)
    monkeypatch.setattr(threads, "_SHOW_AFTER_S", 0.0)
    monkeypatch.setattr(threads, "_LOOK_EVERY_S", 0.001)
    with quiet(False):
        pc(hub(25), max_order=10)  # half a second: long enough to be looked at
    said = capsys.readouterr().err
    assert "testing given 10 variables" in said
