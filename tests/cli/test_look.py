"""``causattn look``: a sentence or a file, a model's folder, and a page."""

import json
import re
from pathlib import Path

import pytest
import torch
from transformers import BertForSequenceClassification

from causattn.cli import main
from tests.small_models import small_bert, word_pieces

TEXTS = ["the food was great", "the service was slow", "great service, slow food"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    torch.manual_seed(0)
    place = tmp_path_factory.mktemp("models") / "small"
    tokenizer = word_pieces(TEXTS)
    BertForSequenceClassification(small_bert(tokenizer)).save_pretrained(place)
    tokenizer.save_pretrained(place)
    return place


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def texts_of(page: Path) -> list[dict]:
    found = re.search(r'id="data">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return json.loads(found[1])["texts"]


def test_a_sentence_with_a_swap(here, folder, capsys):
    (here / "own.py").write_text("")
    words = ["look", TEXTS[0], f"model={folder}", "swap=great:slow", "explain=occlusion"]
    assert main([*words[:3], "--plugins", "own.py", *words[3:]]) == 0  # a flag anywhere
    assert capsys.readouterr().out == "look.html\n"
    (text,) = texts_of(here / "look.html")
    assert text["texts"] == [TEXTS[0], "the food was slow"]
    assert [words["method"] for words in text["explained"]] == ["occlusion"]
    assert text["pair"]["output"]["labels"] == ["LABEL_0", "LABEL_1"]
    assert "swap=great:slow" in (here / "look.html").read_text(encoding="utf-8")


def test_a_file_says_what_it_leaves_out(here, folder, capsys):
    rows = "".join(f'"{text}",{k}\n' for k, text in enumerate(TEXTS[:2]))
    (here / "mine.csv").write_text(f"review,stars\n{rows}", encoding="utf-8")
    more = [f"model={folder}", "explain=attention", "texts=1"]
    assert main(["look", "mine.csv", *more, "output=some/page.html"]) == 0
    *described, left_out, path = capsys.readouterr().out.splitlines()
    assert described[0] == "mine.csv: 2 documents in column review"
    assert "Languages: English 100%" in described
    assert any(line.startswith("Label stars") for line in described)
    assert left_out == "The first 1 of 2 texts are looked at; texts=2 takes all."
    assert path == "some/page.html"
    page = here / "some" / "page.html"
    assert [text["texts"] for text in texts_of(page)] == [[TEXTS[0]]]
    assert "The first 1 of 2" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mine.csv"], "There is no file mine.csv"),
        ([""], "The text is empty"),
        (["a text", "swap=a"], "write swap=good:bad"),
        (["a text", "swop=a:b"], "did you mean swap?"),
        (["a", "text"], "quotation marks"),
        (["a text", "explain=lome"], "did you mean lime?"),
        (["a text", "texts=0"], "give 1 or more"),
        (["a text", "seed=x"], "no whole number"),
        (["a text", "corpus.text=review"], "a sentence was given"),
        (["a text", "model=nowhere"], "nowhere"),
        (["a text", "hide=text"], "is for masked language models"),
        (["a text", "swap=cold:warm"], "no cold to swap"),
    ],
)
def test_mistakes_are_sentences(here, folder, capsys, words, said):
    given = (
        words if any(word.startswith("model=") for word in words) else [*words, f"model={folder}"]
    )
    assert main(["look", *given]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert not (here / "look.html").exists()


def test_help_says_what_every_key_means(capsys):
    assert main(["look", "--help"]) == 0
    out = capsys.readouterr().out
    for key in ("model=", "swap=", "hide=", "explain=", "texts=", "seed=", "output="):
        assert re.search(rf"^  {key} +\w.{{10}}", out, re.MULTILINE)
