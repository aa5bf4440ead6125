"""Plain code first, compiled code once that is the cheaper way on; compiling is said once."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import causattn
from causattn.discovery.ges import run_ges
from causattn.discovery.pc import DiscreteStatistics, GaussianStatistics, run_pc
from causattn.discovery.running import compiling
from causattn.discovery.running.compiling import Kernels
from causattn.discovery.scores import GaussianBIC

RNG = np.random.default_rng(0)
CHAIN = np.cumsum(RNG.normal(size=(400, 8)), axis=1)


@pytest.fixture
def kernels(monkeypatch, tmp_path):
    """Kernels that nothing has loaded or stored yet."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    compiling._stored.cache_clear()
    yield Kernels("causattn.discovery.pc.gaussian_kernel", "no_such_function", 15.0)
    compiling._stored.cache_clear()


def test_loading_pays_after_half_a_second_compiling_after_fifteen(kernels, tmp_path):
    kernels._spent = 1.0
    assert kernels.plain_first(100)
    assert not kernels.plain_first(301)
    stored = tmp_path / "somewhere" / "gaussian_kernel.no_such_function-1.py311.nbi"
    stored.parent.mkdir()
    stored.touch()
    assert kernels.plain_first(100)  # looked up once a process
    compiling._stored.cache_clear()
    assert not kernels.plain_first(100)
    os.utime(stored, (0, 0))  # older than the source: of no use
    compiling._stored.cache_clear()
    assert kernels.plain_first(100)
    kernels._spent = 16.0
    assert not kernels.plain_first(100)


def test_plain_runs_are_counted_once(kernels):
    with kernels.plain(), kernels.plain():
        time.sleep(0.01)
    assert 0.01 <= kernels._spent < 1


@pytest.fixture
def over_after(monkeypatch):
    """Have searches begin plain and go over after some questions of whether to."""

    def set_after(name, asked):
        left = iter(range(asked))
        made = getattr(compiling, name)
        monkeypatch.setattr(type(made), "due", lambda self: next(left, None) is None)
        monkeypatch.setattr(type(made), "plain_first", lambda self, size: True)

    return set_after


@pytest.mark.parametrize("rules", ["causal-learn", "standard"])
@pytest.mark.parametrize("asked", [0, 1, 40])
@pytest.mark.parametrize("discrete", [False, True])
def test_pc_goes_over_in_the_middle_and_finds_the_same(over_after, rules, asked, discrete):
    if discrete:
        table = (np.quantile(CHAIN, 0.5, axis=0) < CHAIN).astype(int)
        statistics = DiscreteStatistics.from_data(table)
    else:
        statistics = GaussianStatistics.from_data(CHAIN)
    reference = run_pc(statistics, alpha=0.05, rules=rules, backend="reference")
    over_after("GAUSSIAN_PC", asked)
    found = run_pc(statistics, alpha=0.05, rules=rules)
    assert found.backend == "compiled" or asked == 40
    assert np.array_equal(found.adjacency, reference.adjacency)
    assert np.array_equal(found.tests_by_order, reference.tests_by_order)
    assert dict(found.separating_sets) == dict(reference.separating_sets)


@pytest.mark.parametrize("asked", [0, 5, 12, 30, 1000])
def test_ges_goes_over_in_the_middle_and_makes_the_same_moves(over_after, asked):
    score = GaussianBIC.from_data(CHAIN)
    reference = run_ges(score, backend="reference")
    over_after("GES", asked)
    found = run_ges(score)
    moves = [
        [(step.phase, step.source, step.target, step.clique) for step in each.steps]
        for each in (reference, found)
    ]
    assert moves[0] == moves[1]
    assert np.array_equal(found.adjacency, reference.adjacency)


PROGRAM = """
import sys
import numpy as np
from causattn.base import compiling_seconds
from causattn.discovery import discover
from causattn.discovery.running import compiling
compiling.PLAIN_UP_TO = 0
graph = discover({"kind": "pc"}, np.random.default_rng(0).normal(size=(200, 5)))
print(compiling_seconds(), graph.details["seconds"])
"""


@pytest.mark.parametrize("writable", [True, False])
def test_compiling_is_said_once_and_is_no_part_of_the_seconds(tmp_path, writable):
    package = tmp_path / "package"
    package.mkdir()
    environment = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    if writable:
        environment["NUMBA_CACHE_DIR"] = str(tmp_path)
    else:
        environment["HOME"] = environment["XDG_CACHE_HOME"] = "/proc/nowhere"
    program = PROGRAM if writable else UNWRITABLE + PROGRAM
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "PYTHONPATH": str(Path(causattn.__file__).parents[1])},
    )
    assert done.returncode == 0, done.stderr
    compiled, seconds = map(float, done.stdout.split())
    assert done.stderr.count("Compiling for this machine") == 1
    assert ("NUMBA_CACHE_DIR" in done.stderr) is not writable
    assert compiled > 1
    assert seconds < compiled / 2


UNWRITABLE = """
# What numba asks of a folder, answered as a read-only one would.
from numba.core import caching
def refuse(self):
    raise OSError("read-only file system")
caching._CacheLocator.ensure_cache_path = refuse
"""
