"""A limit ends a run for good; within it nothing changes."""

import signal
import subprocess
import threading

import numpy as np
import pytest

from causattn.base import CapabilityError, CausattnError, ConfigError
from causattn.discovery import Knowledge, TimedOutError, discover
from causattn.discovery.contract import CONTINUOUS, Algorithm, Capability, RunSettings
from causattn.discovery.running import time_limit
from causattn.graphs import CausalGraph


def test_a_run_within_its_time_is_the_same(network, candidates_of):
    data, truth = network("asia", 1000)
    candidates = candidates_of(truth.names, truth.skeleton())
    knowledge = Knowledge(tiers=(("asia", "smoke"), tuple(set(truth.names) - {"asia", "smoke"})))
    free = discover({"kind": "pc"}, data, candidates, knowledge=knowledge)
    limited = discover({"kind": "pc", "timeout_s": 60.0}, data, candidates, knowledge=knowledge)
    assert np.array_equal(free.marks, limited.marks)
    assert free.tests == limited.tests
    assert dict(free.separating_sets) == dict(limited.separating_sets)
    assert limited.details["candidates"].startswith("restricted to")


def test_a_seeded_run_within_its_time_is_the_same(graph_of, gaussian):
    data = gaussian(graph_of("a>c b>c c>d d>e", "abcde"), 200, 0)
    free = discover({"kind": "boss", "engine": "causal-learn"}, data, seed=3)
    limited = discover({"kind": "boss", "engine": "causal-learn", "timeout_s": 60.0}, data, seed=3)
    assert np.array_equal(free.marks, limited.marks)


def test_an_algorithm_that_only_this_process_has_is_handed_over(graph_of, gaussian):
    least = 0.25

    class Local(Algorithm):
        """Pairs by a function of this test."""

        name = "local"
        settings = RunSettings
        capability = Capability(data_kinds=CONTINUOUS)
        joined = staticmethod(lambda correlations: np.abs(correlations) > least)

        def run(self, problem, settings):
            found = self.joined(np.corrcoef(problem.data.values.T))
            np.fill_diagonal(found, False)
            return CausalGraph.from_adjacency(
                found, problem.data.names, direction="from row to column", kind="cpdag"
            )

    data = gaussian(graph_of("a>c b>c c>d", "abcd"), 200, 0)
    free = discover({"kind": Local()}, data)
    limited = discover({"kind": Local(), "timeout_s": 60.0}, data)
    assert free.edge_count > 0
    assert np.array_equal(free.marks, limited.marks)


def test_what_cannot_be_handed_over_is_a_sentence(graph_of, gaussian):
    class Locked(Algorithm):
        """An algorithm that holds what no process can be handed."""

        name = "locked"
        settings = RunSettings
        capability = Capability(data_kinds=CONTINUOUS)

        def __init__(self):
            self.lock = threading.Lock()

        def run(self, problem, settings):
            raise AssertionError

    data = gaussian(graph_of("a>c b>c", "abc"), 50, 0)
    with pytest.raises(CausattnError, match="cannot be handed to another process"):
        discover({"kind": Locked(), "timeout_s": 60.0}, data)


def test_time_up_ends_the_process(monkeypatch):
    started = []
    start = subprocess.Popen

    def remembered(*arguments, **options):
        started.append(start(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", remembered)
    data = np.random.default_rng(0).normal(size=(2000, 22))
    with pytest.raises(TimedOutError, match=r"exact was ended after 0\.5 s \(timeout_s\)"):
        discover({"kind": "exact", "timeout_s": 0.5}, data)
    assert [process.returncode for process in started] == [-signal.SIGKILL]


def test_errors_come_through_as_they_are():
    data = np.random.default_rng(0).normal(size=(100, 22))
    with pytest.raises(CapabilityError, match="those of 20 can be had"):
        discover({"kind": "exact", "method": "dp", "timeout_s": 60.0}, data)


def test_a_process_that_dies_is_a_sentence(tmp_path):
    (tmp_path / "output").write_text("Fatal: out of memory\n\n")
    error = time_limit._failure(tmp_path, "ges", -9)
    assert isinstance(error, CausattnError)
    assert "ended with code -9 (Fatal: out of memory)" in str(error)


def test_no_time_is_a_sentence():
    with pytest.raises(ConfigError, match="timeout_s=0"):
        discover({"kind": "empty", "timeout_s": 0.0}, np.random.default_rng(0).normal(size=(9, 3)))
