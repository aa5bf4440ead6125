"""Standard, majority and conservative rules against a naive PC-stable, and against the truth."""

from itertools import combinations

import numpy as np
import pytest

from causattn.discovery.pc import (
    DiscreteStatistics,
    GaussianStatistics,
    run_pc,
    run_restricted_pc_with,
)
from causattn.discovery.pc.gaussian import z_p_values
from causattn.discovery.pc.knowledge import constraints
from causattn.discovery.pc.orientation import orient
from causattn.graphs import dag_to_cpdag, meek_closure

pytestmark = pytest.mark.usefixtures("compile_always")

RULES = ("causal-learn", "standard", "majority", "conservative", "ranked")


def naive_skeleton(statistics, alpha):
    """PC-stable's skeleton as algorithm 4.1 of Colombo and Maathuis (2014) writes it."""
    size = statistics.size
    adjacency = ~np.eye(size, dtype=bool)
    order = 0
    while (adjacency.sum(axis=1) - 1 >= order).any():
        fixed = adjacency.copy()
        for x in range(size):
            for y in range(size):
                if not adjacency[x, y]:
                    continue
                others = [int(v) for v in np.flatnonzero(fixed[x]) if v != y]
                if any(
                    independent(statistics, alpha, x, y, s) for s in combinations(others, order)
                ):
                    adjacency[x, y] = adjacency[y, x] = False
        order += 1
    return adjacency


def independent(statistics, alpha, x, y, given):
    from scipy.stats import chi2, norm

    if isinstance(statistics, GaussianStatistics):
        return 2 * norm.sf(statistics.z(x, y, given)) > alpha
    value, degrees = statistics.measure(x, y, given)
    return degrees == 0 or chi2.sf(value, degrees) > alpha


def naive_colliders(statistics, alpha, adjacency, rule):
    """Return what the votes of all separating sets call a collider, and what is undecided."""
    size = len(adjacency)
    colliders, undecided = [], []
    for y in range(size):
        for x, z in combinations(np.flatnonzero(adjacency[y]).tolist(), 2):
            if adjacency[x, z]:
                continue
            candidates = {
                s
                for end, other in ((x, z), (z, x))
                for k in range(size)
                for s in combinations([v for v in np.flatnonzero(adjacency[end]) if v != other], k)
            }
            sets = [s for s in candidates if independent(statistics, alpha, x, z, s)]
            share = np.mean([y in s for s in sets]) if sets else np.nan
            none, every = (
                (share < 0.5, share > 0.5) if rule == "majority" else (share == 0, share == 1)
            )
            if none:
                colliders.append((x, y, z))
            elif not every:
                undecided.append((x, y, z))
    return colliders, undecided


def naive_votes(statistics, alpha, adjacency, rule):
    """Return the graph that the votes of all separating sets give, and the undecided triples."""
    colliders, undecided = naive_colliders(statistics, alpha, adjacency, rule)
    arrows = np.zeros_like(adjacency)
    for x, y, z in colliders:
        arrows[x, y] = arrows[z, y] = True
    conflicts = arrows & arrows.T
    graph = adjacency & ~(arrows & ~conflicts).T
    triples = np.array(undecided).reshape(-1, 3)
    return meek_closure(graph, ambiguous=triples, frozen=conflicts, compiled=False), undecided


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("backend", ["compiled", "reference"])
def test_gaussian_like_naive_search(seed, backend, gaussian_data):
    statistics = GaussianStatistics.from_data(gaussian_data(seed, 9, 2.5, 400))
    compare_with_naive(statistics, backend)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("backend", ["compiled", "reference"])
def test_discrete_like_naive_search(seed, backend, discrete_data):
    test = ("chi_square", "g_square")[seed % 2]
    statistics = DiscreteStatistics.from_data(discrete_data(seed, 8, 2, 800, 3), test)
    compare_with_naive(statistics, backend)


def compare_with_naive(statistics, backend):
    alpha = 0.05
    skeleton = naive_skeleton(statistics, alpha)
    standard = run_pc(statistics, alpha=alpha, rules="standard", backend=backend)
    assert np.array_equal(standard.skeleton, skeleton)
    for (i, j), (given,) in standard.separating_sets.items():
        assert not skeleton[i, j]
        assert independent(statistics, alpha, i, j, given)
    for rule in ("majority", "conservative"):
        graph, undecided = naive_votes(statistics, alpha, skeleton, rule)
        result = run_pc(statistics, alpha=alpha, rules=rule, backend=backend)
        assert np.array_equal(result.adjacency, graph)
        assert [tuple(t) for t in result.undecided.tolist()] == undecided
    ranked = run_pc(statistics, alpha=alpha, rules="ranked", backend=backend)
    colliders, undecided = naive_colliders(statistics, alpha, skeleton, "majority")
    arrows = np.zeros_like(skeleton)
    for x, y, z in sorted(colliders, key=lambda t: -ranked.p_value[t[0], t[2]]):
        if not (arrows[y, x] or arrows[y, z]):
            arrows[x, y] = arrows[z, y] = True
    triples = np.array(undecided).reshape(-1, 3)
    expected = meek_closure(skeleton & ~arrows.T, ambiguous=triples, compiled=False)
    assert np.array_equal(ranked.adjacency, expected)
    assert not ranked.conflicts.any()


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("seed", range(8))
def test_population_correlations_give_the_true_class(rules, seed, draw_dag, draw_weights):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(3, 16))
    dag = draw_dag(rng, size, min(2.5, size - 1))
    mix = np.linalg.inv(np.eye(size) - draw_weights(rng, dag))
    statistics = GaussianStatistics.from_covariance(mix.T @ mix, 10**12)
    expected = dag_to_cpdag(dag)
    result = run_pc(statistics, alpha=1e-4, rules=rules)
    assert np.array_equal(result.adjacency, expected)
    assert not result.conflicts.any()
    assert not len(result.undecided)
    # Restricted to a superset of the skeleton, the class is the same.
    allowed = dag | dag.T | np.triu(rng.random(dag.shape) < 0.2, 1)
    restricted = run_pc(statistics, alpha=1e-4, rules=rules, allowed=allowed | allowed.T)
    assert np.array_equal(restricted.adjacency, expected)


@pytest.mark.parametrize("rules", ["standard", "majority", "conservative"])
@pytest.mark.parametrize("kind", ["gaussian", "discrete"])
def test_column_order_does_not_matter(rules, kind, gaussian_data, discrete_data):
    for seed in range(5):
        if kind == "gaussian":
            data, build = gaussian_data(seed, 14, 3, 500), GaussianStatistics.from_data
        else:
            data, build = discrete_data(seed, 12, 2, 1000, 4), DiscreteStatistics.from_data
        order = np.random.default_rng(seed).permutation(data.shape[1])
        one = run_pc(build(data), alpha=0.05, rules=rules)
        other = run_pc(build(data[:, order]), alpha=0.05, rules=rules)
        assert np.array_equal(other.adjacency, one.adjacency[np.ix_(order, order)])
        assert np.array_equal(other.tests_by_order, one.tests_by_order)
        assert np.array_equal(other.conflicts, one.conflicts[np.ix_(order, order)])


def test_column_order_does_not_matter_to_the_skeleton_of_causal_learn(gaussian_data):
    data = gaussian_data(1, 25, 3, 500)
    order = np.random.default_rng(1).permutation(25)
    one = run_pc(GaussianStatistics.from_data(data), alpha=0.05, rules="causal-learn")
    other = run_pc(GaussianStatistics.from_data(data[:, order]), alpha=0.05, rules="causal-learn")
    assert np.array_equal(other.skeleton, one.skeleton[np.ix_(order, order)])
    assert np.array_equal(other.tests_by_order, one.tests_by_order)


@pytest.mark.parametrize("rules", ["causal-learn", "standard", "majority", "conservative"])
def test_where_the_column_order_matters_the_result_says_so(rules, gaussian_data):
    """Marginal p-values of 0 are equals, and causal-learn has a first of two contradictions."""
    moved = []
    for seed in range(25):
        statistics = GaussianStatistics.from_data(gaussian_data(seed, 9, 3, 300))
        order = np.random.default_rng(seed).permutation(9)

        def zero_below(x, y, given, of=statistics):
            p = z_p_values(of.z(x, y, given))
            return 0.0 if p < 1e-4 else p

        def turned(x, y, given, order=order, test=zero_below):
            return test(*order[[x, y]], tuple(order[list(given)]))

        one = run_restricted_pc_with(zero_below, 9, 0.05, rules=rules)
        other = run_restricted_pc_with(turned, 9, 0.05, rules=rules)
        assert np.array_equal(other.skeleton, one.skeleton[np.ix_(order, order)])
        moved.append(not np.array_equal(other.adjacency, one.adjacency[np.ix_(order, order)]))
        assert one.ordered or not moved[-1]
        if rules in ("majority", "conservative"):
            assert not one.ordered
    assert any(moved) == (rules in ("causal-learn", "standard"))


def test_colliders_that_disagree_are_a_conflict():
    # 0 -> 1 <- 2 -> 3 <- 1 in the separating sets: 1 - 2 is not involved, 1 - 3 both ways.
    names = "abcd"
    adjacency = np.zeros((4, 4), dtype=bool)
    for i, j in ((0, 1), (1, 2), (2, 3)):
        adjacency[i, j] = adjacency[j, i] = True

    from causattn.discovery.pc.knowledge import constraints
    from causattn.discovery.pc.orientation import orient
    from causattn.discovery.pc.pools import Pools
    from causattn.discovery.pc.triples import Verdict

    known = constraints(4, None, None)
    triples = Pools.of(adjacency, known, narrow=False, on_paths=False).unshielded_triples()
    assert triples.tolist() == [[0, 1, 2], [1, 2, 3]]
    verdicts = np.array([Verdict.COLLIDER, Verdict.COLLIDER])
    graph, conflicts = orient(adjacency, triples, verdicts, known, names)
    assert np.argwhere(np.triu(conflicts)).tolist() == [[1, 2]]
    assert graph.tolist() == [[0, 1, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 1, 0]]


@pytest.mark.parametrize("rules", ["causal-learn", "standard", "majority", "conservative"])
def test_a_low_level_is_no_evidence_of_a_collider(rules):
    # On x -> y -> z the ends depend on each other. A level so low that they count as separated
    # without y says so of their adjacency only, or y would become a collider.
    rng = np.random.default_rng(0)
    x = rng.standard_normal(2000)
    y = x + 2 * rng.standard_normal(2000)
    data = np.stack([x, y, y + 2 * rng.standard_normal(2000)], axis=1)
    statistics = GaussianStatistics.from_data(data)
    level = np.full((3, 3), 0.01)
    level[0, 2] = level[2, 0] = 1e-60
    for backend in ("compiled", "reference"):
        one = run_pc(statistics, alpha=level, rules=rules, backend=backend)
        assert one.skeleton.sum() == 4
        if rules in ("causal-learn", "standard"):
            assert one.adjacency.tolist() == [[0, 1, 0], [0, 0, 0], [0, 1, 0]]
            assert one.separating_sets[0, 2] == [()]
        two = run_pc(statistics, alpha=level, rules=rules, orientation_alpha=0.01, backend=backend)
        assert two.adjacency.tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
        if rules in ("causal-learn", "standard"):
            assert two.separating_sets[0, 2] == [(1,)]
            assert two.orientation_tests_by_order.sum() > 0


@pytest.mark.parametrize("rules", RULES[1:])
@pytest.mark.parametrize("seed", range(3))
def test_the_columns_order_changes_nothing(rules, seed, gaussian_data):
    data = gaussian_data(seed, 12, 3, 300)
    found = run_pc(GaussianStatistics.from_data(data), alpha=0.05, rules=rules)
    order = np.random.default_rng(seed).permutation(12)
    turned = run_pc(GaussianStatistics.from_data(data[:, order]), alpha=0.05, rules=rules)
    assert np.array_equal(turned.adjacency, found.adjacency[np.ix_(order, order)])


def test_of_two_contradicting_colliders_the_surer_holds_and_equals_are_in_conflict():
    """0 -> 1 <- 2 and 1 -> 2 <- 3 cannot both hold."""
    skeleton = np.zeros((4, 4), dtype=bool)
    for i, j in ((0, 1), (1, 2), (2, 3)):
        skeleton[i, j] = skeleton[j, i] = True
    triples, verdicts = np.array([[0, 1, 2], [1, 2, 3]]), np.ones(2, dtype=np.int8)
    known = constraints(4, None, None)

    def directed(first, second):
        rank = np.full((4, 4), np.nan)
        rank[0, 2], rank[1, 3] = first, second
        graph, conflicts = orient(skeleton, triples, verdicts, known, rank=rank)
        arrows = {(i, j) for i, j in np.argwhere(graph & ~graph.T).tolist()}
        return arrows, int(conflicts.sum()) // 2

    assert directed(0.9, 0.2) == ({(0, 1), (2, 1)}, 0)
    assert directed(0.2, 0.9) == ({(1, 2), (3, 2)}, 0)
    assert directed(0.5, 0.5 + 1e-12) == ({(0, 1), (3, 2)}, 1)
    assert directed(0.5, np.nan) == directed(0.9, 0.2)
