"""Batches of the work: each sequence once, no more tokens than asked for, the longest first."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from causattn.attention.corpus_sum.work import OBSERVED, Work


@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=60),
    kinds=st.integers(1, 60),
    tokens=st.integers(1, 200),
    padding=st.booleans(),
    seed=st.integers(0, 100),
)
def test_batches_hold_each_sequence_once_and_no_more_tokens_than_asked(
    lengths, kinds, tokens, padding, seed
):
    count = len(lengths)
    own = np.array(lengths)
    kind = np.random.default_rng(seed).integers(kinds, size=count) * 100 + own
    work = Work(np.arange(count), np.full(count, OBSERVED), np.ones(count, dtype=np.int64), kind)
    batches = work.batches(own, tokens, padding)
    assert sorted(np.concatenate(batches).tolist()) == list(range(count))
    longest = [int(own[rows].max()) for rows in batches]
    assert longest == sorted(longest, reverse=True)
    for rows, length in zip(batches, longest, strict=True):
        assert len(rows) == 1 or len(rows) * length <= tokens
        assert padding or (own[rows] == length).all()


def test_few_kinds_are_never_mixed():
    lengths = np.array([4] * 20 + [5] * 20)
    kind = np.array([0] * 10 + [1] * 10 + [2] * 20)
    work = Work(np.arange(40), np.full(40, OBSERVED), np.ones(40, dtype=np.int64), kind)
    batches = work.batches(lengths, 1_000)
    assert [set(kind[rows].tolist()) for rows in batches] == [{2}, {1}, {0}]


@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=20),
    tokens=st.integers(1, 200),
)
def test_an_example_has_the_shortest_and_the_longest_that_fit_beside_each_other(lengths, tokens):
    own = np.array(lengths)
    each = np.arange(len(own))
    work = Work(each, np.full(len(own), OBSERVED), np.ones(len(own), dtype=np.int64), own)
    rows = work.mixed(own, tokens)
    assert len(set(rows.tolist())) == len(rows) <= 4
    fitting = own[own * 2 <= tokens]
    if len(fitting):
        assert (own[rows].min(), own[rows].max()) == (fitting.min(), fitting.max())
        assert len(rows) * own[rows].max() <= tokens
        assert len(rows) >= min(2, len(fitting))
    else:
        assert own[rows].tolist() == [own.min()]
