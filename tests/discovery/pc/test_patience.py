"""Small problems: plain code first, compiled code once that is the cheaper way on."""

import os
import time

import numpy as np
import pytest

from causattn.discovery.pc import GaussianStatistics, patience, run_pc


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """A process that has run nothing yet, with an empty folder of compiled code."""
    monkeypatch.setattr(patience, "_spent", {"seconds": 0.0})
    monkeypatch.setattr(patience.sys, "modules", {})
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    return tmp_path


def spend(seconds):
    patience._spent["seconds"] += seconds


def test_plain_runs_are_counted(fresh):
    with patience.plain_run():
        time.sleep(0.01)
    assert patience._spent["seconds"] >= 0.01


def test_loading_pays_after_half_a_second_compiling_after_fifteen(fresh):
    assert not patience.worth_compiled("gaussian_kernel")
    spend(1)
    assert not patience.worth_compiled("gaussian_kernel")
    stored = fresh / "somewhere" / "gaussian_kernel.search-1.py311.nbi"
    stored.parent.mkdir()
    stored.touch()
    assert patience.worth_compiled("gaussian_kernel")
    assert not patience.worth_compiled("discrete_kernel")
    os.utime(stored, (0, 0))  # older than the source: of no use
    assert not patience.worth_compiled("gaussian_kernel")
    spend(15)
    assert patience.worth_compiled("gaussian_kernel")


def test_what_is_loaded_is_used(gaussian_data, monkeypatch):
    statistics = GaussianStatistics.from_data(gaussian_data(0, 20, 3, 300))
    assert run_pc(statistics, alpha=0.05).backend == "compiled"
    small = GaussianStatistics.from_data(gaussian_data(0, 6, 3, 300))
    after = run_pc(small, alpha=0.05)
    assert after.backend == "compiled"
    monkeypatch.setattr(patience.sys, "modules", {})
    monkeypatch.setattr(patience, "_spent", {"seconds": 0.0})
    before = run_pc(small, alpha=0.05)
    assert before.backend == "reference"
    assert patience._spent["seconds"] > 0
    assert np.array_equal(before.adjacency, after.adjacency)
    assert before.tests == after.tests
