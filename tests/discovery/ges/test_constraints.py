"""Restriction, knowledge and prior: what they promise, and what contradicts itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.base import CausattnError, ConfigError, DataError
from causattn.discovery.ges import run_ges
from causattn.discovery.ges import search as search_module
from causattn.discovery.ges.constraints import constraints
from causattn.discovery.ges.reference_graph import complete
from causattn.discovery.scores import BDeu, GaussianBIC
from causattn.graphs import dag_to_cpdag, topological_order
from causattn.graphs.marks import rows_as_sets
from tests.discovery.ges.cases import (
    discrete_data,
    linear_data,
    population_covariance,
    random_dag,
)

BACKENDS = ["reference", "compiled"]


def skeleton(matrix: np.ndarray) -> np.ndarray:
    return (matrix | matrix.T).astype(bool)


def moral(dag: np.ndarray) -> np.ndarray:
    """Adjacent or with a common child: the conditional independence graph of a faithful DAG."""
    married = (dag.astype(int) @ dag.T.astype(int)) > 0
    np.fill_diagonal(married, False)
    return skeleton(dag) | married


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("adaptive", "edges"), [("none", 2), ("v_structures", 3), ("unshielded_triples", 3)]
)
def test_a_shielded_collider_needs_adaptive_restriction(backend, adaptive, edges):
    """A -> B <- C with a weak A -> C; the candidates lack A - C."""
    dag = np.array([[0, 1, 1], [0, 0, 0], [0, 1, 0]])
    through = np.linalg.inv(np.eye(3) - dag * np.array([[0, 0.8, 0.2], [0, 0, 0], [0, 0.8, 0]]))
    score = GaussianBIC(through.T @ through, rows=5000)
    allowed = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    found = run_ges(score, allowed=allowed, adaptive=adaptive, backend=backend)
    assert np.count_nonzero(np.triu(skeleton(found.adjacency))) == edges
    if adaptive != "none":
        np.testing.assert_array_equal(found.adjacency, dag_to_cpdag(dag))


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(3, 9), degree=st.floats(1, 3))
def test_adaptive_restriction_finds_the_true_class(seed, size, degree):
    """Candidates with the skeleton: triples. With the conditional independence graph: colliders."""
    rng = np.random.default_rng(seed)
    dag = random_dag(rng, size, degree)
    score = GaussianBIC(population_covariance(rng, dag), rows=10**9)
    extra = rng.random((size, size)) < 0.1
    truth = dag_to_cpdag(dag)
    for allowed, adaptive in (
        (skeleton(dag) | extra | extra.T, "unshielded_triples"),
        (moral(dag) | extra | extra.T, "v_structures"),
    ):
        for backend in BACKENDS:
            found = run_ges(score, allowed=allowed, adaptive=adaptive, backend=backend)
            np.testing.assert_array_equal(found.adjacency, truth)


def test_strict_restriction_to_the_skeleton_can_fail_where_the_adaptive_one_does_not():
    failures = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        dag = random_dag(rng, 8, 3)
        score = GaussianBIC(population_covariance(rng, dag), rows=10**9)
        allowed = skeleton(dag)
        strict = run_ges(score, allowed=allowed, adaptive="none")
        assert not np.any(skeleton(strict.adjacency) & ~allowed)
        failures += not np.array_equal(strict.adjacency, dag_to_cpdag(dag))
    assert failures > 0


def test_restriction_saves_scores():
    rng = np.random.default_rng(0)
    dag = random_dag(rng, 60, 2)
    data = linear_data(rng, dag, 1000)
    free = run_ges(GaussianBIC.from_data(data))
    pairs = skeleton(dag)
    held = run_ges(GaussianBIC.from_data(data), allowed=pairs, adaptive="none")
    adaptive = run_ges(GaussianBIC.from_data(data), allowed=pairs)
    share = np.count_nonzero(pairs) / (60 * 59)
    assert held.local_scores < 4 * share * free.local_scores
    assert held.local_scores < adaptive.local_scores < free.local_scores / 2


@pytest.mark.parametrize("backend", BACKENDS)
@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(2, 8),
    kind=st.sampled_from(["required", "tiers"]),
)
def test_true_knowledge_gives_the_true_mpdag(backend, seed, size, kind):
    """The class of the truth, less the members that contradict what is known."""
    rng = np.random.default_rng(seed)
    dag = random_dag(rng, size, 2)
    facts = {}
    if kind == "required":
        facts["required"] = (dag == 1) & (rng.random((size, size)) < 0.3)
    else:
        tier = np.empty(size, dtype=int)
        tier[topological_order(dag)] = np.sort(rng.integers(0, 3, size))
        facts["forbidden"] = tier[:, None] > tier[None, :]
    score = GaussianBIC(population_covariance(rng, dag), rows=10**9)
    found = run_ges(score, backend=backend, **facts)
    truth = complete(
        rows_as_sets(dag.T), topological_order(dag).tolist(), constraints(size, **facts)
    )
    np.testing.assert_array_equal(found.adjacency, truth.to_matrix())


@pytest.mark.parametrize("kind", ["one way", "pairs"])
def test_prohibitions_bar_the_way_of_a_search_that_goes_by_them_alone(kind, monkeypatch):
    """True ones, population covariances: that fails in a tenth to a fifth of the cases."""
    cases, short = 60, 0
    for seed in range(cases):
        rng = np.random.default_rng(seed)
        dag = random_dag(rng, 8, 3)
        forbidden = (dag == 0) & (rng.random((8, 8)) < 0.3)
        if kind == "pairs":
            forbidden = np.triu(forbidden & (dag.T == 0), 1)
            forbidden |= forbidden.T
        else:
            forbidden &= ~forbidden.T
        score = GaussianBIC(population_covariance(rng, dag), rows=10**9)
        limits = constraints(8, forbidden=forbidden)
        member = rows_as_sets(dag.T), topological_order(dag).tolist()
        truth = complete(*member, limits).to_matrix()
        for backend in BACKENDS:
            found = run_ges(score, forbidden=forbidden, backend=backend)
            np.testing.assert_array_equal(found.adjacency, truth)
        with monkeypatch.context() as patch:
            patch.setattr(search_module, "_way_round", lambda search, limits, score, best: best)
            barred = run_ges(score, forbidden=forbidden)
        short += not np.array_equal(barred.adjacency, truth)
    assert 0.05 * cases < short < 0.35 * cases


def test_prohibitions_save_scores_all_the_same():
    rng = np.random.default_rng(0)
    dag = random_dag(rng, 60, 3)
    score = GaussianBIC.from_data(linear_data(rng, dag, 1000))
    free = run_ges(score).local_scores
    forbidden = (dag == 0) & (rng.random(dag.shape) < 0.7)
    pairs = np.triu(forbidden & (dag.T == 0), 1)
    assert run_ges(score, forbidden=pairs | pairs.T).local_scores < free
    tier = np.argsort(topological_order(dag)) // 20
    assert run_ges(score, forbidden=tier[:, None] > tier[None, :]).local_scores < free


def test_tiers_and_required_edges_bar_no_way():
    rng = np.random.default_rng(0)
    dag = random_dag(rng, 8, 3)
    tier = rng.integers(0, 3, 8)
    assert not constraints(8, forbidden=tier[:, None] > tier[None, :]).barred.any()
    assert not constraints(8, required=dag == 1).barred.any()
    assert not constraints(8).barred.any()
    pairs = np.triu(rng.random((8, 8)) < 0.3, 1)
    for forbidden in (pairs, pairs | pairs.T):
        assert np.array_equal(constraints(8, forbidden=forbidden).barred, forbidden)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(2, 10))
def test_knowledge_is_honoured_be_it_true_or_not(seed, size):
    rng = np.random.default_rng(seed)
    data = linear_data(rng, random_dag(rng, size, 3), 100)
    order = rng.permutation(size)
    earlier = np.argsort(order)[:, None] < np.argsort(order)[None, :]
    required = (rng.random((size, size)) < 0.15) & earlier
    forbidden = (rng.random((size, size)) < 0.3) & ~required
    score = GaussianBIC.from_data(data)
    found = run_ges(score, required=required, forbidden=forbidden, backend="compiled")
    gained = sum(step.gain for step in found.steps)
    assert found.score == pytest.approx(score.total(required) + gained, rel=1e-9)
    assert np.all(found.dag[required] == 1)
    assert not np.any(found.dag[forbidden])
    directed = (found.adjacency == 1) & (found.adjacency.T == 0)
    assert np.all(directed[required])
    # An undirected edge may point both ways, so neither way is forbidden.
    undirected = (found.adjacency == 1) & (found.adjacency.T == 1)
    assert not np.any(undirected & (forbidden | required))


def test_a_known_order_leaves_nothing_undirected_and_saves_scores():
    rng = np.random.default_rng(1)
    dag = np.triu(random_dag(rng, 30, 3) | random_dag(rng, 30, 3).T, 1).astype(np.uint8)
    data = linear_data(rng, dag, 1000)
    free = run_ges(GaussianBIC.from_data(data))
    order = run_ges(GaussianBIC.from_data(data), forbidden=np.tril(np.ones((30, 30)), -1))
    np.testing.assert_array_equal(order.adjacency, order.dag)
    assert not np.any(np.tril(order.adjacency))
    assert order.local_scores < free.local_scores
    missed = np.count_nonzero(order.dag != dag)
    assert missed < np.count_nonzero(free.adjacency != dag)


@pytest.mark.parametrize("backend", BACKENDS)
def test_prior_moves_edges_in_and_out(backend):
    rng = np.random.default_rng(2)
    dag = random_dag(rng, 7, 2)
    score = GaussianBIC.from_data(linear_data(rng, dag, 200))
    plain = run_ges(score, backend=backend)
    edge = tuple(np.argwhere(np.triu(skeleton(plain.adjacency)))[0])
    gap = tuple(np.argwhere(np.triu(~skeleton(plain.adjacency), 1))[0])
    prior = np.zeros((7, 7))
    prior[edge], prior[gap] = -1e6, 1e6
    prior += prior.T
    weighed = run_ges(score, edge_log_prior=prior, backend=backend)
    assert not skeleton(weighed.adjacency)[edge]
    assert skeleton(weighed.adjacency)[gap]
    assert weighed.score == pytest.approx(score.total(weighed.dag) + 1e6)
    np.testing.assert_allclose(
        run_ges(score, edge_log_prior=np.zeros((7, 7)), backend=backend).score, plain.score
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_bound_on_parents(backend):
    rng = np.random.default_rng(3)
    dag = random_dag(rng, 9, 6)
    for score in (
        GaussianBIC.from_data(linear_data(rng, dag, 1000)),
        BDeu(discrete_data(rng, dag, 1000)),
    ):
        for most in (0, 1, 2):
            found = run_ges(score, max_parents=most, backend=backend)
            for step in found.steps:
                assert step.phase == "backward" or len(step.clique) < most
        assert not run_ges(score, max_parents=0, backend=backend).steps


def square(*ones: tuple[int, int]) -> np.ndarray:
    matrix = np.zeros((3, 3), dtype=bool)
    for place in ones:
        matrix[place] = True
    return matrix


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"required": square((0, 1), (1, 2), (2, 0))}, ConfigError, "make the cycle"),
        ({"required": square((0, 1), (1, 0))}, ConfigError, "other way round"),
        (
            {"required": square((0, 1)), "forbidden": square((0, 1))},
            ConfigError,
            "number 0 -> number 1 is required and forbidden",
        ),
        ({"required": square((1, 1))}, ConfigError, "itself"),
        ({"required": square((0, 2), (1, 2)), "max_parents": 1}, ConfigError, "2 required parents"),
        ({"allowed": square((0, 1))}, DataError, "must be symmetric"),
        ({"allowed": np.ones((2, 2))}, DataError, "over 3 variables"),
        ({"edge_log_prior": np.ones((2, 2))}, DataError, "over 3 variables"),
        ({"edge_log_prior": np.full((3, 3), -np.inf)}, DataError, "not finite"),
        ({"edge_log_prior": np.triu(np.ones((3, 3)))}, DataError, "must be symmetric"),
        ({"adaptive": "sometimes"}, ConfigError, "adaptive='sometimes'"),
        ({"max_parents": -1}, ConfigError, "max_parents=-1"),
        ({"phases": ("sideways",)}, ConfigError, "'sideways'"),
        ({"threads": 0}, ConfigError, "threads=0"),
        ({"backend": "quick"}, ConfigError, "backend='quick'"),
    ],
)
def test_contradictions_and_unknown_words_are_refused(options, error, sentence):
    score = GaussianBIC(np.eye(3), rows=10)
    with pytest.raises(error, match=sentence) as caught:
        run_ges(score, **options)
    assert isinstance(caught.value, CausattnError)
    assert str(caught.value).count(". ") == 0


def test_required_parents_that_cannot_be_told_apart():
    rng = np.random.default_rng(4)
    data = rng.normal(size=(3, 5))
    required = np.zeros((5, 5), dtype=bool)
    required[1:4, 0] = True
    with pytest.raises(DataError, match="have no score"):
        run_ges(GaussianBIC.from_data(data), required=required)
