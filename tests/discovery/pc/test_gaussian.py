"""Fisher's z against causal-learn's, and sentences for what it cannot test."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import norm

from causattn.base import CapabilityError, DataError
from causattn.discovery.pc import GaussianStatistics, run_pc


def test_z_is_that_of_causal_learn(gaussian_data):
    from causallearn.utils.cit import CIT

    data = gaussian_data(0, 7, 3, 300)
    theirs = CIT(data, "fisherz")
    statistics = GaussianStatistics.from_data(data)
    for x, y in combinations(range(7), 2):
        others = [v for v in range(7) if v not in (x, y)]
        for k in range(4):
            for given in combinations(others, k):
                ours = 2 * norm.sf(statistics.z(x, y, given))
                assert ours == pytest.approx(theirs(x, y, given), rel=1e-6, abs=1e-14)


def test_covariance_and_data_give_the_same(gaussian_data):
    data = gaussian_data(1, 10, 3, 500)
    one = run_pc(GaussianStatistics.from_data(data), alpha=0.05)
    scaled = data * np.arange(1, 11)
    statistics = GaussianStatistics.from_covariance(np.cov(scaled, rowvar=False), 500)
    assert np.array_equal(run_pc(statistics, alpha=0.05).adjacency, one.adjacency)


@pytest.mark.usefixtures("compile_always")
@pytest.mark.parametrize("backend", ["compiled", "reference"])
def test_evidence_is_each_pairs_most_independent_test(backend, gaussian_data):
    data = gaussian_data(2, 6, 3, 400)
    statistics = GaussianStatistics.from_data(data)
    result = run_pc(statistics, alpha=0.05, rules="causal-learn", backend=backend)
    for x, y in np.argwhere(np.triu(result.skeleton)):
        # An edge was tested to the end: given all subsets of either end's final neighbours.
        sets = {
            given
            for end in (x, y)
            for k in range(4)
            for given in combinations(
                [int(v) for v in np.flatnonzero(result.skeleton[end]) if v not in (x, y)], k
            )
        }
        smallest = min(statistics.z(x, y, given) for given in sets)
        assert result.statistic[x, y] <= smallest * (1 + 1e-9)
        assert result.p_value[x, y] < 0.05
    separated = ~result.skeleton & ~np.eye(6, dtype=bool)
    assert (result.p_value[separated] > 0.05).all()
    assert np.isnan(np.diagonal(result.p_value)).all()
    assert np.array_equal(result.p_value, result.p_value.T, equal_nan=True)


def test_strong_dependence_underflows_nothing():
    rng = np.random.default_rng(3)
    x = rng.standard_normal(100_000)
    data = np.stack([x, x + 0.01 * rng.standard_normal(100_000)], axis=1)
    statistics = GaussianStatistics.from_data(data)
    result = run_pc(statistics, alpha=1e-200, backend="reference")
    assert result.skeleton[0, 1]
    assert result.statistic[0, 1] > 1000


@pytest.mark.usefixtures("compile_always")
@pytest.mark.parametrize("backend", ["compiled", "reference"])
def test_fewer_rows_than_variables(backend):
    data = np.random.default_rng(4).standard_normal((20, 30))
    statistics = GaussianStatistics.from_data(data)
    result = run_pc(statistics, alpha=0.01, backend=backend)
    assert result.skeleton.sum() // 2 < 10


@pytest.mark.usefixtures("compile_always")
@pytest.mark.parametrize("backend", ["compiled", "reference"])
def test_too_few_rows_for_an_order(backend):
    rng = np.random.default_rng(5)
    data = rng.standard_normal((6, 1)) + 0.05 * rng.standard_normal((6, 8))
    statistics = GaussianStatistics.from_data(data)
    with pytest.raises(CapabilityError, match=r"needs more than 6 rows.*max_order to 2 or less"):
        run_pc(statistics, alpha=0.9999, backend=backend)
    assert len(run_pc(statistics, alpha=0.9999, backend=backend, max_order=2).tests_by_order) == 3


@pytest.mark.usefixtures("compile_always")
@pytest.mark.parametrize("backend", ["compiled", "reference"])
def test_a_singular_block_is_met_during_the_search(backend):
    # With fewer rows than variables singularity cannot be ruled out beforehand.
    rng = np.random.default_rng(6)
    data = rng.standard_normal((12, 1)) + 0.3 * rng.standard_normal((12, 14))
    data[:, 2] = data[:, 0] + data[:, 1]
    statistics = GaussianStatistics.from_data(data)
    with pytest.raises(DataError, match="linear combination of other columns"):
        run_pc(statistics, alpha=0.9999, backend=backend, max_order=4)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda d: d.__setitem__((3, 1), np.nan), "b has a missing or infinite value in row 3"),
        (lambda d: d.__setitem__((0, 2), np.inf), "c has a missing or infinite value in row 0"),
        (lambda d: d.__setitem__((slice(None), 1), 7.0), "b is constant"),
        (lambda d: d.__setitem__((slice(None), 2), -3 * d[:, 0]), "a and c are copies"),
        (
            lambda d: d.__setitem__((slice(None), 2), d[:, 0] - 2 * d[:, 1]),
            "c is an exact linear combination",
        ),
    ],
)
def test_bad_data_get_a_sentence(spoil, sentence):
    data = np.random.default_rng(7).standard_normal((50, 4))
    spoil(data)
    with pytest.raises(DataError, match=sentence):
        GaussianStatistics.from_data(data, "abcd")


def test_candidates_that_are_copies_are_met_where_only_their_correlations_are_computed():
    data = np.random.default_rng(8).standard_normal((50, 20))
    data[:, 7] = 2 - 3 * data[:, 3]
    statistics = GaussianStatistics.from_data(data, on_demand=True)
    allowed = np.zeros((20, 20), dtype=bool)
    allowed[3, 5] = allowed[5, 3] = True
    assert run_pc(statistics, alpha=0.01, allowed=allowed).tests == 1
    allowed[3, 7] = allowed[7, 3] = True
    with pytest.raises(DataError, match="number 3 and number 7 are copies of each other"):
        run_pc(statistics, alpha=0.01, allowed=allowed)


def test_bad_matrices_get_a_sentence():
    with pytest.raises(DataError, match="rows and columns"):
        GaussianStatistics.from_data(np.zeros(5))
    with pytest.raises(DataError, match="1 rows"):
        GaussianStatistics.from_data(np.zeros((1, 3)))
    with pytest.raises(DataError, match="3 rows; Fisher's z needs at least 4"):
        GaussianStatistics.from_data(np.random.default_rng(0).standard_normal((3, 2)))
    with pytest.raises(DataError, match="square and finite"):
        GaussianStatistics.from_covariance(np.ones((2, 3)), 100)
    with pytest.raises(DataError, match="variance of number 1 is 0"):
        GaussianStatistics.from_covariance(np.diag([1.0, 0.0]), 100)
    with pytest.raises(DataError, match="symmetric"):
        GaussianStatistics.from_correlation(np.array([[1, 0.5], [0.2, 1]]), 100)
    with pytest.raises(DataError, match="linear combination"):
        GaussianStatistics.from_covariance(np.array([[1, 1, 2], [1, 2, 3], [2, 3, 5.0]]), 100)


def test_one_variable_and_none():
    one = run_pc(GaussianStatistics.from_data(np.arange(10.0)[:, None]), alpha=0.05)
    assert one.adjacency.tolist() == [[0]]
    assert one.tests == 0
