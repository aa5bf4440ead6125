"""The Gaussian BIC against causal-learn's, against least squares, and at its edges."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from causallearn.score.LocalScoreFunction import local_score_BIC, local_score_BIC_from_cov
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.base import DataError
from causattn.discovery.scores import Extensions, GaussianBIC, LocalScore


def linear_data(rng: np.random.Generator, rows: int, size: int) -> np.ndarray:
    weights = np.triu(rng.normal(size=(size, size)) * (rng.random((size, size)) < 0.4), 1)
    noise = rng.normal(size=(rows, size)) * rng.uniform(0.5, 2, size)
    return noise @ np.linalg.inv(np.eye(size) - weights) + rng.normal(size=size)


def random_families(rng: np.random.Generator, size: int, groups: int) -> Extensions:
    targets, parent_sets, candidate_sets = [], [], []
    for _ in range(groups):
        order = rng.permutation(size)
        count = rng.integers(0, min(size - 1, 6))
        targets.append(order[0])
        parent_sets.append(np.sort(order[1 : 1 + count]))
        candidate_sets.append(order[1 + count : 1 + count + rng.integers(0, size)])
    return Extensions(
        np.array(targets, dtype=np.int32),
        np.cumsum([0, *map(len, parent_sets)]),
        np.concatenate(parent_sets).astype(np.int32),
        np.cumsum([0, *map(len, candidate_sets)]),
        np.concatenate(candidate_sets).astype(np.int32),
    )


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(2, 8),
    penalty=st.sampled_from([0.0, 0.5, 1.0, 2.0]),
)
def test_same_number_as_causal_learn(seed, size, penalty):
    rng = np.random.default_rng(seed)
    data = linear_data(rng, int(rng.integers(20, 200)), size)
    score = GaussianBIC.from_data(data, penalty=penalty)
    covariance = np.cov(data.T, ddof=0)
    for target in range(size):
        others = [k for k in range(size) if k != target]
        parents = [k for k in others if rng.random() < 0.5]
        mine = score.local_score(target, parents)
        parameters = {"lambda_value": penalty}
        theirs = local_score_BIC_from_cov((covariance, len(data)), target, parents, parameters)
        assert mine == pytest.approx(theirs, rel=1e-9)
        assert mine == pytest.approx(local_score_BIC(data, target, parents, parameters), rel=1e-9)


def test_value_by_least_squares():
    rng = np.random.default_rng(0)
    data = linear_data(rng, 100, 4)
    design = np.column_stack([np.ones(100), data[:, [0, 2]]])
    residual = data[:, 3] - design @ np.linalg.lstsq(design, data[:, 3], rcond=None)[0]
    expected = -50 * (1 + np.log(np.mean(residual**2))) - 0.5 * 3 * np.log(100)
    assert GaussianBIC.from_data(data).local_score(3, [2, 0]) == pytest.approx(expected)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(2, 30), threads=st.integers(1, 3))
def test_compiled_gains_equal_differences_of_local_scores(seed, size, threads):
    rng = np.random.default_rng(seed)
    score = GaussianBIC.from_data(linear_data(rng, 80, size))
    families = random_families(rng, size, 25)
    compiled = score.gains(families, threads=threads)
    np.testing.assert_allclose(compiled, LocalScore.gains(score, families), rtol=1e-8, atol=1e-7)
    floored = score.gains(families, floor=1.5)
    np.testing.assert_array_equal(floored, np.where(compiled > 1.5, compiled, -np.inf))


def test_score_equivalence():
    score = GaussianBIC.from_data(linear_data(np.random.default_rng(1), 60, 3))
    totals = {
        round(sum(score.local_score(order[k], order[:k]) for k in range(3)), 8)
        for order in itertools.permutations(range(3))
    }
    assert len(totals) == 1
    chain = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    assert score.total(chain) == pytest.approx(score.total(chain.T))


def test_memory_counts_each_local_score_once():
    score = GaussianBIC.from_data(linear_data(np.random.default_rng(1), 60, 3))
    assert score.local_score(0, [1, 2]) == score.local_score(0, (2, 1))
    assert score.evaluations == 1


def test_units_of_the_data_do_not_matter_for_gains():
    data = linear_data(np.random.default_rng(2), 200, 4)
    families = random_families(np.random.default_rng(3), 4, 10)
    first = GaussianBIC.from_data(data).gains(families)
    second = GaussianBIC.from_data(data * np.array([1e-6, 1e6, 1.0, 1e3])).gains(families)
    np.testing.assert_allclose(first, second, rtol=1e-6, atol=1e-8)


def test_singular_covariance_is_said_and_a_ridge_mends_it():
    data = linear_data(np.random.default_rng(4), 50, 4)
    summed = np.column_stack([data, data[:, 0] + data[:, 1]])
    with pytest.raises(DataError, match=r"column 4 is a linear combination.*ridge"):
        GaussianBIC.from_data(summed)
    doubled = np.column_stack([data, 2 * data[:, 1]])
    with pytest.raises(DataError, match="column e is a multiple of column b"):
        GaussianBIC.from_data(doubled, names=list("abcde"))
    mended = GaussianBIC.from_data(summed, ridge=1e-6)
    assert np.isfinite(mended.local_score(4, [0, 1]))
    # The ridge is a share of the variance, so it hardly moves what was fine.
    plain = GaussianBIC.from_data(data).local_score(2, [0, 1])
    assert mended.local_score(2, [0, 1]) == pytest.approx(plain, abs=0.05)


def test_fewer_rows_than_variables():
    """Families that the rows can distinguish have a score, larger ones have none."""
    data = linear_data(np.random.default_rng(5), 6, 9)
    score = GaussianBIC.from_data(data)
    assert np.isfinite(score.local_score(0, [1, 2, 3]))
    assert score.local_score(0, [1, 2, 3, 4, 5]) == -np.inf
    assert score.local_score(0, [1, 2, 3, 4, 5, 6]) == -np.inf
    families = Extensions(
        np.array([0, 0], dtype=np.int32),
        np.array([0, 4, 9]),
        np.array([1, 2, 3, 4, 1, 2, 3, 4, 5], dtype=np.int32),
        np.array([0, 2, 4]),
        np.array([5, 6, 6, 7], dtype=np.int32),
    )
    assert np.all(score.gains(families) == -np.inf)


@pytest.mark.parametrize(
    ("break_it", "sentence"),
    [
        (lambda data: data.__setitem__((3, 1), np.nan), "Row 3 of column b is missing"),
        (lambda data: data.__setitem__((3, 1), np.inf), "Row 3 of column b is missing or infinite"),
        (lambda data: data.__setitem__((slice(None), 2), 0.1), "c is constant"),
    ],
)
def test_bad_data_are_refused_in_a_sentence(break_it, sentence):
    data = linear_data(np.random.default_rng(6), 40, 3)
    break_it(data)
    with pytest.raises(DataError, match=sentence):
        GaussianBIC.from_data(data, names=list("abc"))


@pytest.mark.parametrize(
    ("covariance", "options", "sentence"),
    [
        (np.zeros((2, 3)), {}, "square"),
        (np.array([[1, 0.5], [0.4, 1]]), {}, "not symmetric"),
        (np.array([[1, 2.0], [2.0, 1]]), {}, "beyond 1"),
        (np.array([[1, np.nan], [np.nan, 1]]), {}, "missing"),
        (np.eye(2), {"rows": 1}, "at least 2 rows"),
        (np.eye(2), {"penalty": -1.0}, "penalty"),
        (np.eye(2), {"ridge": -1.0}, "ridge"),
    ],
)
def test_bad_covariances_and_settings_are_refused(covariance, options, sentence):
    with pytest.raises(DataError, match=sentence):
        GaussianBIC(covariance, **{"rows": 100, **options})


def test_graph_of_another_size_is_refused():
    with pytest.raises(DataError, match="shape"):
        GaussianBIC(np.eye(2), rows=10).total(np.zeros((3, 3)))


def test_a_graphs_score_is_the_sum_of_its_families_scored_one_by_one():
    rng = np.random.default_rng(5)
    data = linear_data(rng, 60, 7)
    # Three parents of which one is the sum of the others have no score together.
    data = np.column_stack([data, data[:, 0] + data[:, 1]])
    covariance = np.cov(data.T, ddof=0)
    score = GaussianBIC(covariance, rows=8)
    dag = np.triu(rng.random((8, 8)) < 0.5, 1)
    dag[0, :] = False
    one_by_one = GaussianBIC(covariance, rows=8)
    expected = sum(one_by_one.local_score(j, np.flatnonzero(dag[:, j])) for j in range(8))
    assert score.total(dag) == pytest.approx(expected)
    assert score.evaluations == one_by_one.evaluations == 8
    dag[:, 3] = False
    dag[[0, 1, 7], 3] = True
    assert score.total(dag) == -np.inf
    assert score.local_score(3, [0, 1, 7]) == -np.inf
    assert np.isfinite(score.local_score(3, [0, 7]))
