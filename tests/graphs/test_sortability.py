"""Sortability against the authors' library, CausalDisco."""

import numpy as np
import pytest
from CausalDisco import analytics

from causattn.base import DataError
from causattn.graphs import (
    CausalGraph,
    r2_sortability,
    snr_sortability,
    sortabilities,
    var_sortability,
)

PAIRS = [
    (var_sortability, analytics.var_sortability),
    (r2_sortability, analytics.r2_sortability),
    (snr_sortability, analytics.snr_sortability),
]


def simulate(dag, seed, rows=300):
    rng = np.random.default_rng(seed)
    adjacency = dag.adjacency("from row to column")
    weights = adjacency * rng.uniform(0.8, 1.5, adjacency.shape)
    noise = rng.normal(size=(rows, dag.size))
    return noise @ np.linalg.inv(np.eye(dag.size) - weights)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_equals_causaldisco(random_dag, ours, theirs, seed):
    dag = random_dag(seed, 3 + seed % 8, 0.4)
    if not dag.edge_count:
        pytest.skip("no edges")
    data = simulate(dag, seed)
    assert ours(data, dag) == pytest.approx(theirs(data, dag.adjacency("from row to column")))


def test_standardising_hides_variance_but_not_r2(graph):
    dag = graph("a>b b>c c>d", "abcd")
    data = simulate(dag, 0, rows=5000)
    assert var_sortability(data * [1, 2, 4, 8], dag) == 1
    assert var_sortability(data * [8, 4, 2, 1], dag) < 0.5
    scaled = (data - data.mean(axis=0)) / data.std(axis=0)
    assert r2_sortability(scaled, dag) == pytest.approx(r2_sortability(data, dag))


def test_collinear_columns_have_a_determination(graph):
    data = simulate(graph("a>b"), 0)
    data[:, 2] = data[:, 0] + data[:, 1]
    assert r2_sortability(data, graph("a>b")) == pytest.approx(0.5)


def test_no_edges_no_sortability(graph):
    assert var_sortability(np.eye(3), graph("")) is None


def test_columns_must_be_the_variables(graph):
    with pytest.raises(DataError, match="3 variables"):
        var_sortability(np.eye(4), graph("a>b"))


def test_all_three_at_once_and_none_where_nothing_can_be_said():
    rng = np.random.default_rng(0)
    first = rng.normal(size=500)
    data = np.column_stack([first, 2 * first + rng.normal(size=500)])
    truth = CausalGraph.from_adjacency(
        np.array([[0, 1], [0, 0]]), ("a", "b"), direction="from row to column"
    )
    found = sortabilities(data, truth)
    assert found == {
        "var_sortability": var_sortability(data, truth),
        "r2_sortability": r2_sortability(data, truth),
        "snr_sortability": snr_sortability(data, truth),
    }
    assert found["var_sortability"] == 1
    constant = np.column_stack([first, np.ones(500)])
    assert set(sortabilities(constant, truth).values()) == {None}
