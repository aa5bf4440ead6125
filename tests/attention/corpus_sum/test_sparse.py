"""Sums kept for the pairs that occur: the same numbers as full matrices, in any order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causattn.attention import (
    MEASURES,
    AttentionMoments,
    AttentionSummary,
    MeasureShape,
    SparseMoments,
    contract,
    read_summary,
    summarise_attention,
    write_summary,
)
from causattn.attention.corpus_sum import sizes as sizes_module
from causattn.attention.corpus_sum.runner import Runner
from causattn.attention.corpus_sum.sizes import sums_gb
from causattn.attention.measures import pairs as pairs_module
from causattn.attention.measures.pairs import occurring_pairs
from causattn.base import ConfigError, DataError
from causattn.corpora import Corpus
from causattn.models import CarrierTokens

MOMENTS = ("count", "sum", "sum_of_squares", "maximum")


def observed(seed: int, documents: int, features: int = 5) -> AttentionMoments:
    """Moments of documents that each hold some of the features."""
    rng = np.random.default_rng(seed)
    total = AttentionMoments.zero(2, 3, features)
    for _ in range(documents):
        holds = rng.random(features) < 0.4
        both = np.outer(holds, holds)
        values = rng.random((2, 3, features, features)) * both
        total = total.merge(AttentionMoments(both.astype(np.int64), values, values**2, values))
    return total


def assert_same(one: AttentionMoments, other: AttentionMoments) -> None:
    np.testing.assert_array_equal(one.count, other.count)
    np.testing.assert_array_equal(one.maximum, other.maximum)
    np.testing.assert_allclose(one.sum, other.sum, rtol=1e-12)
    np.testing.assert_allclose(one.sum_of_squares, other.sum_of_squares, rtol=1e-12)
    np.testing.assert_allclose(one.mean(), other.mean(), rtol=1e-12)
    np.testing.assert_array_equal(one.seen(), other.seen())


@given(st.lists(st.integers(0, 4), min_size=1, max_size=5), st.integers(0, 2**31), st.data())
def test_they_merge_as_full_matrices_do_in_any_order(sizes, seed, data):
    shards = [observed(seed + k, size) for k, size in enumerate(sizes)]
    whole = AttentionMoments.zero(2, 3, 5)
    for shard in shards:
        whole = whole.merge(shard)
    order = data.draw(st.permutations(range(len(shards))))
    merged = SparseMoments.of(AttentionMoments.zero(2, 3, 5))
    for k in order:
        # Full ones go in as well as those by pairs.
        merged = merged.merge(shards[k] if k % 2 else SparseMoments.of(shards[k]))
    assert_same(merged, whole)
    chosen = data.draw(st.permutations(range(5)))[:3]
    assert_same(merged.subset(chosen), whole.subset(chosen))


def test_pairs_are_those_of_a_document(monkeypatch):
    document = np.array([0, 0, 0, 1, 1, 2])
    feature = np.array([0, 0, 3, 1, 2, 4])
    together = {(0, 0), (0, 3), (3, 0), (3, 3), (1, 1), (1, 2), (2, 1), (2, 2), (4, 4)}
    expected = sorted(i * 5 + j for i, j in together)
    assert list(occurring_pairs(document, feature, 5)) == expected
    monkeypatch.setattr(pairs_module, "_MARKS", 24)  # too many to be marked: they are listed
    assert list(occurring_pairs(document, feature, 5)) == expected
    monkeypatch.setattr(pairs_module, "_CHUNK", 1)
    assert list(occurring_pairs(document, feature, 5)) == expected


@pytest.mark.parametrize("query", ["observed", "masked"])
@pytest.mark.parametrize("shard_documents", [3, 4096])
def test_how_a_shard_keeps_its_sums_changes_no_bit(
    query, shard_documents, language_model, corpus, features, monkeypatch
):
    model = language_model("bert", task="masked")
    settings = {"query": query, "measures": ["raw", "mean", "rollout"]}
    settings["shard_documents"] = shard_documents
    dense = summarise_attention(settings, model, corpus, features, 0)
    monkeypatch.setattr(sizes_module, "_MANY", 1)
    monkeypatch.setattr(sizes_module, "_FEW", 1.0)
    monkeypatch.setattr(contract, "_HELD_BYTES", 1)  # every layer is added by itself
    kept: list[bool] = []
    moments = MEASURES["raw"].moments
    monkeypatch.setattr(
        MEASURES["raw"],
        "moments",
        lambda raw: (kept.append(raw.shape.pairs is not None), moments(raw))[1],
    )
    found = summarise_attention(settings, model, corpus, features, 0)
    assert kept
    assert all(kept)
    assert found.about == dense.about
    assert found.documents == dense.documents
    for name, before in dense.measures.items():
        assert not isinstance(found.measures[name], SparseMoments)
        for part in MOMENTS:
            np.testing.assert_array_equal(
                getattr(found.measures[name], part), getattr(before, part)
            )


@pytest.mark.parametrize("query", ["observed", "masked"])
@pytest.mark.parametrize("shard_documents", [3, 4096])
def test_where_full_matrices_do_not_fit_the_sums_are_the_same(
    query, shard_documents, language_model, corpus, features, table
):
    rows = features.carriers
    keep = rows.document % 2 == rows.variable % 2
    part = np.stack([rows.document, rows.variable, rows.start, rows.end], axis=1)[keep]
    features = table(part, len(corpus.texts), features.size)
    model = language_model("bert", task="masked")
    settings = {"query": query, "measures": ["raw", "mean", "rollout"]}
    settings["shard_documents"] = shard_documents
    dense = summarise_attention(settings, model, corpus, features, 0)
    assert dense.about["sums"] == "dense"
    shape = MeasureShape((0, 1), (0, 1, 2, 3), features.size)
    pairs = np.count_nonzero(dense.measures["raw"].count)
    copies = 2 if shard_documents == 3 else 1
    kinds = [MEASURES[name] for name in settings["measures"]]
    assert pairs < features.size**2
    settings["memory_gb"] = sums_gb(shape, kinds, features.size**2 - 1, copies)
    sparse = summarise_attention(settings, model, corpus, features, 0)
    assert sparse.about["sums"] == "sparse"
    for name, moments in dense.measures.items():
        found = sparse.measures[name]
        assert isinstance(found, SparseMoments)
        for part in MOMENTS:
            np.testing.assert_allclose(getattr(found, part), getattr(moments, part), rtol=1e-9)
    few = sparse.subset(features.names[::-2])
    assert few.names == features.names[::-2]
    np.testing.assert_allclose(
        few.measures["raw"].sum, dense.measures["raw"].sum[:, :, ::-2, ::-2], rtol=1e-9
    )
    settings["memory_gb"] = sums_gb(shape, kinds, pairs // 2, copies) / 8
    with pytest.raises(ConfigError, match=r"sums of .* pairs"):
        summarise_attention(settings, model, corpus, features, 0)


def test_sums_of_all_documents_that_do_not_fit_are_refused_before_the_first(
    language_model, table, monkeypatch
):
    """Twice each shard's pairs would fit; those of all three do not."""
    spans = [(0, 4), (5, 9)]
    carriers = [(d, 2 * (d // 2) + k, *span) for d in range(6) for k, span in enumerate(spans)]
    features = table(np.array(carriers), 6, 6)
    kind = MEASURES["raw"]
    limit = sums_gb(MeasureShape((0, 1), (0, 1, 2, 3), 6), [kind], 10)
    settings = {"measures": ["raw"], "shard_documents": 2, "memory_gb": limit}
    runs = []
    monkeypatch.setattr(Runner, "run", lambda *_: runs.append(1))
    with pytest.raises(ConfigError, match="The sums of 12 pairs of 6 features"):
        summarise_attention(
            settings, language_model("bert"), Corpus("six", ["slow food"] * 6), features, 0
        )
    assert not runs


def test_fifty_thousand_features_take_the_memory_of_their_pairs():
    rng = np.random.default_rng(0)
    features, documents = 50_000, 20
    feature = np.sort(np.stack([rng.choice(features, 30, replace=False) for _ in range(documents)]))
    carriers = CarrierTokens(
        np.repeat(np.arange(documents), 30),
        feature.ravel(),
        np.tile(np.arange(30), documents),
        np.arange(0, 30 * documents + 1, 30),
        np.empty(0, dtype=np.int64),
    )
    pairs = occurring_pairs(carriers.document, carriers.feature, features)
    assert len(pairs) <= documents * 900
    moments = MEASURES["raw"](MeasureShape((0,), (0,), features, pairs)).moments()
    with pytest.raises(DataError, match=r"take some of the features"):
        moments.mean()
    assert moments.subset([1, 2, 3]).count.shape == (3, 3)


def test_they_come_back_from_disk(tmp_path):
    moments = SparseMoments.of(observed(1, 6))
    summary = AttentionSummary(tuple("abcde"), {"raw": moments}, 6, "observed")
    write_summary(summary, tmp_path / "kept")
    back = read_summary(tmp_path / "kept").measures["raw"]
    assert isinstance(back, SparseMoments)
    assert back.features == 5
    assert_same(back, moments)


def test_a_name_that_is_no_feature():
    summary = AttentionSummary(("a", "b"), {}, 1, "observed")
    with pytest.raises(DataError, match="no feature c"):
        summary.subset(["a", "c"])


def test_other_models_do_not_merge():
    with pytest.raises(DataError, match="cannot be merged"):
        SparseMoments.of(observed(0, 2)).merge(observed(0, 2, features=4))
