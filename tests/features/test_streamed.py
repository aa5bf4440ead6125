"""Words over texts that stay on disk: the table is that of the same texts in memory."""

from dataclasses import replace

import numpy as np
import pytest

from causattn.base import ConfigError, DataError
from causattn.corpora import Corpus, permute_corpus, store_texts
from causattn.features import (
    build_features,
    carriers_of,
    checks,
    dependent_columns,
    pooled_features,
    read_features,
    transfer_features,
    with_carriers,
    write_features,
)
from causattn.features.streamed import document_frequencies
from causattn.features.table import FeatureKind

WORDS = {"kind": "words", "top": 12, "min_share": 0.05, "max_share": 0.9}


def corpora(count=6000, outcome=True):
    """The same documents in memory and on disk."""
    rng = np.random.default_rng(0)
    words = np.array([f"w{k}" for k in range(40)])
    share = np.linspace(0.9, 0.01, 40)
    texts = [
        " ".join(["start", *words[rng.random(40) < share], "菜很好吃"[: rng.integers(0, 5)]])
        for _ in range(count)
    ]
    known = {}
    if outcome:
        values = rng.integers(0, 3, count).astype(float)
        values[[3, 4000]] = np.nan
        known = {"outcome": values, "outcome_classes": ("a", "b", "c")}
    here = Corpus("here", texts, **known)
    return here, replace(here, texts=store_texts(texts))


def test_the_table_is_that_of_the_texts_in_memory(tmp_path):
    here, there = corpora()
    settings = {**WORDS, "include": ["W39"], "exclude": ["w3"], "missing": "drop"}
    one, two = build_features(settings, here), build_features(settings, there)
    assert two.names == one.names
    assert two.kinds == one.kinds
    assert two.values.dtype == np.uint8
    np.testing.assert_array_equal(two.values, one.values)
    np.testing.assert_array_equal(two.documents, one.documents)
    assert len(two.carriers) == 0
    write_features(two, tmp_path / "table")
    back = read_features(tmp_path / "table")
    assert back.values.dtype == np.uint8
    assert back.about["carriers_found_anew"]


def test_forms_and_function_words_of_the_texts_in_memory():
    rng = np.random.default_rng(0)
    words = ["the waiter", "of waiters", "a price", "prices and", "was good", "rude", "menu menus"]
    texts = [" ".join(np.array(words)[rng.random(7) < 0.4]) + " is here" for _ in range(5000)]
    here = Corpus("here", texts)
    there = replace(here, texts=store_texts(texts))
    settings = {**WORDS, "collinear": "drop"}
    one, two = build_features(settings, here), build_features(settings, there)
    assert two.names == one.names
    assert len(one.names) == 5
    assert two.about["left_out"] == one.about["left_out"]
    assert two.about["left_out"]["merged"]
    np.testing.assert_array_equal(two.values, one.values)


def test_carriers_are_found_again(tmp_path):
    here, there = corpora()
    settings = {**WORDS, "missing": "drop"}
    one, two = build_features(settings, here), build_features(settings, there)
    np.testing.assert_array_equal(pooled_features(one), pooled_features(two))
    for rows in (np.arange(10), np.array([2, 3, 700, 5990]), np.arange(0)):
        texts = [here.texts[d] for d in one.documents[rows]]
        kept, found = carriers_of(one, rows, texts), carriers_of(two, rows, texts)
        for name in ("document", "variable", "start", "end"):
            np.testing.assert_array_equal(sorted_rows(kept)[name], sorted_rows(found)[name])


def test_the_carriers_of_some_rows_are_put_back():
    here, there = corpora()
    settings = {**WORDS, "missing": "drop"}
    one, two = build_features(settings, here), build_features(settings, there)
    rows = np.array([2, 3, 700, 5990])
    texts = [here.texts[d] for d in one.documents[rows]]
    back = with_carriers(two, rows, texts)
    kept, found = carriers_of(one, rows, texts), carriers_of(back, rows, texts)
    for name in ("document", "variable", "start", "end"):
        np.testing.assert_array_equal(sorted_rows(kept)[name], sorted_rows(found)[name])
    assert with_carriers(one, rows, texts) is one


def sorted_rows(mentions):
    columns = {name: getattr(mentions, name) for name in ("document", "start", "variable", "end")}
    order = np.lexsort(tuple(columns[name] for name in ("variable", "start", "document")))
    return {name: column[order] for name, column in columns.items()}


def test_features_move_to_a_permuted_corpus():
    here, there = corpora()
    settings = {**WORDS, "missing": "drop"}
    table = build_features(settings, there)
    null = permute_corpus(there, np.random.default_rng(0))
    moved = transfer_features(table, null)
    in_memory = transfer_features(
        build_features(settings, here), replace(null, texts=list(null.texts))
    )
    assert moved.names == in_memory.names
    np.testing.assert_array_equal(moved.values, in_memory.values)


def test_a_large_vocabulary_is_thinned_out_and_still_counted_exactly():
    _, there = corpora(outcome=False)
    every = document_frequencies(there.texts, "words")
    assert len(every) > 40
    thinned = document_frequencies(there.texts, "words", None, 0.6, ["w39"], most=30)
    assert set(thinned) >= {word for word, n in every.items() if n >= 0.6 * 6000} | {"w39"}
    assert all(every[word] == n for word, n in thinned.items())
    with pytest.raises(ConfigError, match=r"features.min_share=0.001"):
        document_frequencies(there.texts, "words", None, 0.001, most=30)


def test_what_is_refused_in_memory_is_refused_on_disk():
    here, there = corpora(outcome=False)
    for corpus in (here, there):
        with pytest.raises(DataError, match="occurs in no document; did you mean w39"):
            build_features({**WORDS, "include": ["w399"]}, corpus)
        with pytest.raises(DataError, match="same value in every document"):
            build_features({**WORDS, "max_share": 1.0, "top": 50}, corpus)
        with pytest.raises(ConfigError, match="No feature is left"):
            build_features({**WORDS, "min_share": 0.89, "max_share": 0.891}, corpus)
        with pytest.raises(ConfigError, match="no band"):
            build_features({**WORDS, "min_share": 0.9, "max_share": 0.1}, corpus)
        with pytest.raises(ConfigError, match="needs a corpus with variables"):
            build_features({"kind": "slots"}, corpus)


def test_dependent_columns_of_a_long_table(monkeypatch):
    here, _ = corpora(outcome=False)
    table = build_features(WORDS, here)
    rng = np.random.default_rng(1)
    values = table.values.copy()
    values[:, 5] = values[:, 1] - 2 * values[:, 3] + 7  # centred, a combination
    values[:, 9] = values[:, 0] + 1e-3 * rng.normal(size=len(values))  # nearly, but not
    table = replace(table, values=values, kinds=(FeatureKind.PRESENCE,) * table.size)
    whole = dependent_columns(table)
    monkeypatch.setattr(checks, "_BLOCK", 512)
    assert dependent_columns(table) == whole == {5: [1, 3]}


def test_a_streamed_table_that_cannot_fit_is_not_advised_to_be_streamed(tmp_path, monkeypatch):
    corpus = Corpus("many", [f"w{k % 7} w{k % 5} w{k % 3}" for k in range(1000)])
    stored = replace(corpus, texts=store_texts(corpus.texts, tmp_path))
    monkeypatch.setattr("causattn.features.words.free_gb", lambda: 5e-6)
    with pytest.raises(ConfigError, match=r"features\.top=2 or fewer, or fewer documents\.$"):
        build_features({"kind": "words", "top": 5, "max_share": 1.0}, stored)
