from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from causattn.results.compare.bootstrap import (
    FLIPS,
    holm,
    interval,
    seed_weights,
    shares,
    sign_flip_p,
    smallest_p,
)


def test_the_interval_is_as_wide_as_theory_says() -> None:
    """The mean of s values has variance s^2 / (s - 1) / s times their plain variance."""
    values = np.array([[3.0, 5.0, 4.0, 8.0, 1.0], [2.0, 2.5, 9.0, 4.0, 6.0]])
    weights = seed_weights(np.ones_like(values, dtype=bool), draws=20_000)
    low, high = interval(values, weights)
    error = np.sqrt((values.var(axis=1, ddof=1) / 5).sum()) / 2
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.04)
    assert (high + low) / 2 == pytest.approx(values.mean(), abs=0.15 * error)


def test_intervals_cover_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    weights = seed_weights(np.ones((6, 5), dtype=bool), draws=1000)
    hits = 0
    for _ in range(300):
        low, high = interval(rng.normal(1.0, 2.0, (6, 5)), weights)
        hits += low <= 1.0 <= high
    assert 0.91 <= hits / 300 <= 0.98


def test_a_copy_of_a_data_set_in_its_block_adds_nothing() -> None:
    values = np.array([[3.0, 5.0, 4.0, 8.0, 1.0], [2.0, 2.5, 9.0, 4.0, 6.0]])
    there = np.ones_like(values, dtype=bool)
    alone = interval(values, seed_weights(there))
    twice, blocks = values[[0, 0, 0, 1]], "aaab"
    blocked = interval(twice, seed_weights(there[[0, 0, 0, 1]], blocks), blocks)
    assert blocked == pytest.approx(alone)
    # As if they were independent, the copies would narrow the interval.
    copies = interval(values[[0, 0, 0]], seed_weights(there[[0, 0, 0]]))
    one = interval(values[:1], seed_weights(there[:1]))
    assert copies[1] - copies[0] < 0.7 * (one[1] - one[0])


def test_intervals_of_nested_samples_cover_as_often_as_they_say() -> None:
    """Three sizes a network, the larger one holding the smaller: means of 2, 4 and 8 values."""
    rng = np.random.default_rng(1)
    blocks = [network for network in range(4) for _ in range(3)]
    weights = seed_weights(np.ones((12, 5), dtype=bool), blocks, draws=1000)
    hits = 0
    for _ in range(300):
        rows = rng.normal(1.0, 2.0, (4, 5, 8))
        nested = np.stack([rows[..., :size].mean(axis=2) for size in (2, 4, 8)], axis=1)
        low, high = interval(nested.reshape(12, 5), weights, blocks)
        hits += low <= 1.0 <= high
    assert 0.90 <= hits / 300 <= 0.98


def test_blocks_count_alike_and_data_sets_alike_within_them() -> None:
    there = np.array([True, True, False, True])
    assert shares(there, "aaab").tolist() == [0.25, 0.25, 0.0, 0.5]
    assert shares(there).tolist() == pytest.approx([1 / 3, 1 / 3, 0.0, 1 / 3])


def test_missing_seeds_and_single_seeds() -> None:
    drawn = np.array([[True, True, True], [True, False, False]])
    weights = seed_weights(drawn)
    assert weights[0].sum(axis=1) == pytest.approx(np.ones(len(weights[0])))
    assert (weights[1][:, 1:] == 0).all()
    low, high = interval(np.array([[1.0, 2.0, np.nan], [4.0, np.nan, np.nan]]), weights)
    assert low < 2.75 < high
    assert np.isnan(interval(np.array([[4.0, np.nan, np.nan]]), weights[1:])).all()
    assert np.isnan(interval(np.full((2, 3), np.nan), weights)).all()
    assert interval(np.full((1, 3), 7.0), weights[:1]) == (7.0, 7.0)


def brute_force(values: np.ndarray) -> float:
    flipped = [abs(np.dot(signs, values)) for signs in product((-1, 1), repeat=len(values))]
    return float(np.mean(np.array(flipped) >= abs(values.sum()) - 1e-9))


@given(st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=9))
def test_few_differences_are_flipped_in_all_ways(values: list[float]) -> None:
    found = sign_flip_p(np.array(values))
    assert found == pytest.approx(brute_force(np.array(values)))


def test_many_differences_agree_with_scipys_permutation_test() -> None:
    values = np.random.default_rng(3).normal(0.25, 1.0, 60)
    expected = stats.permutation_test(
        (values, np.zeros(60)),
        lambda a, b, axis: np.mean(a - b, axis=axis),
        permutation_type="samples",
        n_resamples=20_000,
        rng=np.random.default_rng(1),
    )
    found = sign_flip_p(values / 60)
    assert found == pytest.approx(expected.pvalue, abs=0.01)


def test_ties_have_p_one_and_no_p_is_below_what_the_draws_allow() -> None:
    assert sign_flip_p(np.zeros(5)) == 1.0
    assert sign_flip_p(np.ones(3)) == smallest_p(3) == 0.25
    assert sign_flip_p(np.ones(40)) == pytest.approx(1 / (1 + FLIPS))
    assert smallest_p(40) == pytest.approx(1 / (1 + FLIPS))


def test_p_values_of_equals_are_uniform() -> None:
    rng = np.random.default_rng(5)
    p = [sign_flip_p(rng.normal(size=10)) for _ in range(400)]
    assert stats.kstest(p, "uniform").pvalue > 0.001


def test_holm_by_hand() -> None:
    assert holm(np.array([0.01, 0.04, 0.03, 0.5])).tolist() == pytest.approx(
        [0.04, 0.09, 0.09, 0.5]
    )
    assert holm(np.array([0.6, 0.7])).tolist() == [1.0, 1.0]
