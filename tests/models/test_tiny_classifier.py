"""A small classifier trained from nothing: it learns, is repeatable, and says what is wrong."""

import re

import numpy as np
import pytest

from causattn.base import ConfigError, DataError
from causattn.corpora import Corpus, load_corpus
from causattn.models import encode_texts, load_model, predict_labels, read_model, write_model

SMALL = {"kind": "tiny_classifier", "epochs": 6, "width": 32, "feed_forward": 32, "layers": 1}


@pytest.fixture(scope="module")
def corpus():
    return load_corpus(
        {
            "kind": "planted",
            "confounding": 0.0,
            "label_noise": 0.0,
            "documents": 400,
            "fillers": 1,
            "decoy": "none",
        },
        0,
    )


@pytest.fixture(scope="module")
def model(corpus):
    return load_model(SMALL, corpus, 0)


def test_it_learns_the_labels(model, corpus):
    assert model.task == "classifier"
    assert model.about["accuracy_held_out"] == 1.0
    told = predict_labels(model, encode_texts(model, corpus.texts))
    assert (told.argmax(1) == corpus.outcome).all()
    assert model.network.config.id2label == {0: "bad", 1: "good"}


def test_equal_seeds_give_equal_weights(model, corpus):
    again, other = load_model(SMALL, corpus, 0), load_model(SMALL, corpus, 1)
    texts = encode_texts(model, corpus.texts[:5])
    assert np.array_equal(predict_labels(model, texts), predict_labels(again, texts))
    assert not np.array_equal(predict_labels(model, texts), predict_labels(other, texts))


def test_it_is_stored_and_read(model, corpus, tmp_path):
    write_model(model, tmp_path / "model")
    stored = read_model(tmp_path / "model")
    texts = encode_texts(model, corpus.texts[:5])
    assert np.array_equal(predict_labels(model, texts), predict_labels(stored, texts))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"width": 30}, "model.width=30 cannot be shared among model.heads=4"),
        ({"layers": 0}, "model.layers=0 should be at least 1"),
        ({"dropout": 1.0}, "model.dropout=1.0 should be at least 0 and below 1"),
        ({"epochs": 0}, "should be at least 1"),
    ],
)
def test_settings_that_make_no_sense(corpus, wrong, sentence):
    with pytest.raises(ConfigError, match=re.escape(sentence)):
        load_model({"kind": "tiny_classifier", **wrong}, corpus, 0)


def test_a_corpus_without_labels(corpus):
    with pytest.raises(DataError, match="has no labels to train model tiny_classifier on"):
        load_model(SMALL, Corpus("plain", corpus.texts), 0)
