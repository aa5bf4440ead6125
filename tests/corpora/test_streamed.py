"""Texts that stay on disk: the same documents, a few at a time."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from causattn.base import ConfigError, DataError
from causattn.corpora import (
    StoredTexts,
    load_corpus,
    permute_corpus,
    read_corpus,
    store_texts,
    stored,
    windows,
    write_corpus,
)

TEXTS = [f"document {k} says {'yes' if k % 3 else 'no'}, naïvely 菜" for k in range(2500)]
LABELS = [None if k == 7 else ("good", "bad")[k % 2] for k in range(2500)]


def load(path, **settings):
    return load_corpus({"kind": "streamed", "path": str(path), **settings}, 0)


def table(texts=TEXTS, labels=LABELS):
    return pa.table({"text": texts, "stars": labels, "more": list(range(len(texts)))})


@pytest.fixture
def source(request, tmp_path):
    """The same documents in each of the sources."""
    if request.param == "file":
        parquet.write_table(table(), tmp_path / "corpus.parquet", row_group_size=700)
        return tmp_path / "corpus.parquet"
    if request.param == "folder":
        for part in range(3):
            some = slice(900 * part, 900 * (part + 1))
            parquet.write_table(table(TEXTS[some], LABELS[some]), tmp_path / f"{part}.parquet")
        return tmp_path
    datasets = pytest.importorskip("datasets")
    data = datasets.Dataset(table())
    if request.param == "saved":
        data.save_to_disk(str(tmp_path / "saved"))
        return tmp_path / "saved"
    if request.param == "saved splits":
        datasets.DatasetDict({"train": data}).save_to_disk(str(tmp_path / "saved"))
        return tmp_path / "saved"
    data.to_json(str(tmp_path / "lines" / "train.jsonl"))
    return tmp_path / "lines"


@pytest.mark.parametrize(
    "source", ["file", "folder", "saved", "saved splits", "streamed"], indirect=True
)
def test_every_source_gives_the_same_documents(source, tmp_path):
    corpus = load(source, label="stars", scratch=str(tmp_path / "scratch"))
    assert isinstance(corpus.texts, StoredTexts)
    assert list(corpus.texts) == TEXTS
    assert corpus.outcome_classes == ("bad", "good")
    expected = [np.nan if label is None else float(label == "good") for label in LABELS]
    np.testing.assert_array_equal(corpus.outcome, expected)


def test_documents_by_number_slice_and_window(monkeypatch):
    monkeypatch.setattr(stored, "GROUP", 400)
    texts = store_texts(TEXTS)
    assert len(texts) == 2500
    assert texts[0] == TEXTS[0]
    assert texts[-1] == TEXTS[-1]
    assert texts[np.int64(1999)] == TEXTS[1999]
    assert texts[390:410] == TEXTS[390:410]
    assert [len(window) for window in windows(texts, 1000)] == [1000, 1000, 500]
    assert [text for window in windows(texts, 999) for text in window] == TEXTS
    with pytest.raises(IndexError):
        texts[2500]


def test_long_documents_make_small_groups():
    texts = store_texts(["x" * 10_000_000] * 4)
    assert len(texts._first) == 3


def test_the_copy_goes_when_the_texts_do(tmp_path):
    texts = store_texts(["a", "b"], tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    del texts
    assert not list(tmp_path.iterdir())

    def broken():
        yield "a"
        raise KeyError

    with pytest.raises(KeyError):
        store_texts(broken(), tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_artefact_leaves_the_texts_on_disk(tmp_path):
    parquet.write_table(table(), tmp_path / "corpus.parquet")
    corpus = load(tmp_path / "corpus.parquet", label="stars")
    write_corpus(corpus, tmp_path / "artefact")
    del corpus
    back = read_corpus(tmp_path / "artefact")
    assert isinstance(back.texts, StoredTexts)
    assert list(back.texts) == TEXTS
    assert back.about["kind"] == "streamed"


def test_a_permuted_corpus_keeps_every_window_of_words(monkeypatch, tmp_path):
    parquet.write_table(table(), tmp_path / "corpus.parquet")
    corpus = load(tmp_path / "corpus.parquet", label="stars")
    null = permute_corpus(corpus, np.random.default_rng(0))
    assert isinstance(null.texts, StoredTexts)
    assert sorted(" ".join(null.texts).split()) == sorted(" ".join(TEXTS).split())
    assert list(null.texts) != TEXTS


@pytest.mark.parametrize(
    ("texts", "settings", "error", "sentence"),
    [
        (["a", None, "b"], {}, DataError, "row 2, column text holds no text"),
        (["a", "b"], {"text": "txt"}, DataError, "did you mean text"),
        (["a", "b"], {"label": "star"}, DataError, "did you mean stars"),
        (["a", "b"], {"label": "text"}, ConfigError, "name two columns"),
        ([1, 2], {}, DataError, "holds int, not text"),
        (["a"], {}, DataError, "has 1 document"),
    ],
)
def test_what_cannot_be_read_is_said(texts, settings, error, sentence, tmp_path):
    parquet.write_table(table(texts, LABELS[: len(texts)]), tmp_path / "corpus.parquet")
    with pytest.raises(error, match=sentence):
        load(tmp_path / "corpus.parquet", **settings)


def test_rows_without_text_are_dropped_and_counted(tmp_path):
    mixed = pa.table({"text": ["a", None, "  ", "b"], "stars": [1.5, 2.5, 3.5, 4.5]})
    parquet.write_table(mixed, tmp_path / "corpus.parquet")
    corpus = load(tmp_path / "corpus.parquet", missing="drop", label="stars")
    assert list(corpus.texts) == ["a", "b"]
    assert corpus.about["dropped_documents"] == 2
    np.testing.assert_array_equal(corpus.outcome, [1.5, 4.5])
    assert corpus.outcome_classes is None


def test_no_such_source(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        load(tmp_path / "nowhere")
    (tmp_path / "broken.parquet").write_bytes(b"no parquet")
    with pytest.raises(DataError, match="no readable Parquet file"):
        load(tmp_path / "broken.parquet")
