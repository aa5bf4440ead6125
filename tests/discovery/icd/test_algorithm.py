import pytest

from causattn.base import CapabilityError, ConfigError
from causattn.discovery import discover


def test_gaussian_data_with_a_hidden_cause(graph_of, gaussian):
    truth = graph_of("a>b h>b h>c d>c", "abcdh")
    data = gaussian(truth, 20_000, 0).drop(columns="h")
    graph = discover({"kind": "icd"}, data)
    symbols = {frozenset(edge[:2]): edge.symbol for edge in graph.edges()}
    assert graph.kind == "pag"
    assert symbols[frozenset("bc")] == "<->"
    assert graph.tests == sum(graph.tests_by_order) > 0


def test_discrete_data(network):
    data, _ = network("asia", 2000)
    graph = discover({"kind": "icd", "test": "g_square"}, data)
    assert "g_square" in graph.algorithm
    assert graph.edge_count >= 4


def test_order_is_limited_by_the_rows(graph_of, gaussian):
    data = gaussian(graph_of("a>b b>c c>d d>e e>f a>c b>d", "abcdef"), 6, 0)
    assert len(discover({"kind": "icd", "alpha": 0.5}, data).tests_by_order) <= 3


def test_bad_input_is_a_sentence(graph_of, gaussian):
    data = gaussian(graph_of("a>b", "ab"), 50, 0)
    with pytest.raises(ConfigError, match="alpha"):
        discover({"kind": "icd", "alpha": 2.0}, data)
    with pytest.raises(CapabilityError, match="g_square"):
        discover({"kind": "icd", "test": "g_square"}, data)
