"""Files as other programs write them: separators, byte order marks, compression, nested JSON."""

import codecs
import gzip
import json
import re

import pytest

from causattn.base import DataError
from causattn.corpora import corpus_checksum, load_corpus

TEXTS = ["gut, sehr gut", "schlecht; leider", "ganz | ordentlich"]


def _load(path, **settings):
    return load_corpus({"kind": "file", "path": str(path), **settings}, 0)


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path, sign):
    path = tmp_path / "a.csv"
    rows = [["text", "rating", "city"], *([text, str(k), "Köln"] for k, text in enumerate(TEXTS))]
    path.write_text("\n".join(sign.join(f'"{cell}"' for cell in row) for row in rows))
    corpus = _load(path, label="rating")
    assert list(corpus.texts) == TEXTS
    assert corpus.outcome.tolist() == [0, 1, 2]


def test_one_column_is_cut_by_nothing(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text\none;two\nthree;four\n")
    assert list(_load(path).texts) == ["one;two", "three;four"]


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_a_byte_order_mark_says_the_encoding(tmp_path, mark, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes(mark + "text\n好吃\ncafé\n".encode(encoding))
    assert list(_load(path).texts) == ["好吃", "café"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("un café noir\nà bientôt", "latin-1"),
        ("Straße\nüber Äpfel und Öl", "latin-1"),
        ("it’s “fine”\nno – never", "cp1252"),
        ("这家餐厅很好吃\n服务太差了", "gb18030"),
        ("a film\na play", "utf-16-le"),
        ("a film\na play", "utf-16-be"),
    ],
)
def test_another_encoding_is_named(tmp_path, text, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes(f"text\n{text}\n".encode(encoding))
    with pytest.raises(DataError, match=f"is not utf-8.* set corpus.encoding={encoding}"):
        _load(path)
    assert list(_load(path, encoding=encoding).texts) == text.split("\n")


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "json", "txt"])
def test_compressed_files(tmp_path, ending):
    rows = [{"text": text, "stars": k} for k, text in enumerate(TEXTS)]
    sign = "\t" if ending == "tsv" else ","
    written = {
        "jsonl": "\n".join(json.dumps(row) for row in rows),
        "json": json.dumps(rows),
        "txt": "\n".join(TEXTS),
    }.get(
        ending, "\n".join([f"text{sign}stars", *(f'"{r["text"]}"{sign}{r["stars"]}' for r in rows)])
    )
    path = tmp_path / f"reviews.{ending}.gz"
    path.write_bytes(gzip.compress(written.encode()))
    corpus = _load(path)
    assert list(corpus.texts) == TEXTS
    assert corpus.name == "reviews"
    assert corpus_checksum({"kind": "file", "path": str(path)}) is not None


def test_half_a_compressed_file(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"text\none\ntwo\n" * 99)[:-20])
    with pytest.raises(DataError, match=r"a\.csv\.gz is no whole gzip file"):
        _load(path)


def test_objects_inside_objects_are_columns(tmp_path):
    rows = [
        {"text": t, "meta": {"author": {"age": 30 + k}}, "tags": ["a"]} for k, t in enumerate(TEXTS)
    ]
    (tmp_path / "a.json").write_text(json.dumps({"version": 1, "reviews": rows}))
    corpus = _load(tmp_path / "a.json", columns=["meta.author.age"])
    assert corpus.values[:, 0].tolist() == [0, 1, 2]
    assert corpus.categories == (("30", "31", "32"),)
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    assert _load(tmp_path / "a.jsonl", label="meta.author.age").outcome.tolist() == [0, 1, 2]


def test_an_object_a_line_under_the_name_of_json(tmp_path):
    (tmp_path / "a.json").write_text("\n".join(json.dumps({"text": text}) for text in TEXTS))
    assert list(_load(tmp_path / "a.json").texts) == TEXTS


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[1, 2]", "holds no list of objects"),
        ('{"a": 1}', "an object with 0 lists of objects"),
        ('{"a": [{"b": 1}], "c": [{"d": 1}]}', "with 2 lists of objects"),
        ('[{"text": "a"', "line 1, column 14"),
        ("[" * 99_999, "cannot be read"),
    ],
)
def test_json_that_is_no_table(tmp_path, content, words):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(DataError, match=re.escape(words)):
        _load(tmp_path / "a.json")


def test_objects_nested_without_end(tmp_path):
    deep = {"x": 1}
    for _ in range(300):
        deep = {"d": deep}
    (tmp_path / "a.json").write_text(json.dumps([{"text": text, **deep} for text in TEXTS]))
    assert list(_load(tmp_path / "a.json").texts) == TEXTS


TABLES = {
    "excel.csv": "sep=;\na;b\n1,5;2\n2,5;3\n",
    "blanks.csv": "a   b\n 1.5 2\n2.5   3\n",
    "tabs.txt": "a\tb\n1.5\t2\n2.5\t3\n",
    "numbered.csv": ",a,b\n0,1.5,2\n1,2.5,3\n",
    "columns.json": '{"a": [1.5, 2.5], "b": [2, 3]}',
    "frame.json": '{"a": {"0": 1.5, "1": 2.5}, "b": {"0": 2, "1": 3}}',
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_as_other_programs_write_them(tmp_path, name):
    path = tmp_path / name
    path.write_text(TABLES[name])
    corpus = load_corpus({"kind": "table", "path": str(path), "continuous": ["a", "b"]}, 0)
    assert corpus.variables == ("a", "b")
    assert corpus.values.tolist() == [[1.5, 2], [2.5, 3]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04workbook", "is an archive, .* save it as CSV"),
        (b"1.5,2.5\n1,2\n3,4\n", r"has numbers \(1.5, 2.5\) where the names"),
        (b"a,,b\n1,2,3\n2,9,1\n", "column 2 has no name"),
        (b"a,b\n", "has 0 rows below"),
        (b"a,b\n1,2\n", "has 1 row below"),
        (b"sep=;\na;b\n1;2\n3\n", "line 4 has 1 cells"),
    ],
)
def test_a_table_that_is_none(tmp_path, content, said):
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=said):
        load_corpus({"kind": "table", "path": str(path)}, 0)


def test_a_column_that_numbers_the_rows_is_no_variable(tmp_path):
    path = tmp_path / "data.csv"
    rows = [[0, 0.5, 1], [1, 2.5, 2], [2, 1.5, 4]]
    path.write_text("id,a,b\n" + "".join(f"{i},{a},{b}\n" for i, a, b in rows))
    corpus = load_corpus({"kind": "table", "path": str(path)}, 0)
    assert corpus.variables == ("a", "b")
    assert corpus.summary()["row_numbers"] == ["id"]
    named = load_corpus({"kind": "table", "path": str(path), "columns": ["id", "a"]}, 0)
    assert named.variables == ("id", "a")
    path.write_text("id,a,b\n0,0.5,1\n2,2.5,2\n1,1.5,4\n")
    assert load_corpus({"kind": "table", "path": str(path)}, 0).variables == ("id", "a", "b")


def test_a_compressed_file_under_a_plain_name(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(b"text\none\ntwo\n"))
    assert list(_load(path).texts) == ["one", "two"]
