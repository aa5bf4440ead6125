"""The same features over a null corpus: names and words stay, carriers are found again."""

import numpy as np
import pytest

from causattn.base import DataError, generator
from causattn.corpora import Corpus, load_corpus, permute_corpus
from causattn.features import build_features, transfer_features


def _plain(count=500):
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(list("abcdefgh"), size=rng.integers(3, 9))) for _ in range(count)]
    return Corpus(
        name="plain",
        texts=texts,
        variables=("v",),
        values=np.array([["a" in text] for text in texts], dtype=float),
        categories=(("no", "yes"),),
        outcome=rng.normal(size=count),
    )


def _same_table(one, two):
    assert one.names == two.names
    assert one.kinds == two.kinds
    assert np.array_equal(one.values, two.values)
    for name in ("document", "variable", "start", "end"):
        assert np.array_equal(getattr(one.carriers, name), getattr(two.carriers, name))


@pytest.mark.parametrize("kind", ["words", "concepts"])
def test_to_the_same_corpus_it_is_the_same_table(kind):
    corpus = _plain()
    settings = {"kind": kind, "max_share": 0.9}
    table = build_features(settings, corpus)
    _same_table(transfer_features(table, corpus), table)


def test_slots_to_the_same_corpus_and_to_a_null():
    corpus = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 300}, 0)
    table = build_features({"kind": "slots", "include": ["xray", "smoke", "dysp"]}, corpus)
    _same_table(transfer_features(table, corpus), table)
    null = permute_corpus(corpus, generator(0, "null"))
    moved = transfer_features(table, null)
    assert moved.names == table.names
    assert np.array_equal(np.sort(moved.values, axis=0), np.sort(table.values, axis=0))
    assert not np.array_equal(moved.values, table.values)
    carriers = moved.carriers
    for row in range(60):
        told = null.texts[carriers.document[row]][carriers.start[row] : carriers.end[row]]
        name = moved.names[carriers.variable[row]]
        code = int(moved.values[carriers.document[row], carriers.variable[row]])
        assert told == f"{name}={('yes', 'no')[code]}"


@pytest.mark.parametrize("kind", ["words", "concepts"])
def test_null_of_plain_text_keeps_words_and_counts(kind):
    corpus = _plain()
    table = build_features({"kind": kind, "max_share": 0.9}, corpus)
    null = permute_corpus(corpus, generator(0, "null"))
    moved = transfer_features(table, null)
    assert moved.names == table.names
    assert moved.about["corpus"] == "plain (permuted)"
    lexicon = table.about["lexicon"]
    carriers = moved.carriers
    for row in range(len(carriers)):
        name = moved.names[carriers.variable[row]]
        if name in lexicon:
            told = null.texts[carriers.document[row]][carriers.start[row] : carriers.end[row]]
            assert told in lexicon[name]
    assert np.array_equal(
        np.bincount(carriers.variable), np.bincount(table.carriers.variable)
    )  # as many occurrences as before, elsewhere


def test_dropped_documents_stay_dropped():
    corpus = _plain()
    corpus.outcome[::5] = np.nan
    table = build_features({"kind": "words", "max_share": 0.9, "missing": "drop"}, corpus)
    moved = transfer_features(table, permute_corpus(corpus, generator(0, "null")))
    assert np.array_equal(moved.documents, table.documents)
    assert not np.isnan(moved.values).any()
    assert moved.carriers.document.max() < len(table.documents)


def test_a_corpus_that_does_not_fit_is_told():
    corpus = _plain()
    table = build_features({"kind": "concepts", "max_share": 0.9}, corpus)
    with pytest.raises(DataError, match="over 500 documents cannot be found"):
        transfer_features(table, Corpus(name="small", texts=["a", "b"]))
    with pytest.raises(DataError, match="has no variable v"):
        transfer_features(table, Corpus(name="bare", texts=list(corpus.texts)))
