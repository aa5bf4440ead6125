"""Roles: what part words play in a document, in slots and in running text."""

import numpy as np
import pandas as pd
import pytest

from causattn.base import ConfigError, DataError
from causattn.corpora import Corpus, load_corpus, permute_corpus
from causattn.features import build_features, transfer_features


@pytest.fixture(scope="module")
def prompts():
    return load_corpus({"kind": "indirect_object", "documents": 40, "names": 8}, 0)


def _carried(table, corpus):
    """By feature, what carries it in each document."""
    found = {name: [[] for _ in range(len(table.documents))] for name in table.names}
    of = table.carriers
    for row, column, start, end in zip(of.document, of.variable, of.start, of.end, strict=True):
        text = corpus.texts[table.documents[row]]
        found[table.names[column]][row].append((int(start), text[start:end]))
    return found


def test_a_role_is_the_same_word_whichever_slot_holds_it(prompts):
    table = build_features({"kind": "roles"}, prompts)
    names = ("indirect_object", "subject", "subject_2", "place", "thing", "answer")
    assert table.names == names
    assert "mentions" not in table.summary(), "it is as long as the corpus"
    carried = _carried(table, prompts)
    for document, row in enumerate(prompts.metadata.to_dict("records")):
        own = {name: carried[name][document] for name in names}
        assert all(len(one) == 1 for one in own.values())
        (obj, name), (first, subject), (again, same) = (own[k][0] for k in names[:3])
        assert (name, subject, same) == (row["right"], row["wrong"], row["wrong"])
        assert (obj < first) == (row["order"] == "object first")
        assert first < again < own["answer"][0][0]
        for column, feature in enumerate(names):
            value = table.categories[column][int(table.values[document, column])]
            assert value == own[feature][0][1]


def test_what_is_repeated_is_kept_dropped_or_refused(prompts):
    dropped = build_features({"kind": "roles", "collinear": "drop"}, prompts)
    assert dropped.about["dropped_collinear"] == {
        "subject_2": ["subject"],
        "answer": ["indirect_object"],
    }
    with pytest.raises(DataError, match="say the same of every document"):
        build_features({"kind": "roles", "collinear": "error"}, prompts)
    one = build_features({"kind": "roles", "occurrences": 1, "exclude": ["thing"]}, prompts)
    assert one.names == ("indirect_object", "subject", "place", "answer")


def test_the_first_years_century_and_its_repetition():
    corpus = load_corpus({"kind": "greater_than", "documents": 20}, 1)
    table = build_features({"kind": "roles"}, corpus)
    assert table.names == ("century", "century_2", "noun", "decade", "year", "answer")
    assert np.array_equal(table.values[:, 0], table.values[:, 1])


def test_a_null_corpus_has_other_words_at_the_same_places(prompts):
    table = build_features({"kind": "roles"}, prompts)
    null = permute_corpus(prompts, np.random.default_rng(0))
    moved = transfer_features(table, null)
    assert moved.names == table.names
    carried = _carried(moved, null)
    column = moved.names.index("subject_2")
    again = null.values[:, null.variables.index("again")].astype(int)
    for document, code in enumerate(again):
        name = null.categories[null.variables.index("again")][code]
        assert [word for _, word in carried["subject_2"][document]] == [name]
        assert moved.categories[column][int(moved.values[document, column])] == name
    assert not np.array_equal(moved.values[:, column], moved.values[:, 1])


def test_what_planted_slots_do_to_the_label_is_no_role():
    corpus = load_corpus({"kind": "planted", "documents": 60}, 0)
    table = build_features({"kind": "roles"}, corpus)
    assert table.names == build_features({"kind": "slots"}, corpus).names


def _told(texts, **columns):
    return Corpus(name="made", texts=texts, metadata=pd.DataFrame(columns, dtype="string"))


def test_words_of_running_text_are_found_by_a_column():
    texts = ["Ann met Annie. ann left", "Bob met Ann. Bob left", "小红见小明，小红走了"]
    corpus = _told(texts, subject=["Ann", "Bob", "小红"], object=["Annie", "Ann", "小明"])
    table = build_features({"kind": "roles", "roles": ["subject", "object"]}, corpus)
    assert table.names == ("subject", "subject_2", "object")
    found = _carried(table, corpus)
    assert found["subject"] == [[(0, "Ann")], [(0, "Bob")], [(0, "小红")]]
    assert found["subject_2"] == [[(15, "ann")], [(13, "Bob")], [(6, "小红")]]
    assert table.about["occurrences_left_out"] == []
    with pytest.raises(DataError, match="running text"):
        transfer_features(table, corpus)


def test_an_occurrence_that_some_lack_is_named_and_a_role_that_some_lack_is_a_gap():
    texts = ["Ann saw Ann", "Bob saw Eve", "Eve saw none", "none"]
    corpus = _told(texts, subject=["Ann", "Bob", "Eve", None])
    settings = {"kind": "roles", "roles": ["subject"], "missing": "drop"}
    table = build_features(settings, corpus)
    assert table.names == ("subject",)
    assert table.documents.tolist() == [0, 1, 2]
    with pytest.raises(DataError, match="subject is missing"):
        build_features({**settings, "missing": "error"}, corpus)
    twice = build_features(settings, _told(texts[:2], subject=["Ann", "Bob"]))
    assert twice.about["occurrences_left_out"] == ["subject_2"]


def test_what_cannot_be_is_said_in_a_sentence(prompts):
    with pytest.raises(ConfigError, match=r"features\.roles=\[subject\]"):
        build_features({"kind": "roles"}, _told(["a", "b"], subject=["a", "b"]))
    with pytest.raises(ConfigError, match="indirect_object"):
        build_features({"kind": "roles", "roles": ["indirect_objekt"]}, prompts)
    with pytest.raises(DataError, match="Document 1 has 'c' as its subject"):
        build_features(
            {"kind": "roles", "roles": ["subject"]}, _told(["a", "b"], subject=["a", "c"])
        )
    with pytest.raises(ConfigError, match=r"features\.occurrences=0"):
        build_features({"kind": "roles", "occurrences": 0}, prompts)
