"""Max-min parents and children against the definition and an oracle."""

from itertools import combinations
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest

from causattn.discovery import TESTS, as_discovery_data
from causattn.discovery.dag_search.max_min import max_min_skeleton

ALPHA = 0.01


def random_dag(rng, size, degree):
    dag = np.triu(rng.random((size, size)) < degree / (size - 1), 1)
    order = rng.permutation(size)
    return dag[np.ix_(order, order)]


def drawn(seed, size=6, rows=1500):
    """Return codes of a random network of two to three categories."""
    rng = np.random.default_rng(seed)
    dag = random_dag(rng, size, 2.5)
    codes = np.zeros((rows, size), dtype=int)
    for node in nx.topological_sort(nx.DiGraph(dag)):
        count = int(rng.integers(2, 4))
        pull = (codes[:, dag[:, node]] * rng.uniform(0.5, 1.5, dag[:, node].sum())).sum(axis=1)
        noisy = pull + rng.normal(size=rows)
        codes[:, node] = np.searchsorted(np.quantile(noisy, np.arange(1, count) / count), noisy)
    return codes


def subsets(nodes):
    return (given for order in range(len(nodes) + 1) for given in combinations(nodes, order))


def by_definition(p_value, size):
    """Return the skeleton, with every association asked for from the start each time."""

    def p(x, y, given):
        return p_value(min(x, y), max(x, y), tuple(sorted(given)))

    kept = []
    for target in range(size):
        candidates = []
        while True:
            rest = [x for x in range(size) if x != target and x not in candidates]
            most = {x: max(p(x, target, given) for given in subsets(candidates)) for x in rest}
            open_ones = {x: value for x, value in most.items() if value <= ALPHA}
            if not open_ones:
                break
            candidates.append(min(open_ones, key=open_ones.get))
        for x in list(candidates):
            others = [each for each in candidates if each != x]
            if any(p(x, target, given) > ALPHA for given in subsets(others)):
                candidates.remove(x)
        kept.append(set(candidates))
    return {(x, y) for x, y in combinations(range(size), 2) if x in kept[y] and y in kept[x]}


def judging(p_value):
    """Return a judge of a p-value; of those too small to be numbers the first is taken."""

    def judge(x, y, given):
        p = p_value(min(x, y), max(x, y), tuple(sorted(given)))
        return SimpleNamespace(independent=p > ALPHA, independence=p, statistic=0.0)

    return judge


def pairs(skeleton):
    assert (skeleton == skeleton.T).all()
    return {(x, y) for x, y in np.argwhere(np.triu(skeleton)).tolist()}


@pytest.mark.parametrize("seed", range(12))
def test_the_skeleton_is_that_of_the_definition(seed):
    codes = drawn(seed)
    p_value = TESTS["chi_square"].on(as_discovery_data(codes))
    assert pairs(max_min_skeleton(judging(p_value), 6)) == by_definition(p_value, 6)


@pytest.mark.parametrize("seed", range(20))
def test_with_an_oracle_no_edge_is_missing(seed):
    rng = np.random.default_rng(seed)
    dag = random_dag(rng, 8, 2.5)
    graph = nx.DiGraph(dag)

    def p_value(x, y, given):
        return float(nx.is_d_separator(graph, {x}, {y}, set(given)))

    found = pairs(max_min_skeleton(judging(p_value), 8))
    true = pairs(dag | dag.T)
    assert true <= found
    assert len(found) <= len(true) + 1


def test_association_too_strong_for_a_p_value_is_ranked_by_the_statistic():
    # Both are certain to depend on 0; 2 does so through 1 alone.
    asked = []

    def judge(x, y, given):
        asked.append((x, y, given))
        apart = {x, y} == {0, 2} and 1 in given
        strength = {frozenset((0, 1)): 900.0, frozenset((0, 2)): 500.0}
        statistic = strength.get(frozenset((x, y)), 700.0)
        return SimpleNamespace(independent=apart, independence=float(apart), statistic=statistic)

    assert pairs(max_min_skeleton(judge, 3)) == {(0, 1), (1, 2)}
    assert (0, 1, (2,)) not in asked[:4]
