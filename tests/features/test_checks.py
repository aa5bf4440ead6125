"""Columns that must not be: each refused in words that name it, or dropped when asked."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from causattn.base import ConfigError, DataError
from causattn.corpora import Corpus, Mentions
from causattn.features import FeatureKind, FeatureTable, build_features, dependent_columns
from causattn.graphs import CausalGraph


def _corpus(columns, categories=None, unseen=()):
    """A corpus with these variables, each mentioned in every document unless unseen."""
    values = np.column_stack([np.asarray(column, dtype=float) for column in columns.values()])
    count, width = values.shape
    seen = [k for k, name in enumerate(columns) if name not in unseen]
    return Corpus(
        name="made",
        texts=["x" * width] * count,
        variables=tuple(columns),
        values=values,
        categories=tuple((categories or {}).get(name) for name in columns),
        mentions=Mentions(
            np.repeat(np.arange(count), len(seen)),
            np.tile(seen, count),
            np.tile(seen, count),
            np.tile(seen, count) + 1,
        ),
    )


def _build(corpus, **settings):
    return build_features({"kind": "slots", **settings}, corpus)


NOISE = np.random.default_rng(0).normal(size=(50, 4))


def test_constant_column():
    with pytest.raises(DataError, match="Feature b has the same value in every document"):
        _build(_corpus({"a": NOISE[:, 0], "b": np.ones(50)}))


def test_infinite_values_are_counted():
    values = NOISE[:, :2].copy()
    values[[3, 7], 1] = np.inf, -np.inf
    kinds = (FeatureKind.SLOT,) * 2
    with pytest.raises(DataError, match="Feature b has 2 infinite values; drop those"):
        FeatureTable(("a", "b"), kinds, values, (None, None), Mentions.empty(), np.arange(50))


def test_constant_columns_are_all_named_or_dropped_and_the_truth_stays():
    names = ("a", "b", "c", "d")
    corpus = _corpus({"a": NOISE[:, 0], "b": np.ones(50), "c": NOISE[:, 1], "d": np.zeros(50)})
    with pytest.raises(DataError, match=r"Features b, d have .*exclude=\[b,d\]\) or set"):
        _build(corpus)
    table = _build(corpus, collinear="drop")
    assert table.names == ("a", "c")
    assert table.about["dropped_constant"] == ["b", "d"]
    np.testing.assert_array_equal(table.values, NOISE[:, :2])
    links = np.zeros((4, 4))
    links[0, 1] = links[1, 2] = 1
    truth = CausalGraph.from_adjacency(links, names, direction="from row to column", kind="dag")
    kept = replace(corpus, truth=truth).truth_over(table.names)
    assert [(edge.source, edge.symbol, edge.target) for edge in kept.edges()] == [("a", "-->", "c")]
    with pytest.raises(DataError, match="Feature b has the same value"):
        _build(_corpus({"b": np.ones(50)}), collinear="drop")


def test_constant_and_dependent_columns_are_named_together():
    made = {"a": NOISE[:, 0], "b": np.ones(50), "c": NOISE[:, 1], "d": 2 * NOISE[:, 1]}
    with pytest.raises(ConfigError, match=r"1\. Feature b has .* 2\. .*d is a linear combination"):
        _build(_corpus(made))


def test_like_columns():
    corpus = _corpus({"a": NOISE[:, 0], "b": NOISE[:, 1], "c": NOISE[:, 0]})
    with pytest.raises(DataError, match=r"a and c say the same .*exclude=\[c\]\) or set"):
        _build(corpus)
    table = _build(corpus, collinear="drop")
    assert table.names == ("a", "b")
    assert table.about["dropped_collinear"] == {"c": ["a"]}


def test_a_feature_that_is_the_outcome():
    corpus = _corpus({"a": NOISE[:, 0], "b": NOISE[:, 1]})
    leaked = replace(corpus, outcome=NOISE[:, 1], outcome_name="answer")
    for collinear in ("error", "drop"):
        with pytest.raises(DataError, match=r"b and answer say the same .*exclude=\[b\]"):
            _build(leaked, collinear=collinear)
    follows = replace(corpus, outcome=NOISE[:, 1] + NOISE[:, 0], outcome_name="answer")
    assert _build(follows).names == ("a", "b", "answer")


def test_like_columns_under_other_names():
    codes = np.tile([0, 1, 1, 2, 0], 10)
    names = {"a": ("n", "m", "p"), "b": ("low", "mid", "high")}
    with pytest.raises(DataError, match="a and b say the same"):
        _build(_corpus({"a": codes, "b": np.array([2, 0, 1])[codes]}, names))
    merged = _corpus({"a": codes, "b": np.array([0, 0, 1])[codes]}, names)
    assert _build(merged).names == ("a", "b")  # coarser, not the same


def test_collinear_columns_are_told_with_all_their_names():
    made = {"a": NOISE[:, 0], "b": NOISE[:, 1], "c": NOISE[:, 2], "d": NOISE[:, 3]}
    made["c"] = 2 * made["a"] - 1e3 * made["b"] + 7
    with pytest.raises(
        DataError, match=r"\(c is a linear combination of a and b\).*\[c\]\) or set"
    ):
        _build(_corpus(made))
    both = made | {"e": made["d"] + 1, "f": made["a"].copy()}
    sentence = (
        r"\(a and f say the same of every document; c is a linear combination of a and b; "
        r"e is a linear combination of d\).*exclude=\[f,c,e\]"
    )
    with pytest.raises(DataError, match=sentence):
        _build(_corpus(both))
    table = _build(_corpus(made), collinear="drop")
    assert table.names == ("a", "b", "d")
    assert table.about["dropped_collinear"] == {"c": ["a", "b"]}
    assert np.array_equal(table.values, np.column_stack([made[name] for name in "abd"]))
    assert np.bincount(table.carriers.variable).tolist() == [50, 50, 50]
    first = table.carriers.start[:3].tolist()
    assert first == [0, 1, 3]


def test_complements_are_collinear():
    share = NOISE[:, 0]
    with pytest.raises(DataError, match="b is a linear combination of a"):
        _build(_corpus({"a": share, "b": 1 - share, "c": NOISE[:, 1]}))


def test_scale_does_not_hide_dependence():
    big = 1e150 * NOISE[:, 0]
    found = dependent_columns(_table(np.column_stack([big, NOISE[:, 1], 1e-200 * NOISE[:, 0]])))
    assert found == {2: [0]}


def test_nearly_like_columns_hide_no_dependence():
    # Powers are so alike that Gram-Schmidt without its second pass calls their sum independent.
    powers = np.linspace(0, 1, 300)[:, None] ** np.arange(1, 10)
    values = np.column_stack([powers, powers.sum(axis=1)])
    assert list(dependent_columns(_table(values))) == [9]


def test_codes_of_named_categories_are_not_numbers():
    left, right = np.tile([0, 0, 1], 20), np.tile([0, 1, 0], 20)
    made = {"a": left, "b": right, "c": left + right}
    named = dict.fromkeys("abc", ("no", "yes"))
    assert _build(_corpus(made, named)).size == 3
    counted = dict.fromkeys("abc", ("0", "1"))
    with pytest.raises(DataError, match="c is a linear combination of a and b"):
        _build(_corpus(made, counted))


def test_a_feature_that_no_text_carries():
    made = {"a": NOISE[:, 0], "b": NOISE[:, 1]}
    with pytest.raises(DataError, match="Feature b occurs in no document"):
        _build(_corpus(made, unseen=("b",)))


def _table(values):
    width = values.shape[1]
    return FeatureTable(
        names=tuple(f"f{k}" for k in range(width)),
        kinds=(FeatureKind.SLOT,) * width,
        values=values,
        categories=(None,) * width,
        carriers=Mentions.empty(),
        documents=np.arange(len(values)),
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 7), st.integers(0, 4), st.integers(0, 2**32))
def test_dependent_columns_against_the_rank(width, extra, seed):
    rng = np.random.default_rng(seed)
    free = rng.normal(size=(40, width))
    mixed = free @ rng.integers(-2, 3, size=(width, extra))
    values = np.column_stack([free, mixed])[:, rng.permutation(width + extra)]
    centred = values - values.mean(axis=0)
    assume((np.abs(centred).max(axis=0) > 1e-9).all())
    table = _table(values)
    found = dependent_columns(table)
    rank = np.linalg.matrix_rank(centred)
    assert width + extra - len(found) == rank
    kept = [column for column in range(width + extra) if column not in found]
    assert np.linalg.matrix_rank(centred[:, kept]) == len(kept) == rank
    for column, others in found.items():
        assert all(other < column for other in others)
        basis = centred[:, others]
        weights = np.linalg.lstsq(basis, centred[:, column], rcond=None)[0]
        assert np.allclose(basis @ weights, centred[:, column], atol=1e-6)
        for left_out in range(len(others)):
            fewer = np.delete(basis, left_out, axis=1)
            rest = centred[:, column]
            if fewer.shape[1]:
                rest = rest - fewer @ np.linalg.lstsq(fewer, rest, rcond=None)[0]
            assert np.abs(rest).max() > 1e-6  # each named column is needed
