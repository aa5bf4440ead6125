"""FCI and GIN against causal-learn called directly, and known cases."""

import numpy as np
import pandas as pd
import pytest
from causallearn.search.ConstraintBased.FCI import fci as reference_fci

from causattn.base import DataError
from causattn.discovery import discover, pc
from causattn.discovery.libraries.causal_learn_graphs import from_causal_learn


@pytest.mark.parametrize("seed", range(3))
def test_fci_by_causal_learn_is_causal_learns(graph_of, gaussian, seed, capfd):
    data = gaussian(graph_of("a>c b>c c>d d>e b>f f>e", "abcdef"), 400, seed)
    graph = discover({"kind": "fci", "engine": "causal-learn", "alpha": 0.05}, data)
    assert capfd.readouterr().out == ""
    theirs, _ = reference_fci(
        data.to_numpy(), "fisherz", 0.05, show_progress=False, node_names=list(data.columns)
    )
    assert np.array_equal(graph.marks, from_causal_learn(theirs, graph.names, kind="pag").marks)
    assert graph.kind == "pag"
    assert graph.tests == sum(graph.tests_by_order) > 0


@pytest.mark.parametrize("engine", ["causattn", "causal-learn"])
def test_fci_sees_an_unobserved_cause(engine, graph_of, gaussian):
    # b and c share an unobserved cause h: a -> b <-> c <- d.
    truth = graph_of("a>b h>b h>c d>c", "abcdh")
    data = gaussian(truth, 20_000, 0).drop(columns="h")
    symbols = {
        frozenset(e[:2]): e.symbol
        for e in discover({"kind": "fci", "engine": engine}, data).edges()
    }
    assert symbols[frozenset("bc")] == "<->"
    assert pc(data).edge_count == 3


def test_fci_on_discrete_data(network):
    data, _ = network("asia", 1000)
    graph = discover({"kind": "fci", "test": "chi_square"}, data)
    assert "chi_square" in graph.algorithm
    assert graph.edge_count > 3


def test_gin_groups_variables_by_unobserved_causes():
    rng = np.random.default_rng(0)
    first = rng.uniform(-1, 1, 500)
    second = first + 0.6 * rng.uniform(-1, 1, 500)
    columns = [cause + 0.2 * rng.uniform(-1, 1, 500) for cause in (first,) * 2 + (second,) * 2]
    data = pd.DataFrame(np.column_stack(columns), columns=list("abcd"))
    graph = discover({"kind": "gin"}, data, seed=0)
    assert graph.names[:4] == tuple("abcd")
    assert graph.details["unobserved"] == list(graph.names[4:])
    causes = {name: set() for name in graph.details["unobserved"]}
    for edge in graph.edges():
        if edge.target in "abcd":
            causes[edge.source].add(edge.target)
    assert {frozenset(group) for group in causes.values()} == {frozenset("ab"), frozenset("cd")}


def test_gin_needs_four_variables():
    with pytest.raises(DataError, match="needs 4 at least"):
        discover({"kind": "gin"}, np.random.default_rng(0).normal(size=(50, 3)))
