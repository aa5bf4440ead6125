"""DAGMA through its package."""

import importlib.util

import numpy as np
import pytest

from causattn.base import CapabilityError
from causattn.discovery import discover
from causattn.graphs import compare_graphs


def test_a_missing_package_is_a_sentence(monkeypatch):
    # As where it is missing, whether or not it is installed here.
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CapabilityError, match="needs the package dagma"):
        discover({"kind": "dagma"}, np.random.default_rng(0).normal(size=(40, 3)))


def test_finds_a_chain_of_growing_variance(graph_of, gaussian):
    pytest.importorskip("dagma")
    truth = graph_of("a>b b>c", "abc")
    data = gaussian(truth, 1000, 0)
    graph = discover({"kind": "dagma", "standardise": False}, data)
    assert compare_graphs(graph, truth)["dag_shd"] == 0


def test_candidates_bound_the_search(graph_of, gaussian, candidates_of):
    pytest.importorskip("dagma")
    truth = graph_of("a>b b>c", "abc")
    allowed = truth.skeleton().copy()
    allowed[0, 1] = allowed[1, 0] = False
    allowed[0, 2] = allowed[2, 0] = True
    graph = discover(
        {"kind": "dagma"}, gaussian(truth, 1000, 0), candidates_of(truth.names, allowed)
    )
    assert not graph.skeleton()[0, 1]
    assert graph.edge_count > 0
