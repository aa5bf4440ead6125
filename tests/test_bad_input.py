"""What a user can get wrong: one sentence, exit code 2, and no half-written run."""

from pathlib import Path

import pytest

from causattn.cli import main

CSV = "text,label,mood\n" + "".join(
    f"the {'good' if k % 3 else 'bad'} film {'plot' if k % 2 else 'cast'} number {k % 7},"
    f"{int(k % 3 > 0)},{'glad' if k % 5 else 'sad'}\n"
    for k in range(60)
)
ON_FILE = ("corpus=file", "features=words", "attention=observed")
TINY = ("model.steps=5",)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("good.csv").write_text(CSV, encoding="utf-8")
    Path("empty.csv").write_text("text,label\n", encoding="utf-8")
    Path("one.csv").write_text("text,label\nonly this,1\n", encoding="utf-8")
    Path("bytes.csv").write_bytes(b"text,label\nfine,1\nbad \xff\xfe,0\n")
    Path("nan.csv").write_text(CSV + ",1,sad\n", encoding="utf-8")
    Path("long.csv").write_text(CSV + f"{'good film ' * 400},1,sad\n", encoding="utf-8")
    Path("twins.csv").write_text(
        "text,one,two\n" + "".join(f"word{k % 9} here,{k % 2},{k % 2}\n" for k in range(60)),
        encoding="utf-8",
    )
    Path("same.csv").write_text(
        "text,one,two\n" + "".join(f"word{k % 9} here,{k % 9 // 8},1\n" for k in range(60)),
        encoding="utf-8",
    )
    return tmp_path


CASES = {
    "fewer than no tests": (
        ["corpus.path=good.csv", "discovery.max_order=-1"],
        "discovery.max_order=-1 should be at least 0",
    ),
    "a price below nothing": (
        ["corpus.path=good.csv", "discovery=ges", "discovery.penalty=-1"],
        "discovery.penalty=-1 should be above 0",
    ),
    "no time": (
        ["corpus.path=good.csv", "discovery.timeout_s=0"],
        "discovery.timeout_s=0 should be above 0",
    ),
    "a level that is none": (["corpus.path=good.csv", "discovery.alpha=2"], "discovery.alpha=2 is"),
    "masked attention of a model that reads on": (
        ["corpus=asia", "features=slots", "attention=masked", "model=lstm_lm"],
        "choose attention=next",
    ),
    "masked attention of a classifier": (
        ["corpus.path=good.csv", "attention=masked", "model=tiny_classifier"],
        "choose attention=observed",
    ),
    "foretelling by a masked model": (
        ["corpus.path=good.csv", "attention=next"],
        "choose attention=masked",
    ),
    "missing file": (["corpus.path=absent.csv"], "absent.csv"),
    "wrong column": (["corpus.path=good.csv", "corpus.text=txt"], "text"),
    "empty corpus": (["corpus.path=empty.csv"], "at least 2"),
    "one document": (["corpus.path=one.csv"], "at least 2"),
    "undecodable bytes": (["corpus.path=bytes.csv"], "corpus.encoding"),
    "missing text": (["corpus.path=nan.csv"], "corpus.missing"),
    "too long a text": (
        ["corpus.path=long.csv", "features.collinear=drop"],
        "model.long_text=truncate",
    ),
    "constant column": (
        ["corpus.path=same.csv", "corpus.columns=[one,two]", "features=concepts"],
        "two",
    ),
    "duplicate columns": (
        ["corpus.path=twins.csv", "corpus.columns=[one,two]", "features=concepts"],
        "two",
    ),
    "a feature that never occurs": (
        ["corpus.path=good.csv", "features.include=[elephant]"],
        "elephant",
    ),
    "unknown network": (["corpus=bayesnet", "corpus.network=asai", "features=slots"], "asia"),
    "unknown option": (["corpus.path=good.csv", "discovery=pcc"], "pc"),
    "unknown key": (["corpus.path=good.csv", "discovery.alpa=0.1"], "alpa"),
    "unknown algorithm": (["corpus.path=good.csv", "discovery.kind=gse"], "ges"),
    "a test that does not fit": (
        ["corpus=asia", "features=slots", "corpus.documents=300", "discovery.test=fisher_zz"],
        "fisher_z",
    ),
    "a model that is not there": (
        ["corpus.path=good.csv", "model=hf", "model.path=nowhere", "features.collinear=drop"],
        "nowhere",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_sentence_exit_code_two_and_nothing_left(place, capsys, name):
    overrides, word = CASES[name]
    steps = () if any(each.startswith("model=") for each in overrides) else TINY
    code = main(["run", *ON_FILE, *steps, *overrides])
    said = capsys.readouterr().err.strip().splitlines()
    sentences = [line for line in said if not line.endswith((" ...", " s"))]
    assert code == 2, said
    assert len(sentences) == 1, said
    assert word in sentences[0]
    assert "Traceback" not in "".join(said)
    runs = place / "results" / "runs"
    assert not runs.exists() or not list(runs.iterdir())


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("attention.device=cuda", "torch sees no such device"),
        ("attention=next", "choose attention=masked"),
        ("discovery.alpha=2", "discovery.alpha=2 is no level"),
    ],
)
def test_what_settings_tell_is_said_before_anything_is_read(
    place, capsys, monkeypatch, override, words
):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert main(["run", *ON_FILE, "corpus.path=absent.csv", override]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.startswith("2 mistakes:")
    assert "no file or folder absent.csv" in said
