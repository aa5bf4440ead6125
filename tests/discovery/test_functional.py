"""LiNGAM and CAM-UV against causal-learn called directly, and the direction of their matrices."""

import importlib.util

import numpy as np
import pandas as pd
import pytest
from causallearn.search.FCMBased.lingam import DirectLiNGAM

from causattn.base import CapabilityError, ConfigError, DataError
from causattn.discovery import discover
from causattn.graphs import compare_graphs


def uniform(truth, rows, seed):
    """Linear data with uniform noise, which LiNGAM can direct."""
    rng = np.random.default_rng(seed)
    weights = truth.adjacency("from row to column") * rng.uniform(0.7, 1.2, (truth.size,) * 2)
    noise = rng.uniform(-1, 1, (rows, truth.size))
    return pd.DataFrame(noise @ np.linalg.inv(np.eye(truth.size) - weights), columns=truth.names)


@pytest.mark.parametrize("kind", ["direct_lingam", "ica_lingam"])
def test_directs_edges_from_cause_to_effect(graph_of, kind):
    truth = graph_of("a>b b>c d>c", "abcd")
    graph = discover({"kind": kind}, uniform(truth, 3000, 0))
    assert graph.kind == "dag"
    assert compare_graphs(graph, truth)["dag_shd"] == 0
    assert graph.details["causal_order"].index("a") < graph.details["causal_order"].index("b")


@pytest.mark.parametrize("seed", range(6))
def test_direct_lingam_is_causal_learns(seed):
    # The whole order and every edge, also where the noise is Gaussian and no order is right.
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 7))
    weights = np.triu(rng.random((size, size)) < 0.6, 1) * rng.uniform(0.5, 1.5, (size, size))
    noise = rng.normal(size=(60, size)) if seed % 3 == 0 else rng.uniform(-1, 1, (200, size))
    values = (noise @ np.linalg.inv(np.eye(size) - weights))[:, rng.permutation(size)]
    model = DirectLiNGAM(random_state=0)
    model.fit(values)
    graph = discover({"kind": "direct_lingam"}, values)
    expected = (model.adjacency_matrix_ != 0).astype(int)
    assert np.array_equal(graph.adjacency("from column to row"), expected)
    assert graph.details["causal_order"] == [f"X{k + 1}" for k in model.causal_order_]


def test_ica_lingam_is_seeded(graph_of):
    data = uniform(graph_of("a>b b>c d>c", "abcd"), 60, 1)
    one, again = (discover({"kind": "ica_lingam"}, data, seed=3) for _ in range(2))
    assert np.array_equal(one.marks, again.marks)


def test_too_few_rows_are_a_sentence():
    with pytest.raises(DataError, match="more rows than variables"):
        discover({"kind": "direct_lingam"}, np.random.default_rng(0).normal(size=(4, 5)))


def test_a_missing_package_is_a_sentence(monkeypatch):
    # As where it is missing, whether or not it is installed here.
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    mend = r"needs the package pygam, .* run pip install 'causattn\[cam-uv\]'"
    with pytest.raises(CapabilityError, match=mend):
        discover({"kind": "cam_uv"}, np.random.default_rng(0).normal(size=(40, 3)))


def test_cam_uv_finds_parents_and_unobserved_causes():
    pytest.importorskip("pygam")
    rng = np.random.default_rng(0)
    a = rng.normal(size=300)
    b = np.tanh(2 * a) + 0.3 * rng.normal(size=300)
    c = b**2 + 0.3 * rng.normal(size=300)
    graph = discover({"kind": "cam_uv"}, pd.DataFrame({"a": a, "b": b, "c": c}))
    assert {tuple(edge) for edge in graph.edges()} == {("a", "b", "-->"), ("b", "c", "-->")}
    with pytest.raises(ConfigError, match="max_set_size=1 should be at least 2"):
        discover({"kind": "cam_uv", "max_set_size": 1}, pd.DataFrame({"a": a, "b": b}))
