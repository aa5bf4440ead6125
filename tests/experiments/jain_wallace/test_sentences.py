"""Numbering, drawing of both labels, and SST as the paper has it."""

import numpy as np
import pytest

from causattn.base import DataError
from experiments.jain_wallace.sentences import (
    Sentences,
    Vocabulary,
    batches,
    padded,
    read_sst,
)


def test_words_stand_between_markers_and_strangers_are_unknown():
    known = Sentences((("b", "a"), ("c",)), np.array([0, 1]))
    vocabulary = Vocabulary.of(known)
    assert vocabulary.words == ("a", "b", "c")
    assert vocabulary.size == 7
    first, second = vocabulary.numbered([("b", "x"), ("c",)])
    assert first.tolist() == [2, 5, 1, 3]
    batch = padded([first, second], np.array([1, 0]))
    assert batch.ids.tolist() == [[2, 6, 3, 0], [2, 5, 1, 3]]
    assert batch.is_word.int().tolist() == [[0, 1, 0, 0], [0, 1, 1, 0]]


def test_batches_hold_every_sentence_once():
    numbered = [np.arange(2, 2 + length) for length in (5, 3, 9, 4, 3)]
    rows = [batch.rows.tolist() for batch in batches(numbered, 2)]
    assert rows == [[1, 4], [3, 0], [2]]


def test_drawn_sentences_have_both_labels_though_the_file_is_ordered():
    ordered = Sentences(tuple((str(k),) for k in range(100)), np.repeat([1, 0], 50))
    drawn = ordered.draw(10, np.random.default_rng(0))
    assert len(drawn) == 10
    assert np.bincount(drawn.labels).tolist() == [5, 5]
    again = ordered.draw(10, np.random.default_rng(0))
    assert again.words == drawn.words
    assert len(ordered.draw(1000, np.random.default_rng(0))) == 100


def test_short_and_longest_sentences_are_left_out(tmp_path):
    path = tmp_path / "sst.csv"
    rows = [
        f"{' '.join('w' * length)},{length % 2},{split}"
        for split in ("train", "dev", "test")
        for length in (2, 5, 6, 7, 9)
    ]
    path.write_text("text,label,exp_split\n" + "\n".join(rows) + "\n")
    splits = read_sst(path)
    assert [part.lengths.tolist() for part in splits.values()] == [[6, 7]] * 3
    assert splits["dev"].labels.tolist() == [0, 1]


def test_another_file_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("text,stars\na,1\n")
    with pytest.raises(DataError, match="no column exp_split, label"):
        read_sst(path)


def test_sst_has_the_papers_sizes(data_folder):
    path = data_folder / "sst" / "sst_dataset.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not in the folder of data sets")
    splits = read_sst(path)
    assert np.bincount(splits["train"].labels).tolist() == [3034, 3321]
    assert np.bincount(splits["test"].labels).tolist() == [863, 862]
    head = splits["test"].draw(50, np.random.default_rng(0))
    assert np.bincount(head.labels).tolist() == [25, 25]
