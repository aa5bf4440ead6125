"""Columns that stand beside the texts, as features without carriers."""

import numpy as np
import pandas as pd
import pytest

from causattn.base import ConfigError, DataError
from causattn.corpora import Corpus, StoredTexts, load_corpus
from causattn.features import FeatureKind, build_features, transfer_features
from causattn.graphs import CausalGraph

METADATA = {"metadata": ["year", "city"]}
KINDS = [
    {"kind": "words", "max_share": 0.9, "top": 3},
    {"kind": "terms", "groups": {"first": ["a", "b"], "second": ["c*"]}},
    {"kind": "concepts", "max_share": 0.9, "min_score": 2.0},
]


def corpus_of(**others):
    """Return documents of letters with a year, a city, a concept and an outcome."""
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(list("abcdefgh"), size=5)) for _ in range(400)]
    has = np.array([["a" in text] for text in texts], dtype=float)
    beside = np.column_stack([rng.integers(2000, 2020, 400), rng.integers(0, 2, 400)])
    return Corpus(
        name="dated",
        texts=texts,
        variables=("mood", "year", "city"),
        values=np.column_stack([has, beside]),
        categories=(("no", "yes"), None, ("Bonn", "Lyon")),
        outcome=rng.integers(0, 2, 400).astype(float),
        outcome_classes=("bad", "good"),
        **others,
    )


@pytest.mark.parametrize("settings", KINDS, ids=lambda settings: settings["kind"])
def test_they_stand_between_the_features_and_the_outcome_and_no_token_carries_them(settings):
    corpus = corpus_of()
    table = build_features({**settings, **METADATA}, corpus)
    plain = (
        build_features({**settings, "exclude": ["year", "city"]}, corpus)
        if (settings["kind"] == "concepts")
        else build_features(settings, corpus)
    )
    assert table.names == (*plain.names[:-1], "year", "city", "outcome")
    assert table.metadata == (table.size - 3, table.size - 2)
    assert table.kinds[-3:] == (FeatureKind.METADATA, FeatureKind.METADATA, FeatureKind.OUTPUT)
    assert np.array_equal(table.values[:, -3:-1], corpus.values[:, 1:])
    assert table.categories[-3:-1] == (None, ("Bonn", "Lyon"))
    assert not np.isin(table.carriers.variable, table.metadata).any()
    assert table.about["first"] == ["year", "city"]
    again = transfer_features(table, corpus)
    assert np.array_equal(again.values, table.values)
    assert len(again.carriers.document) == len(table.carriers.document)


def test_nothing_is_assumed_of_them_where_the_truth_is_known():
    names = ("mood", "year", "city")
    truth = CausalGraph.from_adjacency(np.zeros((3, 3)), names, direction="from row to column")
    table = build_features({**KINDS[0], **METADATA}, corpus_of(truth=truth))
    assert "first" not in table.about


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        (["yaer"], r"features.metadata=yaer is not known; did you mean year"),
        (["year", "year"], None),
    ],
)
def test_names(metadata, sentence):
    if sentence is None:
        table = build_features({**KINDS[0], "metadata": metadata}, corpus_of())
        assert table.names.count("year") == 1
        return
    for settings in KINDS:
        with pytest.raises(ConfigError, match=sentence):
            build_features({**settings, "metadata": metadata}, corpus_of())


def test_a_gap_names_the_way_out():
    corpus = corpus_of()
    corpus.values[3, 1] = np.nan
    with pytest.raises(DataError, match=r"leave year out of features.metadata"):
        build_features({**KINDS[0], **METADATA}, corpus)


def test_a_word_of_the_same_name_and_a_corpus_without_variables():
    corpus = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 300}, 0)
    wanted = {"kind": "words", "max_share": 1, "function_words": "keep", "include": ["smoke"]}
    with pytest.raises(ConfigError, match="smoke is a feature of the texts and in"):
        build_features({**wanted, "metadata": ["smoke"]}, corpus)
    plain = Corpus(name="plain", texts=["a b", "b c", "c a"] * 10)
    with pytest.raises(ConfigError, match=r"name the columns in corpus.columns as well"):
        build_features({"kind": "words", "metadata": ["year"]}, plain)


def test_texts_on_disk_have_none(tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"text": ["a b", "b c", "c a"] * 10}).to_parquet(path)
    corpus = load_corpus({"kind": "streamed", "path": str(path)}, 0)
    assert isinstance(corpus.texts, StoredTexts)
    with pytest.raises(ConfigError, match="texts on disk have none"):
        build_features({"kind": "words", "metadata": ["year"]}, corpus)
