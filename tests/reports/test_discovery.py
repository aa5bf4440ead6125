"""Reports about discovery (the table in README.md names each)."""

import itertools

import networkx as nx
import numpy as np
import pytest

from causattn.base import DataError
from causattn.discovery import Knowledge, ges, pc

CHAIN = ("x", "y", "z")


def oracle(*edges: tuple[int, int]):
    """Return a test that answers by d-separation in a graph."""
    graph = nx.DiGraph(edges)
    return lambda x, y, given: float(nx.is_d_separator(graph, {x}, {y}, set(given)))


def linear(rows: int, edges: dict[tuple[int, int], float], size: int, seed: int = 0) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(rows, size))
    for (source, target), weight in sorted(edges.items()):
        values[:, target] += weight * values[:, source]
    return values


def test_tiers_hold_in_the_result() -> None:
    """py-why/dowhy#1343"""
    data = linear(2000, {(0, 2): 1.0, (1, 2): 1.0, (2, 3): 1.0, (1, 4): 0.8, (3, 4): 0.8}, 5)
    names = tuple("abcde")
    for tiers in itertools.islice(itertools.permutations(names), 0, 120, 7):
        graph = pc(data, knowledge=Knowledge(tiers=tuple((name,) for name in tiers)), names=names)
        place = {name: k for k, name in enumerate(tiers)}
        for source, target in np.argwhere(graph.directed()):
            assert place[names[source]] < place[names[target]]


def test_a_pair_forbidden_both_ways_is_not_joined() -> None:
    """py-why/causal-learn#219"""
    data = linear(2000, {(0, 1): 1.0, (1, 2): 1.0}, 3)
    both = Knowledge(forbidden=(("x", "y"), ("y", "x")))
    assert pc(data, names=CHAIN).skeleton()[0, 1]
    assert not pc(data, names=CHAIN, knowledge=both).skeleton()[0, 1]
    one = pc(data, names=CHAIN, knowledge=Knowledge(forbidden=(("x", "y"),)))
    assert one.skeleton()[0, 1]  # forbidding one direction leaves the other
    assert not one.directed()[0, 1]


def test_a_forbidden_pair_is_not_tested_for_its_edge() -> None:
    """py-why/causal-learn#171 (it is where the way of another edge depends on it)"""
    asked = []

    def test(x: int, y: int, given: tuple[int, ...]) -> float:
        asked.append({x, y})
        return 1.0

    forbidden = Knowledge(forbidden=(("x", "z"), ("z", "x")))
    pc(np.zeros((10, 3)) + np.eye(10, 3), names=CHAIN, test=test, knowledge=forbidden)
    assert asked
    assert {0, 2} not in asked


def test_forbidding_a_pair_makes_no_collider() -> None:
    """py-why/causal-learn#224"""
    data = linear(50, {}, 3)
    truth = oracle((0, 1), (1, 2))
    both = Knowledge(forbidden=(("x", "z"), ("z", "x")))
    graph = pc(data, names=CHAIN, test=truth, knowledge=both)
    assert graph.skeleton().sum() == 4
    assert not graph.directed().any()


def test_required_edges_stay_on_few_rows() -> None:
    """pgmpy/pgmpy#1348"""
    rows = np.array(
        [
            [1, 0, 0, 1, 0, 0, 1, 1, 0],
            [1, 0, 1, 0, 0, 1, 0, 1, 0],
            [1, 0, 0, 0, 0, 1, 0, 1, 1],
            [1, 1, 0, 1, 0, 1, 1, 0, 0],
            [0, 0, 1, 0, 0, 1, 1, 0, 0],
        ]
    )
    names = tuple("ABCDEFGHI")
    wanted = Knowledge(required=(("A", "B"), ("B", "C")))
    graph = ges(rows, names=names, knowledge=wanted)
    assert graph.directed()[0, 1]
    assert graph.directed()[1, 2]


@pytest.mark.parametrize("find", [pc, ges])
def test_three_rows_are_a_sentence(find) -> None:
    """py-why/causal-learn#213"""
    with pytest.raises(DataError, match=r"rows|X[123]"):
        find(np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]))


@pytest.mark.parametrize("find", [pc, ges])
def test_multiples_of_one_column_are_named(find) -> None:
    """py-why/causal-learn#155"""
    x = np.random.default_rng(0).normal(size=500)
    with pytest.raises(DataError, match=r"X[123]"):
        find(np.column_stack([x, 0.5 * x, 0.8 * x]))


def test_a_sum_of_others_but_for_rounding_is_a_sentence() -> None:
    """py-why/causal-learn#29 and #119"""
    rng = np.random.default_rng(1)
    parts = rng.normal(size=(400, 3))
    last = parts.sum(axis=1) + 1e-10 * rng.normal(size=400)
    with pytest.raises(DataError, match=r"X[1234]"):
        pc(np.column_stack([parts, last]))


def test_missing_values_are_a_sentence() -> None:
    """py-why/causal-learn#138"""
    data = linear(100, {(0, 1): 1.0}, 3)
    data[5, 1] = np.nan
    with pytest.raises(DataError, match="y has 1 missing value"):
        pc(data, names=CHAIN)


@pytest.mark.parametrize("find", [pc, ges])
def test_the_order_of_columns_changes_no_adjacency(find) -> None:
    """py-why/causal-learn#271 (of GIN), #273's kind"""
    data = linear(3000, {(0, 2): 0.9, (1, 2): 0.9, (2, 3): 0.9, (3, 4): 0.9}, 5, seed=3)
    plain = find(data)
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(5)
        turned = find(data[:, order])
        assert (turned.skeleton() == plain.skeleton()[np.ix_(order, order)]).all()


def test_a_product_depends_on_its_factors_alone() -> None:
    """pgmpy/pgmpy#1361 and #1646"""
    rng = np.random.default_rng(0)
    data = rng.integers(0, 5, size=(5000, 9))
    data = np.column_stack([data, data[:, 0] * data[:, 1]])
    joined = np.argwhere(np.triu(pc(data, alpha=0.001).skeleton())).tolist()
    assert joined == [[0, 9], [1, 9]]
