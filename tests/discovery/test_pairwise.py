"""Mutual information against scikit-learn, a formula and the G-square test."""

import numpy as np
import pytest
from causallearn.utils.cit import CIT
from sklearn.metrics import mutual_info_score

from causattn.base import ConfigError
from causattn.discovery import as_discovery_data
from causattn.discovery.baselines.pairwise import mutual_information, undirected_graph


def test_discrete_is_the_plug_in_and_its_test_is_g_square():
    rng = np.random.default_rng(0)
    table = rng.integers(0, 3, (300, 4))
    table[:, 3] = (table[:, 0] + rng.integers(0, 2, 300)) % 3
    information, p_value = mutual_information(as_discovery_data(table))
    test = CIT(table, "gsq")
    for x in range(4):
        for y in range(x):
            assert information[x, y] == pytest.approx(mutual_info_score(table[:, x], table[:, y]))
            assert p_value[x, y] == pytest.approx(test(x, y))


def test_continuous_is_that_of_a_gaussian():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(200_000, 2)) @ [[1, 0.6], [0, 0.8]]
    information, p_value = mutual_information(as_discovery_data(table))
    assert information[0, 1] == pytest.approx(-0.5 * np.log(1 - 0.36), rel=0.02)
    assert p_value[0, 1] < 1e-10
    assert information[0, 0] == 0
    assert p_value[0, 0] == 1


def test_strongest_allowed_pairs():
    strength = np.array([[0, 3, 1], [3, 0, 2], [1, 2, 0]])
    allowed = np.array([[0, 0, 1], [0, 0, 1], [1, 1, 0]], dtype=bool)
    graph = undirected_graph(("a", "b", "c"), strength, allowed, 1)
    assert [tuple(edge) for edge in graph.edges()] == [("b", "c", "---")]
    assert undirected_graph(("a", "b", "c"), strength, allowed, None).edge_count == 2
    with pytest.raises(ConfigError, match="edges=-1"):
        undirected_graph(("a", "b", "c"), strength, allowed, -1)
