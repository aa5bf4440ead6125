"""Moments as a commutative monoid, and their means and errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causattn.attention import AttentionMoments, AttentionSummary, read_summary, write_summary
from causattn.base import ArtefactError, DataError

FEATURES = 3


def of_observations(values: np.ndarray) -> AttentionMoments:
    """Moments of n documents, each with all features, [n, layers, heads, f, f]."""
    zero = AttentionMoments.zero(*values.shape[1:4])
    return AttentionMoments(
        zero.count + len(values),
        values.sum(0) + zero.sum,
        (values**2).sum(0) + zero.sum,
        values.max(0) if len(values) else zero.maximum,
    )


def same(one: AttentionMoments, other: AttentionMoments) -> None:
    np.testing.assert_array_equal(one.count, other.count)
    np.testing.assert_array_equal(one.maximum, other.maximum)
    np.testing.assert_allclose(one.sum, other.sum, rtol=1e-12)
    np.testing.assert_allclose(one.sum_of_squares, other.sum_of_squares, rtol=1e-12)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=6), st.integers(0, 2**32), st.data())
def test_merging_is_a_commutative_monoid(sizes, seed, data):
    """Shards merge to the whole in any order and any bracketing; no document changes nothing."""
    values = np.random.default_rng(seed).random((sum(sizes), 2, 2, FEATURES, FEATURES))
    shards = [of_observations(part) for part in np.split(values, np.cumsum(sizes)[:-1])]
    order = data.draw(st.permutations(range(len(shards))))
    left = AttentionMoments.zero(2, 2, FEATURES)
    for k in order:
        left = left.merge(shards[k])
    right = AttentionMoments.zero(2, 2, FEATURES)
    for k in reversed(order):
        right = shards[k].merge(right)
    for merged in (left, right):
        same(merged, of_observations(values))


def test_mean_and_standard_error_are_the_samples():
    values = np.random.default_rng(0).random((9, 2, 3, FEATURES, FEATURES))
    moments = of_observations(values)
    np.testing.assert_allclose(moments.mean(), values.mean(0))
    np.testing.assert_allclose(moments.standard_error(), values.std(0, ddof=1) / 3)


def test_what_was_seen_once_has_no_error_and_what_was_never_seen_is_zero():
    moments = of_observations(np.ones((1, 1, 1, FEATURES, FEATURES)))
    assert np.isnan(moments.standard_error()).all()
    nothing = AttentionMoments.zero(1, 1, FEATURES)
    assert (nothing.mean() == 0).all()
    assert np.isnan(nothing.standard_error()).all()


def summary(seed: int = 0) -> AttentionSummary:
    moments = of_observations(np.random.default_rng(seed).random((4, 2, 2, FEATURES, FEATURES)))
    return AttentionSummary(("a", "b", "雪"), {"raw": moments}, 4, "observed", {"model": "m"})


def test_summaries_merge_measure_by_measure():
    merged = summary(0).merge(summary(1))
    assert merged.documents == 8
    same(merged.measures["raw"], summary(0).measures["raw"].merge(summary(1).measures["raw"]))


def test_summaries_of_other_features_do_not_merge():
    other = AttentionSummary(("a", "b", "c"), {}, 1, "observed")
    with pytest.raises(DataError, match="cannot be merged"):
        summary().merge(other)
    with pytest.raises(DataError, match="cannot be merged"):
        summary().measures["raw"].merge(AttentionMoments.zero(1, 1, FEATURES))


def test_a_summary_comes_back_from_disk(tmp_path):
    write_summary(summary(), tmp_path / "kept")
    back = read_summary(tmp_path / "kept")
    assert (back.names, back.documents, back.query) == (("a", "b", "雪"), 4, "observed")
    assert back.about == {"model": "m"}
    for name in ("count", "sum", "sum_of_squares", "maximum"):
        expected = getattr(summary().measures["raw"], name)
        found = getattr(back.measures["raw"], name)
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == expected.dtype


def test_a_damaged_summary_is_refused(tmp_path):
    write_summary(summary(), tmp_path / "kept")
    path = tmp_path / "kept" / "moments.npz"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(ArtefactError, match="damaged"):
        read_summary(tmp_path / "kept")
