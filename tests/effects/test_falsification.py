"""Whole-graph falsification against DoWhy's own with the same test, on all permutations."""

import itertools
import time

import networkx as nx
import numpy as np
import pytest
import scipy.stats
from dowhy.gcm.falsify import FalsifyConst
from dowhy.gcm.falsify import falsify_graph as dowhy_falsify

from causattn.base import CapabilityError, DataError
from causattn.effects import falsify_graph
from causattn.effects.estimate.by_dowhy import quiet_dowhy
from causattn.effects.falsification import _correlation, _permuted
from causattn.graphs import CausalGraph, dag_to_cpdag


def simulated(make_table, seed: int, size: int, probability: float, rows: int):
    """Return a random DAG over shuffled names and linear data from it."""
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.random((size, size)) < probability, 1)
    order = rng.permutation(size)
    dag = upper[np.ix_(order, order)]
    noise = rng.normal(size=(rows, size))
    data = noise @ np.linalg.inv(np.eye(size) - dag * 0.7)
    names = [f"v{k}" for k in range(size)]
    graph = CausalGraph.from_adjacency(dag, names, direction="from row to column")
    return graph, make_table(**{name: data[:, k] for k, name in enumerate(names)})


def fisher_z(x: np.ndarray, y: np.ndarray, z: np.ndarray | None = None) -> float:
    """Return the p-value of a partial correlation by two regressions."""
    x, y = np.ravel(x), np.ravel(y)
    given = np.ones((len(x), 1)) if z is None else np.column_stack([np.ones(len(x)), z])
    left = [side - given @ np.linalg.lstsq(given, side, rcond=None)[0] for side in (x, y)]
    r = np.corrcoef(*left)[0, 1]
    degrees = len(x) - (given.shape[1] - 1) - 3
    return float(2 * scipy.stats.norm.sf(np.sqrt(degrees) * abs(np.arctanh(r))))


@pytest.mark.parametrize("seed", [0, 3])
def test_violations_and_comparison_are_dowhys(make_table, seed: int) -> None:
    graph, table = simulated(make_table, seed, 4, 0.5, 300)
    rng = np.random.default_rng(0)
    ours = falsify_graph(graph, table, rng)
    with quiet_dowhy():
        theirs = dowhy_falsify(
            nx.DiGraph(list(graph.to_networkx().edges)),
            table.frame(),
            independence_test=fisher_z,
            conditional_independence_test=fisher_z,
            n_permutations=-1,
            show_progress_bar=False,
            n_jobs=1,
        )
    summary = theirs.summary[FalsifyConst.VALIDATE_LMC]
    assert ours.violations == summary[FalsifyConst.GIVEN_VIOLATIONS]
    assert ours.conditions == summary[FalsifyConst.N_TESTS]
    adjacency = graph.adjacency("from row to column").astype(bool)
    correlation, rows = _correlation(graph, table)
    every = [np.array(order) for order in itertools.permutations(range(4))]
    own_class = dag_to_cpdag(adjacency.astype(np.uint8))
    permuted, equivalent = _permuted(adjacency, correlation, rows, 0.05, every, own_class)
    np.testing.assert_allclose(
        sorted(permuted), sorted(summary[FalsifyConst.F_PERM_VIOLATIONS]), atol=1e-12
    )
    assert equivalent == pytest.approx(len(theirs.summary[FalsifyConst.MEC]) / 24)


def test_a_right_graph_stands_and_a_shuffled_one_falls(make_table) -> None:
    graph, table = simulated(make_table, 1, 8, 0.3, 1000)
    right = falsify_graph(graph, table, np.random.default_rng(0))
    assert right.falsifiable
    assert not right.falsified
    assert right.p <= 0.05
    fallen = 0
    for seed in range(10):
        order = np.random.default_rng(seed).permutation(8)
        matrix = graph.adjacency("from row to column")[np.ix_(order, order)]
        wrong = CausalGraph.from_adjacency(matrix, graph.names, direction="from row to column")
        fallen += falsify_graph(wrong, table, np.random.default_rng(seed)).falsified
    assert fallen >= 8


def test_a_class_is_judged_as_its_members_are(make_table) -> None:
    graph, table = simulated(make_table, 2, 6, 0.4, 500)
    cpdag = CausalGraph.from_adjacency(
        dag_to_cpdag(graph.adjacency("from row to column")),
        graph.names,
        direction="from row to column",
        kind="cpdag",
    )
    one, other = (falsify_graph(g, table, np.random.default_rng(0)) for g in (graph, cpdag))
    assert one.equivalent == other.equivalent


def test_twenty_variables_take_half_a_second(make_table) -> None:
    graph, table = simulated(make_table, 0, 20, 0.15, 2000)
    falsify_graph(graph, table, np.random.default_rng(0), permutations=2)
    start = time.process_time()
    found = falsify_graph(graph, table, np.random.default_rng(0), permutations=20)
    assert time.process_time() - start < 0.5
    assert not found.falsified


def test_bad_input_is_a_sentence(make_table) -> None:
    graph, table = simulated(make_table, 0, 4, 0.5, 50)
    rng = np.random.default_rng(0)
    colours = make_table(
        (tuple("abc"), None, None, None), **{f"v{k}": np.arange(50) % 3 for k in range(4)}
    )
    with pytest.raises(CapabilityError, match="values of v0 have no order"):
        falsify_graph(graph, colours, rng)
    renamed = CausalGraph.from_adjacency(
        graph.adjacency("from row to column"), list("abcd"), direction="from row to column"
    )
    with pytest.raises(DataError, match="a is no feature"):
        falsify_graph(renamed, table, rng)
    _, few = simulated(make_table, 0, 4, 0.5, 6)
    with pytest.raises(DataError, match="too few"):
        falsify_graph(graph, few, rng)
