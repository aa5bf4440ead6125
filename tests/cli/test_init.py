"""``causattn init``: a study of one's own texts, as a YAML that runs."""

import io
from pathlib import Path

import numpy as np
import pytest
import yaml

from causattn.cli import main
from causattn.cli.init import MINILM


@pytest.fixture
def here(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    rows = ["review,stars,place"]
    for k in range(240):
        good = k % 2
        words = [w for w, p in (("friendly", 0.2 + 0.7 * good), ("wine", 0.4)) if rng.random() < p]
        rows.append(
            f"The {' and the '.join(words)} was here with us,{2 + 3 * good},{'ab'[k % 3 == 0]}"
        )
    (tmp_path / "reviews.csv").write_text("\n".join(rows) + "\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _study(here, name="mine"):
    text = (here / name / "experiment" / f"{name}.yaml").read_text(encoding="utf-8")
    return text, yaml.safe_load(text)


def test_the_study_that_is_written_runs(here, capsys, monkeypatch):
    monkeypatch.setattr("causattn.cli.init.find_spec", lambda name: None)  # as without the extra
    assert main(["init", "mine", "--file", "reviews.csv", "--yes"]) == 0
    said = capsys.readouterr().out
    assert "240 documents in column review" in said
    assert "There is something to find" in said
    assert "causattn run --config-dir mine experiment=mine" in said
    text, study = _study(here)
    assert study["corpus"] == {
        "path": str(here / "reviews.csv"),
        "text": "review",
        "label": "stars",
        "columns": [],
    }
    assert "other columns that could be variables: place" in text.lower()
    assert {"override /model": "none"} in study["defaults"]
    assert "pip install 'causattn[minilm]'" in text
    command = ["run", "--config-dir", "mine", "experiment=mine", "report=false"]
    assert main([*command, "paths.runs=runs", "paths.cache=cache", "effects=none"]) == 0
    said = capsys.readouterr().out
    assert "friendly → stars" in said
    assert "Assumed: stars after all others" in said
    given = ["corpus.columns=[place]", "features.metadata=[place]"]
    assert main([*command, *given, "paths.runs=dated", "paths.cache=cache", "effects=none"]) == 0
    assert "Assumed: place before all others, stars after all others" in capsys.readouterr().out


def test_with_the_packaged_model_its_attention_is_read(here, monkeypatch, capsys):
    monkeypatch.setattr("causattn.cli.init.find_spec", lambda name: True)
    assert main(["init", "mine", "--file", "reviews.csv", "--label", "-"]) == 0
    text, study = _study(here)
    assert {"override /model": "minilm"} in study["defaults"]
    assert study["model"]["train_classifier"] is False
    assert "label" not in study["corpus"]
    # What words say of a label that is not wanted is nothing to find.
    assert "with the label" not in text
    assert "with the label" not in capsys.readouterr().out


def test_the_package_is_that_of_the_model():
    import causattn

    source = Path(causattn.__file__).parent / "models" / "minilm.py"  # not imported: torch
    assert f'PACKAGE = "{MINILM}"' in source.read_text(encoding="utf-8")


def test_questions_are_asked_in_a_terminal(here, monkeypatch, capsys):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stdin", Terminal("reviews.csv\n\nplace\n"))
    assert main(["init", "mine"]) == 0
    assert "Column of the texts [review]: " in capsys.readouterr().out
    assert _study(here)[1]["corpus"]["label"] == "place"


def test_the_band_of_a_handful_of_texts_is_one(here):
    (here / "six.txt").write_text("\n".join(["good food", "bad wine"] * 3))
    assert main(["init", "six", "--file", "six.txt", "--yes"]) == 0
    assert _study(here, "six")[1]["features"]["min_share"] == 0.5  # below features.max_share


def test_too_little_to_find_is_said(here, capsys):
    (here / "few.txt").write_text("\n".join(["good food", "bad wine"] * 10))
    assert main(["init", "few", "--file", "few.txt", "--yes"]) == 0
    assert "Too little to find: 20 documents are too few" in capsys.readouterr().out
    assert "# Too little to find" in _study(here, "few")[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mine"], "No file was named; give --file PATH"),
        (["mi-ne", "--file", "reviews.csv"], "is no name of a study"),
        (["mine", "--file", "review.csv"], "did you mean reviews.csv"),
        (["mine", "--file", "reviews.csv", "--label", "star"], "did you mean stars"),
        (["mine", "--file", "reviews.csv", "--top", "3"], "causattn init --help"),
    ],
)
def test_what_cannot_be_is_a_sentence(here, monkeypatch, capsys, words, said):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert main(["init", *words]) == 2
    assert said in capsys.readouterr().err
    assert not (here / "mine").exists()


def test_a_study_is_never_written_over(here, capsys):
    words = ["init", "mine", "--file", "reviews.csv", "--yes"]
    assert main(words) == 0
    assert main(words) == 2
    assert "is there already" in capsys.readouterr().err
