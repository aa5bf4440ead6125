"""What is in a file, before anything is trained."""

import numpy as np
import pandas as pd
import pytest

from causattn.base import DataError
from causattn.corpora import column_roles, describe_texts
from causattn.corpora.records import Records
from causattn.corpora.signal import label_signal, pair_signal

NOUNS = ["waiter", "menu", "table", "view", "price", "music"]


def _file(path, count, dependent, seed=0):
    rng = np.random.default_rng(seed)
    good = rng.random(count) < 0.5
    texts = []
    for k in range(count):
        words = [noun for noun in NOUNS if rng.random() < 0.3]
        if rng.random() < (0.9 if good[k] == 1 else 0.1 if dependent else 0.9):
            words.append("friendly")
        texts.append(f"The {' and the '.join(words)} was there for us, number {k}")
    days = pd.date_range("2024-01-01", periods=count).strftime("%Y-%m-%d")
    frame = pd.DataFrame(
        {
            "id": [f"r{k}" for k in range(count)],
            "review": texts,
            "stars": np.where(good, 5, 2),
            "day": days,
            "place": rng.choice(["north", "south"], count),
        }
    )
    frame.to_csv(path, index=False)
    return path


def test_a_file_with_something_to_find(tmp_path):
    found = describe_texts(_file(tmp_path / "a.csv", 300, True))
    assert (found.text, found.label.name, found.documents) == ("review", "stars", 300)
    roles = {column.name: column.role for column in found.columns}
    assert roles == {
        "id": "identifier",
        "review": "text",
        "stars": "label",
        "day": "time",
        "place": "variable",
    }
    assert found.languages == {"en": 1.0}
    assert "friendly" in found.features
    assert "the" not in found.features
    assert "the" in found.left_out["function_words"] or found.left_out["function_word_count"]
    assert found.label.classes == {"2": (n := found.label.classes["2"]), "5": 300 - n}
    assert found.label.signal.found
    assert found.label.signal.score > 0.8
    assert found.signal.with_label_found == 1
    assert found.enough
    said = "\n".join(found.lines())
    assert "There is something to find" in said
    assert "English 100%" in said


def test_a_file_with_too_little(tmp_path):
    found = describe_texts(_file(tmp_path / "a.csv", 300, False))
    assert not found.enough
    assert found.sentence().startswith("Too little to find: 0 of")
    few = describe_texts(_file(tmp_path / "b.csv", 20, True))
    assert "20 documents are too few" in few.sentence()


def test_columns_can_be_named_and_are_missed_by_name(tmp_path):
    path = _file(tmp_path / "a.csv", 60, True)
    found = describe_texts(path, text="review", label="place")
    assert found.label.name == "place"
    none = describe_texts(path, guess_label=False)
    assert none.label is None
    assert none.signal.with_label == 0
    assert "with the label" not in none.sentence()
    with pytest.raises(DataError, match="has no column plaice; did you mean place"):
        describe_texts(path, label="plaice")
    (tmp_path / "lines.txt").write_text("\n".join(["food and wine"] * 30 + ["wine"] * 30))
    lines = describe_texts(tmp_path / "lines.txt")
    assert lines.label is None
    assert lines.repeated == 58
    assert "Label: none" in "\n".join(lines.lines())


@pytest.mark.parametrize("rows", ["", ",1\n,2\n"])
def test_a_file_without_texts_is_refused(tmp_path, rows):
    (tmp_path / "a.csv").write_text(f"review,stars\n{rows}")
    with pytest.raises(DataError, match="has no text in column review"):
        describe_texts(tmp_path / "a.csv", text="review")


def test_numbers_are_no_text(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n3,4\n")
    with pytest.raises(DataError, match=r"no column of texts|not text"):
        describe_texts(tmp_path / "a.csv", text=None)


def test_the_longest_column_is_the_text_where_no_name_says():
    cells = {"a": ["x", "y"], "b": ["a long text here", "another long text"], "c": ["1", "2"]}
    roles = column_roles(Records("made", cells, ("line 2", "line 3")))
    assert [guess.name for guess in roles if guess.role == "text"] == ["b"]
    assert not [guess for guess in roles if guess.role == "label"]


def test_false_discoveries_are_few_and_true_ones_found():
    rng = np.random.default_rng(3)
    nothing = [pair_signal(rng.random((300, 12)) < 0.3).found for _ in range(40)]
    assert np.mean(np.array(nothing) > 0) <= 0.15  # 5% and what 40 draws allow
    held = rng.random((300, 12)) < 0.3
    held[:, 1] = np.where(rng.random(300) < 0.7, held[:, 0], held[:, 1])
    label = np.where(held[:, 2], 5.0, 3.0) + rng.normal(size=300)
    found = pair_signal(held, label, classes=False)
    assert found.found >= 1
    assert found.with_label_found >= 1
    assert label_signal(held, label, classes=False).found
    assert not label_signal(held, rng.normal(size=300), classes=False).found
