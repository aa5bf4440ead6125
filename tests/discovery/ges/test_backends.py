"""The compiled search makes the moves of the plain one, whatever is asked of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.discovery.ges import GESResult, run_ges
from causattn.discovery.scores import BDeu, DiscreteBIC, GaussianBIC, LocalScore
from causattn.graphs import dag_to_cpdag
from tests.discovery.ges.cases import (
    constraint_options,
    discrete_data,
    linear_data,
    random_dag,
)


def assert_same(first: GESResult, second: GESResult) -> None:
    moves = [
        [(step.phase, step.source, step.target, step.clique) for step in result.steps]
        for result in (first, second)
    ]
    assert moves[0] == moves[1]
    np.testing.assert_allclose(
        [step.gain for step in first.steps], [step.gain for step in second.steps], rtol=1e-6
    )
    np.testing.assert_array_equal(first.adjacency, second.adjacency)
    np.testing.assert_array_equal(first.dag, second.dag)
    assert first.score == pytest.approx(second.score, rel=1e-12)
    np.testing.assert_allclose(first.edge_support, second.edge_support, rtol=1e-6)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(2, 12), degree=st.floats(1, 5))
def test_same_moves_on_gaussian_data(seed, size, degree):
    rng = np.random.default_rng(seed)
    dag = random_dag(rng, size, degree)
    data = linear_data(rng, dag, int(rng.choice([30, 200, 1000])))
    options = constraint_options(rng, size, dag)
    reference = run_ges(GaussianBIC.from_data(data), backend="reference", **options)
    for backend in ("plain", "compiled"):
        found = run_ges(GaussianBIC.from_data(data), backend=backend, **options)
        assert_same(reference, found)


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(2, 7),
    make=st.sampled_from([BDeu, DiscreteBIC]),
)
def test_same_moves_on_discrete_data(seed, size, make):
    rng = np.random.default_rng(seed)
    dag = random_dag(rng, size, 2)
    data = discrete_data(rng, dag, 200)
    options = constraint_options(rng, size, dag)
    reference = run_ges(make(data), backend="reference", **options)
    for backend in ("plain", "compiled"):
        assert_same(reference, run_ges(make(data), backend=backend, **options))


def test_same_moves_beyond_one_machine_word():
    """More than 64 variables: sets of two words."""
    rng = np.random.default_rng(7)
    data = linear_data(rng, random_dag(rng, 70, 1.5), 300)
    score = GaussianBIC.from_data(data, penalty=2.0)
    assert_same(run_ges(score, backend="reference"), run_ges(score, backend="compiled"))


class _Slow(LocalScore):
    """A score that knows local scores only, as a user might write one."""

    def __init__(self, inner: LocalScore) -> None:
        super().__init__()
        self.inner = inner
        self.size = inner.size

    def _compute(self, target: int, parents: tuple[int, ...]) -> float:
        return self.inner.local_score(target, parents)


def test_any_local_score_will_do():
    rng = np.random.default_rng(8)
    score = GaussianBIC.from_data(linear_data(rng, random_dag(rng, 8, 2), 200))
    slow = _Slow(score)
    assert_same(run_ges(slow, backend="compiled"), run_ges(score, backend="compiled"))
    assert slow.evaluations > 0


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_change_nothing(threads):
    rng = np.random.default_rng(9)
    dag = random_dag(rng, 40, 2)
    for score in (
        GaussianBIC.from_data(linear_data(rng, dag, 300)),
        BDeu(discrete_data(rng, dag, 300)),
    ):
        assert_same(
            run_ges(score, backend="compiled"),
            run_ges(score, backend="compiled", threads=threads),
        )


@pytest.mark.parametrize("seed", range(4))
def test_incremental_search_is_consistent_at_medium_size(seed):
    """What the plain search is too slow for: gains add up, and the class is that of the member."""
    rng = np.random.default_rng(seed)
    dag = random_dag(rng, 100, 4)
    score = GaussianBIC.from_data(linear_data(rng, dag, 500))
    found = run_ges(score)
    total = score.total(np.zeros_like(dag)) + sum(step.gain for step in found.steps)
    assert found.score == pytest.approx(total, rel=1e-10)
    np.testing.assert_array_equal(dag_to_cpdag(found.dag), found.adjacency)
    again = run_ges(score)
    assert again.steps == found.steps
