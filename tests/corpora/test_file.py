"""Files of one's own: what is read, and the sentence for each thing that can be wrong."""

import csv
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from causattn.base import ConfigError, DataError
from causattn.corpora import corpus_checksum, load_corpus

CHINESE = ["服务很好，菜也不错", "服务员态度差", "味道很好，价格合理", "菜不好吃，服务也差"]


def _load(path, **settings):
    return load_corpus({"kind": "file", "path": str(path), **settings}, 0)


def _write(path, content, encoding="utf-8"):
    path.write_bytes(content.encode(encoding))
    return path


ROWS = pd.DataFrame(
    {
        "review": ['He said "good", twice', "two\nlines", "plain"],
        "stars": [5, 1, 3],
        "price": [1.5, 2.25, 10.0],
        "town": ["Bonn", "Ulm", "Bonn"],
    }
)


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "ndjson", "parquet"])
def test_each_format_gives_the_same_corpus(tmp_path, ending):
    path = tmp_path / f"reviews.{ending}"
    if ending == "csv":
        ROWS.to_csv(path, index=False)
    elif ending == "tsv":
        ROWS.to_csv(path, index=False, sep="\t")
    elif ending == "parquet":
        ROWS.to_parquet(path)
    else:
        ROWS.to_json(path, orient="records", lines=True)
    corpus = _load(path, text="review", label="stars", columns=["price", "town"])
    assert corpus.name == "reviews"
    assert corpus.texts == ROWS["review"].tolist()
    assert corpus.outcome_name == "stars"
    assert corpus.outcome_classes == ("1", "3", "5")
    assert corpus.outcome.tolist() == [2, 0, 1]
    assert corpus.variables == ("price", "town")
    assert corpus.categories == (None, ("Bonn", "Ulm"))
    np.testing.assert_array_equal(corpus.values, [[1.5, 0], [2.25, 1], [10, 0]])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese(tmp_path, encoding):
    lines = "\n".join(f"{text},{k % 2}" for k, text in enumerate(CHINESE))
    path = _write(tmp_path / "中文.csv", f"text,label\n{lines}\n", encoding)
    asked = "utf-8" if encoding == "utf-8-sig" else encoding
    corpus = _load(path, label="label", encoding=asked)
    assert corpus.texts == CHINESE
    assert corpus.name == "中文"


def test_folder_of_texts(tmp_path):
    for folder, name, text in [("pos", "a", "good"), ("neg", "b", "坏"), ("pos", "c", "fine")]:
        (tmp_path / folder).mkdir(exist_ok=True)
        _write(tmp_path / folder / f"{name}.txt", text)
    (tmp_path / "readme.md").write_text("not a document")
    corpus = _load(tmp_path, label="folder")
    assert corpus.texts == ["坏", "good", "fine"]
    assert corpus.outcome_classes == ("neg", "pos")
    assert corpus.outcome.tolist() == [0, 1, 1]
    assert corpus.metadata["file"].tolist() == ["neg/b.txt", "pos/a.txt", "pos/c.txt"]


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=2, max_size=6))
def test_any_text_survives_each_format(tmp_path, texts):
    assume(all(text.strip() not in ("", "nan", "NaN") for text in texts))
    frame = pd.DataFrame({"text": texts})
    frame.to_csv(tmp_path / "a.csv", index=False, lineterminator="\n", quoting=csv.QUOTE_ALL)
    (tmp_path / "a.jsonl").write_text(
        "\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in texts),
        encoding="utf-8",
        newline="",
    )
    frame.to_parquet(tmp_path / "a.parquet")
    for ending in ("csv", "jsonl", "parquet"):
        assert _load(tmp_path / f"a.{ending}").texts == texts


def test_long_documents_are_whole(tmp_path):
    long = "word " * 60_000
    path = _write(tmp_path / "long.csv", f"text\n{long}\nshort\n")
    assert _load(path).texts == [long, "short"]


def test_what_is_kept_beside(tmp_path):
    path = _write(tmp_path / "a.jsonl", '{"text": "x", "id": 1, "tags": ["a"]}\n\n{"text": "y"}\n')
    metadata = _load(path).metadata
    assert metadata["source_place"].tolist() == ["line 1", "line 3"]
    assert metadata["id"][0] == "1"
    assert metadata["tags"][0] == '["a"]'
    assert metadata["tags"].isna().tolist() == [False, True]


def test_kinds_of_columns(tmp_path):
    count = 30
    rows = {
        "text": [f"t{k}" for k in range(count)],
        "few": [k % 3 for k in range(count)],
        "many": list(range(count)),
        "truth": [k % 2 == 0 for k in range(count)],
        "gap": [None, *["x", "y"] * 14, "x"],
    }
    path = tmp_path / "kinds.jsonl"
    path.write_text(
        "\n".join(json.dumps({name: rows[name][k] for name in rows}) for k in range(count))
    )
    corpus = _load(path, columns=["few", "many", "truth", "gap"])
    assert corpus.categories == (("0", "1", "2"), None, ("False", "True"), ("x", "y"))
    assert np.isnan(corpus.values[:, 3]).sum() == 1
    forced = _load(path, continuous=["few"], discrete=["many"])
    assert forced.variables == ("many", "few")
    assert len(forced.categories[0]) == count
    assert forced.categories[1] is None
    assert _load(path, label="few", label_kind="continuous").outcome_classes is None


def test_missing_text_is_dropped_only_when_asked(tmp_path):
    path = _write(tmp_path / "gaps.csv", "id,text\n1,good\n2,\n3,fine\n4,NaN\n")
    with pytest.raises(DataError, match=r"gaps.csv, line 3, column text holds no text; .*drop"):
        _load(path)
    corpus = _load(path, missing="drop")
    assert corpus.texts == ["good", "fine"]
    assert corpus.about["dropped_documents"] == 2


def test_a_text_file_has_a_document_a_line(tmp_path):
    path = _write(tmp_path / "lines.txt", "\ufeffone,\u2028two\r\n\n" + "\n".join(CHINESE))
    assert list(_load(path).texts) == ["one,\u2028two", *CHINESE]


def test_missing_text_in_parquet(tmp_path):
    pd.DataFrame({"text": ["a", None, "b"]}).to_parquet(tmp_path / "gaps.parquet")
    with pytest.raises(DataError, match=r"gaps.parquet, row 2, column text holds no text"):
        _load(tmp_path / "gaps.parquet")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", "", "empty.csv is empty"),
        ("empty.jsonl", "\n", "empty.jsonl is empty"),
        ("empty.txt", " \n\n", "empty.txt is empty; it needs one document a line"),
        ("one.txt", "\nalone\n", "has 1 document; .* at least 2"),
        ("header.csv", "text,label\n", "has 0 documents"),
        ("one.csv", "text\nalone\n", "has 1 document; .* at least 2"),
        (
            "wrong.csv",
            "txt,label\na,b\n",
            r"has no column text; did you mean txt\? Set corpus.text",
        ),
        ("other.csv", "x,y\na,b\n", r"has no column text; it has x, y; Set corpus.text"),
        ("ragged.csv", 'text,n\na,1\n"x\ny",2\nb,2,3\n', "line 5 has 3 cells .* header has 2"),
        ("quote.csv", 'text\na\n"open\n', "line 3: .*mend the quotes"),
        ("twice.csv", "text,text\na,b\n", "column text stands twice"),
        ("broken.jsonl", '{"text": "a"}\n{"text": "b"\n', "line 2, column 13: .*one JSON object"),
        ("list.jsonl", '{"text": "a"}\n["b"]\n', "line 2 holds list, not an object"),
        (
            "number.jsonl",
            '{"text": "a"}\n{"text": 7}\n',
            "line 2, column text holds int, not text",
        ),
        ("half.jsonl", '{"text": "a"}\n{"text": "\\ud800"}\n', "line 2, .* half a character"),
        ("deep.jsonl", '{"text": ' + "[" * 99_999, "line 1 cannot be read .*one plain JSON object"),
        ("fake.parquet", "not parquet", "fake.parquet is no readable Parquet file"),
        ("notes.docx", "x", "ends in .docx, which is no corpus file known; save it as .csv"),
        ("plain", "x", "ends in nothing"),
    ],
)
def test_bad_files_are_told(tmp_path, name, content, said):
    path = _write(tmp_path / name, content)
    with pytest.raises(DataError, match=said) as caught:
        _load(path)
    assert "\n" not in str(caught.value).strip()


def test_undecodable_bytes(tmp_path):
    (tmp_path / "latin.csv").write_bytes("text\ngood\ncaf\xe9 noir\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"latin.csv, line 3: byte 13 \(0xe9\) is not utf-8"):
        _load(tmp_path / "latin.csv")
    assert _load(tmp_path / "latin.csv", encoding="latin-1").texts[1] == "café noir"
    with pytest.raises(DataError, match=r"encoding=utf8000 is no encoding"):
        _load(tmp_path / "latin.csv", encoding="utf8000")


def test_paths_that_are_not_there(tmp_path):
    _write(tmp_path / "reviews.csv", "text\na\nb\n")
    with pytest.raises(DataError, match=r"no file or folder .*review.csv .*did you mean .*reviews"):
        _load(tmp_path / "review.csv")
    with pytest.raises(DataError, match=r"no file or folder .*check the path"):
        _load(tmp_path / "far" / "away.csv")
    (tmp_path / "void").mkdir()
    with pytest.raises(DataError, match=r"void holds no .txt file"):
        _load(tmp_path / "void")


def test_bad_columns_are_told(tmp_path):
    path = _write(tmp_path / "a.csv", "text,n,void\nx,1,\ny,two,\nz,inf,\n")
    with pytest.raises(DataError, match=r"line 3, column n holds 'two', not a number"):
        _load(path, continuous=["n"])
    with pytest.raises(DataError, match=r"column void is empty; leave it out of corpus.columns"):
        _load(path, columns=["void"])
    with pytest.raises(ConfigError, match=r"text stands in corpus.columns and is corpus.text"):
        _load(path, columns=["text"])
    with pytest.raises(ConfigError, match=r"n stands in corpus.discrete and in corpus.continuous"):
        _load(path, discrete=["n"], continuous=["n"])
    with pytest.raises(ConfigError, match=r"text is corpus.text and corpus.label"):
        _load(path, label="text")
    with pytest.raises(DataError, match=r"no column labl; .*Set corpus.label"):
        _load(path, label="labl")
    with pytest.raises(DataError, match="must be one character"):
        _load(path, delimiter="::")
    endless = _write(tmp_path / "b.csv", "text,n\nx,1\ny,inf\n")
    with pytest.raises(DataError, match="line 3, column n is infinite"):
        _load(endless, columns=["n"])
    identifiers = "\n".join(f"t{k},id{k}" for k in range(20))
    named = _write(tmp_path / "c.csv", f"text,id\n{identifiers}\n")
    with pytest.raises(DataError, match="another word in every row"):
        _load(named, columns=["id"])


def test_checksum_follows_the_content(tmp_path):
    path = _write(tmp_path / "a.csv", "text\na\nb\n")
    settings = {"kind": "file", "path": str(path)}
    first = corpus_checksum(settings)
    assert first == corpus_checksum(settings)
    _write(path, "text\na\nc\n")
    assert corpus_checksum(settings) != first
    assert corpus_checksum({"kind": "bayesnet", "network": "asia"}) is None
    _write(tmp_path / "one.txt", "x")
    folder = corpus_checksum({"kind": "file", "path": str(tmp_path)})
    _write(tmp_path / "two.txt", "y")
    assert corpus_checksum({"kind": "file", "path": str(tmp_path)}) != folder
