"""Metrics by name, natives in their order and one of one's own."""

from pathlib import Path

import pytest

from causattn.base import ConfigError, forget_plugins, load_plugins
from causattn.graphs import METRICS, compare_graphs

MINE = Path(__file__).parents[1] / "contributions" / "reversed_edges.py"


@pytest.fixture
def mine():
    load_plugins([str(MINE)])
    yield
    forget_plugins()


def test_the_numbers_stand_in_their_order(graph):
    parts = ("precision", "recall", "f1")
    expected = [
        "shd",
        *(f"{what}_{part}" for what in ("adjacency", "arrowhead") for part in parts),
        "edges",
        "true_edges",
        "dag_shd",
        "parent_aid",
        "ancestor_aid",
        "oset_aid",
        *(f"{what}_{which}_member" for what in ("shd", "sid") for which in ("best", "worst")),
        "valid_cpdag",
    ]
    assert list(compare_graphs(graph("a>b"), graph("b>a"))) == expected
    assert len({metric.place for metric in METRICS.values()}) == len(METRICS) == len(expected)


def test_every_number_lies_in_its_bounds(graph):
    pairs = [("a>b b>c", "a>b c>b"), ("", "a>b"), ("a>b b>c a>c", ""), ("c>b b>a", "a>b b>c")]
    for one, other in pairs:
        for name, value in compare_graphs(graph(one), graph(other)).items():
            low, high = METRICS[name].bounds
            assert value is None or low <= value <= high, name


def test_where_the_truth_has_no_arrowhead_none_is_no_worse_than_a_wrong_one(graph):
    for estimate in ("a>b c>b", "a-b b-c", ""):  # the true class is a - b - c
        found = compare_graphs(graph(estimate), graph("a>b b>c"))
        assert found["arrowhead_f1"] is None
    assert compare_graphs(graph("a>b c>b"), graph("a>b b>c"))["arrowhead_precision"] == 0
    assert compare_graphs(graph("a-b b-c"), graph("a>b c>b"))["arrowhead_f1"] == 0


def test_a_metric_of_ones_own(graph, mine):
    found = compare_graphs(graph("b>a b>c"), graph("a>b b>c"))
    assert found["reversed_edges"] == 1
    assert list(found)[-1] == "reversed_edges"
    assert compare_graphs(graph("a>b b>c"), graph("a>b b>c"))["reversed_edges"] == 0
    forget_plugins()
    assert "reversed_edges" not in compare_graphs(graph("a>b"), graph("a>b"))


def test_a_metric_without_better_is_refused(tmp_path):
    path = tmp_path / "bare.py"
    path.write_text(MINE.read_text().replace('    better = "lower"\n', ""))
    load_plugins([str(path)])
    try:
        with pytest.raises(ConfigError, match=r"reversed_edges of .*bare.py lacks better"):
            METRICS["reversed_edges"]
    finally:
        forget_plugins()
