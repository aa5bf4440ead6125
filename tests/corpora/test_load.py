"""A corpus read back is the corpus written."""

import numpy as np
import pandas as pd
import pytest

from causattn.base import ArtefactError
from causattn.corpora import Corpus, Mentions, load_corpus, read_corpus, write_corpus

FIELDS = ("name", "variables", "categories", "value_texts", "mask_texts", "outcome_name")
ARRAYS = ("values", "outcome")


def assert_equal(one, two):
    assert list(one.texts) == list(two.texts)
    for name in (*FIELDS, "outcome_classes"):
        assert getattr(one, name) == getattr(two, name), name
    for name in ARRAYS:
        left, right = getattr(one, name), getattr(two, name)
        assert (left is None) == (right is None)
        if left is not None:
            np.testing.assert_array_equal(left, right)
    for name in ("document", "variable", "start", "end"):
        np.testing.assert_array_equal(getattr(one.mentions, name), getattr(two.mentions, name))
    assert (one.truth is None) == (two.truth is None)
    if one.truth is not None:
        assert one.truth.names == two.truth.names
        np.testing.assert_array_equal(one.truth.marks, two.truth.marks)
    assert (one.metadata is None) == (two.metadata is None)
    if one.metadata is not None:
        pd.testing.assert_frame_equal(one.metadata, two.metadata)
    assert dict(one.about) == dict(two.about)


@pytest.mark.parametrize("style", ["words", "sentences"])
def test_a_rendered_corpus(tmp_path, style):
    settings = {"kind": "bayesnet", "network": "asia", "documents": 50, "style": style}
    corpus = load_corpus(settings, 0)
    write_corpus(corpus, tmp_path / "corpus")
    assert_equal(read_corpus(tmp_path / "corpus"), corpus)


def test_a_corpus_of_everything_odd(tmp_path):
    corpus = Corpus(
        name="odd",
        texts=["\u2028 line\nbreaks", "服务\U0001f600", ""],
        variables=("a", "b"),
        values=np.array([[0.0, 1.5], [np.nan, -2e300], [1.0, np.nan]]),
        categories=(("no", "yes"), None),
        mentions=Mentions([1], [1], [0], [2]),
        outcome=np.array([0.1, np.nan, 3.0]),
        outcome_name="stars",
        metadata=pd.DataFrame({"id": ["x", "y", None], "n": [1, 2, 3]}),
        about={"nested": {"list": [1, "two", None]}},
    )
    write_corpus(corpus, tmp_path / "corpus")
    assert_equal(read_corpus(tmp_path / "corpus"), corpus)


def test_damage_is_told(tmp_path):
    write_corpus(Corpus(name="two", texts=["a", "b"]), tmp_path / "corpus")
    with (tmp_path / "corpus" / "corpus.json").open("a") as stream:
        stream.write(" ")
    with pytest.raises(ArtefactError, match="damaged"):
        read_corpus(tmp_path / "corpus")
