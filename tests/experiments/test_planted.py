"""The trial on planted corpora, in small: its figures are what they say, and it goes on."""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

PLAIN = {"kind": "planted", "confounding": 0.0, "label_noise": 0.0}
FOLDER = Path(__file__).resolve().parents[2] / "experiments" / "planted"


def _module(name):
    spec = importlib.util.spec_from_file_location(f"planted_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def run():
    return _module("run")


@pytest.fixture(scope="module")
def measure(run):
    return sys.modules["planted_measure"]


@pytest.fixture(scope="module")
def few(measure):
    """Let only some explainers be tried, of every way of being judged."""
    patch = pytest.MonkeyPatch()
    kinds = {
        "attention, raw": {"kind": "attention", "measure": "raw"},
        "occlusion": {"kind": "occlusion"},
        "random": {"kind": "random"},
        "cell_contribution": {"kind": "cell_contribution"},
    }
    patch.setattr(measure, "explainers", lambda: kinds)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def written(run, few, tmp_path_factory):
    place = tmp_path_factory.mktemp("planted")
    words = ["--tasks", "rare", "confounded", "--languages", "chinese", "--seeds", "0"]
    small = ["--documents", "500", "--explained", "6", "--folder", str(place)]
    run.main([*words, *small])
    return place


def test_every_explainer_is_judged_and_what_cannot_be_is_named(written):
    rows = json.loads((written / "planted.json").read_text())["rows"]
    assert [row["task"] for row in rows] == ["rare", "confounded"]
    for row in rows:
        names = [line["explainer"] for line in row["lines"]]
        assert names[0].startswith("rewriting")
        assert {"replacement", "attention, raw", "occlusion", "random"} == set(names[1:])
        assert "cell_contribution" in row["left_out"]
        for line in row["lines"]:
            assert sum(line["share"].values()) == pytest.approx(1)
        assert sum(row["fair_share"].values()) == pytest.approx(1)
    assert "decoy" in rows[0]["fair_share"]
    assert {"confounded", "common_cause"} <= rows[1]["fair_share"].keys()


def test_a_model_that_has_learned_the_rule_is_explained_better_than_by_chance(written):
    rows = json.loads((written / "planted.json").read_text())["rows"]
    for row in rows:
        lines = {line["explainer"]: line for line in row["lines"]}
        assert row["accuracy_held_out"] > 0.9
        assert lines["rewriting (intervention)"]["auc"] > 0.95
        assert lines["occlusion"]["auc"] > 0.9
        assert lines["occlusion"]["error"] < lines["random"]["error"]
        assert lines["attention, raw"]["sign_agreement"] is None
        assert lines["attention, raw"]["untrained_auc"] < lines["attention, raw"]["auc"]


def test_the_page_and_the_picture_are_there(written):
    shown = (written / "README.md").read_text()
    for words in ("## rare", "## confounded", "| occlusion |", "| random |", "## Left out"):
        assert words in shown
    assert (written / "planted.png").stat().st_size > 5000


def test_rows_that_are_there_are_not_measured_again(run, measure, written, monkeypatch, capsys):
    def never(*_, **__):
        raise AssertionError("measured again")

    monkeypatch.setattr(run, "measure_row", never)
    words = ["--tasks", "rare", "--languages", "chinese", "--seeds", "0", "--documents", "500"]
    run.main([*words, "--explained", "6", "--folder", str(written)])
    assert "rare_chinese_seed0: there already" in capsys.readouterr().out
    with pytest.raises(AssertionError, match="measured again"):
        run.main([*words, "--explained", "7", "--folder", str(written)])


def test_precision_and_auc(measure):
    rng = np.random.default_rng(0)
    for _ in range(50):
        score = rng.integers(0, 4, 9).astype(float)
        cause = np.zeros(9, dtype=bool)
        cause[rng.choice(9, 3, replace=False)] = True
        precision, auc = measure.precision_and_auc(score, cause)
        assert auc == pytest.approx(roc_auc_score(cause, score))
        # Ties broken at random, many times over.
        chance = rng.random((4000, 9))
        top = np.argsort(-(score + 1e-6 * chance), axis=1)[:, :3]
        assert precision == pytest.approx(cause[top].mean(), abs=0.03)


def test_units_hold_every_token_once_and_words_whole(measure):
    from causattn.corpora import load_corpus
    from causattn.models import encode_texts, load_model

    corpus = load_corpus({**PLAIN, "rule": "context", "language": "chinese", "documents": 40}, 0)
    tiny = {"kind": "tiny_classifier", "epochs": 1, "width": 16, "layers": 1}
    model = load_model(tiny, corpus, 0)
    units, encoding = measure.find_units(model, corpus), encode_texts(model, corpus.texts)
    for row, text in enumerate(corpus.texts):
        low, high = encoding.bounds[row], encoding.bounds[row + 1]
        special = encoding.special[low:high]
        owner, variable = units.owner[row], units.variable[row]
        assert ((owner == -1) == special).all()
        assert set(owner[~special]) == set(range(len(variable)))
        assert sorted(variable[variable >= 0]) == list(range(len(corpus.variables)))
        for unit in np.flatnonzero(units.cause[row]):
            start = encoding.start[low:high][owner == unit].min()
            end = encoding.end[low:high][owner == unit].max()
            assert text[start:end] in ("不", "很", "难喝", "新鲜")
    ones = [np.ones(len(owner)) for owner in units.owner]
    for counted, owner in zip(units.of_tokens(ones), units.owner, strict=True):
        assert counted.sum() == (owner >= 0).sum()


def test_effects_of_rewriting_by_hand(measure):
    from causattn.corpora import load_corpus
    from causattn.models import load_model

    corpus = load_corpus({**PLAIN, "documents": 30, "fillers": 1}, 0)
    tiny = {"kind": "tiny_classifier", "epochs": 1, "width": 16, "layers": 1}
    model = load_model(tiny, corpus, 0)
    effects = measure.rewriting_effects(model, corpus)
    soup = corpus.variables.index("soup")
    text = corpus.texts[3]
    old, new = ("fresh", "stale") if "soup was fresh" in text else ("stale", "fresh")
    other = text.replace(f"soup was {old}", f"soup was {new}")
    before, after = measure._logits(model, [text, other])
    chosen = before.argmax()
    assert effects[3, soup] == pytest.approx(before[chosen] - after[chosen], abs=1e-5)
