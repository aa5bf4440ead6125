"""Candidates: fewer tests, and no false colliders over pairs that were not tested."""

import gzip
from importlib.resources import files

import numpy as np
import pytest
from scipy.stats import norm

from causattn.base import CausattnError, ConfigError
from causattn.discovery.pc import (
    DiscreteStatistics,
    GaussianStatistics,
    run_pc,
    run_restricted_pc_with,
)
from causattn.graphs import dag_to_cpdag

RULES = ("causal-learn", "standard", "majority", "conservative")


def pairs(size, *edges):
    allowed = np.zeros((size, size), dtype=bool)
    for i, j in edges:
        allowed[i, j] = allowed[j, i] = True
    return allowed


def chain(rows=5000):
    rng = np.random.default_rng(0)
    x = rng.standard_normal(rows)
    y = x + rng.standard_normal(rows)
    return np.stack([x, y, y + rng.standard_normal(rows)], axis=1)


@pytest.mark.parametrize("rules", RULES)
def test_a_chain_whose_ends_are_no_candidates_is_no_collider(rules):
    allowed = pairs(3, (0, 1), (1, 2))
    result = run_pc(GaussianStatistics.from_data(chain()), alpha=0.01, rules=rules, allowed=allowed)
    assert result.adjacency.tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    assert result.tests_by_order[0] == 2
    assert result.orientation_tests_by_order.sum() > 0
    if rules in ("causal-learn", "standard"):
        assert result.separating_sets[0, 2] == [(1,)]


def test_the_same_chain_handed_to_causal_learn_as_forbidden_edges_is_one(by_causal_learn):
    from causallearn.utils.PCUtils.BackgroundKnowledge import BackgroundKnowledge

    data = chain()
    _, found = by_causal_learn(data, 0.01, "fisherz")
    nodes = found.G.get_nodes()
    knowledge = BackgroundKnowledge()
    knowledge.add_forbidden_by_node(nodes[0], nodes[2]).add_forbidden_by_node(nodes[2], nodes[0])
    adjacency, _ = by_causal_learn(data, 0.01, "fisherz", background_knowledge=knowledge)
    assert adjacency.tolist() == [[0, 1, 0], [0, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize("rules", RULES)
def test_a_collider_whose_ends_are_no_candidates_stays_one(rules):
    rng = np.random.default_rng(1)
    x, z = rng.standard_normal((2, 5000))
    data = np.stack([x, x + z + rng.standard_normal(5000), z], axis=1)
    result = run_pc(
        GaussianStatistics.from_data(data),
        alpha=0.01,
        rules=rules,
        allowed=pairs(3, (0, 1), (1, 2)),
    )
    assert result.adjacency.tolist() == [[0, 1, 0], [0, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize("rules", RULES)
def test_a_true_edge_left_out_leaves_its_triple_undecided(rules):
    rng = np.random.default_rng(2)
    x = rng.standard_normal(5000)
    z = 2 * x + rng.standard_normal(5000)
    data = np.stack([x, x + z + rng.standard_normal(5000), z], axis=1)
    result = run_pc(
        GaussianStatistics.from_data(data),
        alpha=0.01,
        rules=rules,
        allowed=pairs(3, (0, 1), (1, 2)),
    )
    assert result.adjacency.tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    assert result.undecided.tolist() == [[0, 1, 2]]
    assert (0, 2) not in result.separating_sets


@pytest.mark.parametrize("rules", RULES)
def test_pairs_that_are_no_candidates_are_tested_only_for_orientation(rules, gaussian_data):
    statistics = GaussianStatistics.from_data(gaussian_data(4, 10, 3, 500))
    rng = np.random.default_rng(4)
    allowed = np.triu(rng.random((10, 10)) < 0.5, 1)
    allowed |= allowed.T
    asked = []

    def ask(x, y, given):
        asked.append((x, y))
        return 2 * norm.sf(statistics.z(x, y, given))

    result = run_restricted_pc_with(ask, 10, 0.05, allowed=allowed, rules=rules)
    assert np.array_equal(
        result.adjacency,
        run_pc(statistics, alpha=0.05, rules=rules, allowed=allowed).adjacency,
    )
    assert not (result.skeleton & ~allowed).any()
    first = result.tests_by_order.sum()
    assert all(allowed[pair] for pair in asked[:first])
    # A test that was asked before is not asked again.
    assert len(asked) <= result.tests
    skeleton = result.skeleton
    for x, y in asked[first:]:
        assert (skeleton[x] & skeleton[y]).any()
        assert not skeleton[x, y]
    assert np.isnan(result.p_value[~allowed]).all()


@pytest.mark.parametrize("seed", range(4))
def test_no_test_of_an_edge_can_be_spared(seed, gaussian_data):
    # Had any of them come out independent, the skeleton would be another.
    statistics = GaussianStatistics.from_data(gaussian_data(seed, 9, 3, 400))
    allowed = np.triu(np.random.default_rng(seed).random((9, 9)) < 0.6, 1)
    allowed |= allowed.T

    def run(changed=None):
        asked = []

        def ask(x, y, given):
            asked.append((x, y, given))
            p = 2 * norm.sf(statistics.z(x, y, given))
            return 1.0 if (x, y, given) == changed else p

        found = run_restricted_pc_with(ask, 9, 0.05, allowed=allowed)
        return found, asked[: found.tests_by_order.sum()]

    found, asked = run()
    of_edges = [test for test in asked if found.skeleton[test[:2]]]
    assert 0 < len(of_edges) == found.tests_of_edges < len(asked)
    for test in of_edges:
        assert not run(test)[0].skeleton[test[:2]]


def test_all_pairs_allowed_is_no_restriction(gaussian_data):
    statistics = GaussianStatistics.from_data(gaussian_data(6, 15, 3, 500))
    for rules in RULES:
        free = run_pc(statistics, alpha=0.05, rules=rules)
        bound = run_pc(statistics, alpha=0.05, rules=rules, allowed=np.ones((15, 15), dtype=bool))
        assert np.array_equal(free.adjacency, bound.adjacency)
        assert np.array_equal(free.tests_by_order, bound.tests_by_order)


def test_no_pair_allowed():
    nothing = np.zeros((3, 3), dtype=bool)
    result = run_pc(GaussianStatistics.from_data(chain()), alpha=0.01, allowed=nothing)
    assert not result.adjacency.any()
    assert result.tests == 0


@pytest.fixture(scope="module")
def alarm():
    """10,000 rows of alarm, its true CPDAG and its skeleton."""
    from pgmpy.readwrite import BIFReader

    packed = files("pgmpy.utils.example_models").joinpath("alarm.bif.gz").read_bytes()
    model = BIFReader(string=gzip.decompress(packed).decode()).get_model()
    nodes = sorted(model.nodes())
    rows = model.simulate(10_000, seed=0, show_progress=False)[nodes]
    data = np.stack([rows[name].astype("category").cat.codes for name in nodes], axis=1)
    dag = np.zeros((len(nodes), len(nodes)), dtype=bool)
    for source, target in model.edges():
        dag[nodes.index(source), nodes.index(target)] = True
    return DiscreteStatistics.from_data(data, "g_square", nodes), dag


@pytest.mark.parametrize("extra", ["random", "spouses"])
@pytest.mark.parametrize("rules", RULES)
def test_alarm_with_92_candidates_is_as_good_with_a_fifth_of_the_tests(rules, extra, alarm):
    statistics, dag = alarm
    truth, allowed = dag_to_cpdag(dag), dag | dag.T
    rng = np.random.default_rng(0)
    count = dag.astype(int)
    weight = rng.random(dag.shape) + (count @ count.T if extra == "spouses" else 0)
    others = np.argwhere(np.triu(~allowed, 1))
    others = others[np.argsort(-weight[tuple(others.T)])]
    for i, j in others[: 92 - int(dag.sum())]:
        allowed[i, j] = allowed[j, i] = True
    assert allowed.sum() == 2 * 92

    def distance(graph):
        wrong = (graph != truth) | (graph.T != truth.T)
        return int(np.triu(wrong).sum())

    free = run_pc(statistics, alpha=0.01, rules=rules)
    bound = run_pc(statistics, alpha=0.01, rules=rules, allowed=allowed)
    assert distance(bound.adjacency) <= distance(free.adjacency) + 3
    assert bound.tests_by_order.sum() < free.tests_by_order.sum() / 4
    assert bound.tests < free.tests / 2
    if rules == "causal-learn":
        assert distance(free.adjacency) < 10


def test_levels_by_pair(gaussian_data):
    statistics = GaussianStatistics.from_data(gaussian_data(7, 12, 3, 300))
    plain = run_pc(statistics, alpha=0.05, rules="causal-learn")
    constant = run_pc(statistics, alpha=np.full((12, 12), 0.05), rules="causal-learn")
    assert np.array_equal(plain.adjacency, constant.adjacency)
    # A pair at level 1 is kept whatever the data say, one at level 0 goes at the first test.
    level = np.full((12, 12), 0.05)
    gone = np.argwhere(np.triu(~plain.skeleton, 1))[0]
    kept = np.argwhere(np.triu(plain.skeleton, 1))[0]
    level[tuple(gone)] = level[tuple(gone[::-1])] = 1
    level[tuple(kept)] = level[tuple(kept[::-1])] = 0
    for backend in ("compiled", "reference"):
        weighed = run_pc(statistics, alpha=level, rules="standard", backend=backend)
        assert weighed.skeleton[tuple(gone)]
        assert not weighed.skeleton[tuple(kept)]


def test_bad_questions_get_a_sentence():
    statistics = GaussianStatistics.from_data(chain())
    lopsided = np.zeros((3, 3), dtype=bool)
    lopsided[0, 1] = True
    with pytest.raises(ConfigError, match="symmetric"):
        run_pc(statistics, alpha=0.05, allowed=lopsided)
    with pytest.raises(ConfigError, match=r"shape \(3, 3\)"):
        run_pc(statistics, alpha=0.05, allowed=np.ones((2, 2)))
    with pytest.raises(ConfigError, match="between 0 and 1"):
        run_pc(statistics, alpha=1.5)
    with pytest.raises(ConfigError, match="between 0 and 1"):
        run_pc(statistics, alpha=float("nan"))
    with pytest.raises(ConfigError, match="alpha must be one number"):
        run_pc(statistics, alpha=np.full(3, 0.05))
    with pytest.raises(ConfigError, match="alpha must be symmetric"):
        run_pc(statistics, alpha=np.arange(9).reshape(3, 3) / 10)
    with pytest.raises(ConfigError, match="choose one of causal-learn, standard"):
        run_pc(statistics, alpha=0.05, rules="textbook")
    with pytest.raises(ConfigError, match="choose one of compiled, reference"):
        run_pc(statistics, alpha=0.05, backend="cuda")
    with pytest.raises(CausattnError, match=r"gave nan for variables 0 and 1"):
        run_restricted_pc_with(lambda x, y, given: float("nan"), 3, 0.05)
