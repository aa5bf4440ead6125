"""The trial on planted corpora, in small: its figures are what they say."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from causattn.corpora import load_corpus
from causattn.models import encode_texts, load_model
from experiments.planted import measure

FEW = {
    "attention, raw": {"kind": "attention", "measure": "raw"},
    "occlusion": {"kind": "occlusion"},
    "random": {"kind": "random"},
    "cell_contribution": {"kind": "cell_contribution"},
}
"""Some explainers, of every way of being judged."""


@pytest.fixture(scope="module")
def small(in_small):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measure, "explainers", lambda: FEW)
        return in_small("planted")


def test_every_explainer_is_judged_and_what_cannot_be_is_named(small):
    rows, page = small
    models = [row for row in rows if row["part"] == "model"]
    assert [row["task"] for row in models] == ["rare", "confounded"]
    for model in models:
        lines = [row for row in rows if row["job"] == model["job"] and row["part"] == "explainer"]
        names = [line["explainer"] for line in lines]
        assert names[0].startswith("rewriting")
        assert {"replacement", "attention, raw", "occlusion", "random"} == set(names[1:])
        assert "cell_contribution" in model["left_out"]
        for line in lines:
            assert sum(line["share"].values()) == pytest.approx(1)
        assert sum(model["fair_share"].values()) == pytest.approx(1)
    assert "decoy" in models[0]["fair_share"]
    assert {"confounded", "common_cause"} <= models[1]["fair_share"].keys()
    for words in ("## rare", "## confounded", "| occlusion |", "| random |", "Left out"):
        assert words in page


def test_a_model_that_has_learned_the_rule_is_explained_better_than_by_chance(small):
    for job in {row["job"] for row in small[0]}:
        model, *lines = [row for row in small[0] if row["job"] == job]
        own = {line["explainer"]: line for line in lines}
        assert model["accuracy_held_out"] > 0.9
        assert own["rewriting (intervention)"]["auc"] > 0.95
        assert own["occlusion"]["auc"] > 0.9
        assert own["occlusion"]["error"] < own["random"]["error"]
        assert own["attention, raw"]["sign_agreement"] is None
        assert own["attention, raw"]["untrained_auc"] < own["attention, raw"]["auc"]


def test_precision_and_auc():
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


def test_units_hold_every_token_once_and_words_whole():
    corpus = load_corpus(
        {
            "kind": "planted",
            "rule": "context",
            "confounding": 0.0,
            "language": "chinese",
            "documents": 40,
        },
        0,
    )
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


def test_effects_of_rewriting_by_hand():
    corpus = load_corpus({"kind": "planted", "documents": 30, "fillers": 1}, 0)
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
