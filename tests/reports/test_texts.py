"""Reports about files, tokens and the command line (the table in README.md names each)."""

import json
import random
import time
import unicodedata
from pathlib import Path

import pytest

from causattn.cli import main
from causattn.corpora import Corpus, load_corpus
from causattn.models import encode_texts, load_model

SHORT = {"steps": 1, "layers": 1, "heads": 1, "width": 8, "feed_forward": 8}


def texts_of(path: Path, **settings: object) -> list[str]:
    return list(load_corpus({"kind": "file", "path": str(path), **settings}, 0).texts)


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def test_the_word_null_is_a_text(tmp_path: Path) -> None:
    """huggingface/datasets#4467"""
    path = write(tmp_path / "a.csv", "text\nnull\nNone\nNA\n")
    assert texts_of(path) == ["null", "None", "NA"]


def test_rows_of_json_lines_may_differ(tmp_path: Path) -> None:
    """huggingface/datasets#7169 and #7222"""
    rows = [{"text": "a", "d": None}, {"text": "b"}, {"text": "c", "d": "d3", "e": [None, 1]}]
    path = write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows)))
    corpus = load_corpus({"kind": "file", "path": str(path)}, 0)
    assert corpus.metadata is not None
    assert corpus.metadata["d"].isna().tolist() == [True, True, False]


def test_nothing_inside_a_list_is_not_skipped(tmp_path: Path) -> None:
    """huggingface/datasets#7059"""
    rows = [{"text": "a", "lines": [None, [1], [2], [3]]}, {"text": "b", "lines": [[1], [2]]}]
    path = write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows)))
    corpus = load_corpus({"kind": "file", "path": str(path)}, 0)
    assert corpus.metadata is not None
    assert json.loads(corpus.metadata["lines"][0]) == [None, [1], [2], [3]]


def test_another_delimiter_reads_the_file_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """huggingface/datasets#778 and #730: a cache that forgot how a file was read"""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.csv", "text,this;label\nred,one;1\nblue,two;0\nred,two;1\nblue,one;0\n")
    given = ["run", "corpus=file", "corpus.path=a.csv", "features=concepts"]
    given += ["model=none", "attention=none", "candidates=none", "controls=[]", "report=false"]
    assert main([*given, "corpus.delimiter=','", "corpus.text=txt"]) == 2
    assert "did you mean text" in capsys.readouterr().err
    assert main([*given, "corpus.delimiter=';'", "corpus.text=txt"]) == 2
    assert "text,this" in capsys.readouterr().err


def test_a_carriage_return_inside_a_cell(tmp_path: Path) -> None:
    """huggingface/datasets#1989"""
    path = write(tmp_path / "a.csv", 'text,label\n"one\rtwo",1\n"three\r\nfour",0\n')
    assert texts_of(path, label="label") == ["one\rtwo", "three\r\nfour"]


@pytest.fixture(scope="module")
def pieces():
    texts = [
        "i ⭢ j",
        unicodedata.normalize("NFD", "마실까해요 마실까"),
        "アリババ株式会社のサイトです ハハ",
        "ænəld͡ʒizɪəz cafe\u0301",
    ] * 5
    corpus = Corpus("odd", texts)
    return texts[:4], load_model({"kind": "tiny_mlm", "tokenizer": "pieces", **SHORT}, corpus, 0)


def test_offsets_are_those_of_the_text_as_it_was_given(pieces) -> None:
    """huggingface/tokenizers#156 and #1201"""
    texts, model = pieces
    for text in texts:
        found = model.tokenizer(text, return_offsets_mapping=True)
        offsets = [pair for pair in found["offset_mapping"] if pair[1] > pair[0]]
        assert all(0 <= start < end <= len(text) for start, end in offsets)
        covered = {k for start, end in offsets for k in range(start, end)}
        bare = {k for k, letter in enumerate(text) if not letter.isspace()} - covered
        # The last part of a letter that was put together (NFC) may lie outside of its token.
        assert all(
            unicodedata.normalize("NFC", text[k - 1 : k + 1]) != text[k - 1 : k + 1]
            or unicodedata.combining(text[k])
            for k in bare
        )


def test_voiced_kana_stay_themselves(pieces) -> None:
    """huggingface/tokenizers#215"""
    _, model = pieces
    assert model.tokenizer("バ")["input_ids"] != model.tokenizer("ハ")["input_ids"]


def test_any_letter_is_read_and_given_back(pieces) -> None:
    """huggingface/tokenizers#751"""
    texts, model = pieces
    encoded = encode_texts(model, texts)
    assert model.tokenizer.unk_token_id not in encoded.ids.tolist()
    ids = model.tokenizer(texts[3], add_special_tokens=False)["input_ids"]
    assert model.tokenizer.decode(ids).strip() == unicodedata.normalize("NFC", texts[3])


def test_one_word_of_a_hundred_kilobytes_trains_no_longer_than_many_words() -> None:
    """huggingface/tokenizers#497 and #86; mended: it took minutes, deaf to signals"""
    letters = random.Random(0).choices("abcdefghijklmnopqrstuvwxyz", k=100_000)
    corpus = Corpus("long", ["".join(letters), "a b"])
    pieces = {"tokenizer": "pieces", "vocabulary": 1000, "longest": 16, "long_text": "truncate"}
    began = time.process_time()
    load_model({"kind": "tiny_mlm", **pieces, **SHORT}, corpus, 0)
    assert time.process_time() - began < 8


@pytest.mark.parametrize("name", ["epoch=999-step=8.csv", "me@example.com.csv", "a*b.csv"])
def test_signs_of_the_command_lines_grammar_in_a_path(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """hydra-ecosystem/hydra#1577, #1074 and #798"""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / name, "text\nred\n")
    given = ["run", "corpus=file", "features=words"]
    code = main([*given, f"corpus.path={name}"])
    said = capsys.readouterr().err
    assert code == 2
    assert "at least 2" in said or "in quotes" in said
    assert main([*given, f'corpus.path="{name}"']) == 2
    assert "at least 2" in capsys.readouterr().err


def test_a_backslash_before_a_quote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """hydra-ecosystem/hydra#1600"""
    monkeypatch.chdir(tmp_path)
    assert main(["run", "corpus=file", "corpus.path='folder\\\\'"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_commas_in_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    """hydra-ecosystem/hydra#2657"""
    assert main(["run", "corpus.a,b=1"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Traceback" not in said
