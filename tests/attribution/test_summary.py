"""The summary as a commutative monoid, and on disk."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causattn.attention import AttentionMoments
from causattn.attribution import AttributionSummary, read_attribution, write_attribution
from causattn.base import DataError
from causattn.candidates import attention_score, attribution_score, summary_score


def summary(seed: int, size: int = 3) -> AttributionSummary:
    """Sums of some documents' contributions, drawn."""
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=(int(rng.integers(1, 6)), size, size))
    seen = rng.random(drawn.shape) < 0.7
    drawn = np.where(seen, drawn, 0.0)
    moments = AttentionMoments(
        seen.sum(0).astype(np.int64),
        np.abs(drawn).sum(0)[None, None],
        (drawn**2).sum(0)[None, None],
        np.abs(drawn).max(0)[None, None],
    )
    about = {"model": "m", "sequences": len(drawn)}
    return AttributionSummary(
        tuple("abc")[:size], moments, drawn.sum(0), len(drawn), "masked", "occlusion", about
    )


def assert_same(one: AttributionSummary, other: AttributionSummary) -> None:
    for part in ("count", "sum", "sum_of_squares", "maximum"):
        assert np.allclose(getattr(one.moments, part), getattr(other.moments, part))
    assert np.allclose(one.signed, other.signed)
    assert (one.documents, one.about) == (other.documents, other.about)


@given(st.integers(0, 999), st.integers(0, 999), st.integers(0, 999))
def test_merging_is_associative_and_commutative(one, two, three):
    a, b, c = summary(one), summary(two), summary(three)
    assert_same(a.merge(b).merge(c), a.merge(b.merge(c)))
    assert_same(a.merge(b), b.merge(a))


@given(st.integers(0, 999))
def test_signed_means_and_errors_are_those_of_the_documents(seed):
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=(int(rng.integers(2, 9)), 2, 2))
    moments = AttentionMoments(
        np.full((2, 2), len(drawn)),
        np.abs(drawn).sum(0)[None, None],
        (drawn**2).sum(0)[None, None],
        np.abs(drawn).max(0)[None, None],
    )
    found = AttributionSummary(("a", "b"), moments, drawn.sum(0), len(drawn), "masked", "lime")
    assert np.allclose(found.signed_mean(), drawn.mean(0))
    expected = drawn.std(0, ddof=1) / np.sqrt(len(drawn))
    assert np.allclose(found.signed_standard_error(), expected, atol=1e-7)


@pytest.mark.parametrize(
    "change", [{"names": ("x", "y", "z")}, {"query": "label"}, {"method": "lime"}]
)
def test_what_does_not_belong_together_is_not_merged(change):
    with pytest.raises(DataError, match="cannot be merged"):
        summary(0).merge(replace(summary(1), **change))


def test_it_is_read_as_it_was_written(tmp_path):
    written = summary(7)
    write_attribution(written, tmp_path / "there")
    read = read_attribution(tmp_path / "there")
    assert_same(read, written)
    assert (read.names, read.query, read.method) == (written.names, written.query, written.method)


def test_the_score_is_turned_over_as_attentions_is():
    found = summary(3)
    score = attribution_score(found)
    off = ~np.eye(3, dtype=bool)
    assert np.allclose(score[off], found.moments.mean()[0, 0].T[off])
    assert np.allclose(score, attention_score(found.as_attention()))
    assert np.allclose(score, summary_score(found))
    assert not score.diagonal().any()


def test_nothing_contributing_is_said():
    empty = replace(summary(1), moments=AttentionMoments.zero(1, 1, 3))
    with pytest.raises(DataError, match="0 everywhere"):
        attribution_score(empty)
