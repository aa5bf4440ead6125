"""A label comes after what it is predicted from, unless a person says otherwise."""

import numpy as np
import pytest

from causattn.corpora import Corpus
from causattn.discovery import ASSUMED, KNOWLEDGE, discover
from causattn.features import build_features
from causattn.graphs import CausalGraph


def _table(truth=None, count=600):
    rng = np.random.default_rng(0)
    stars = rng.random(count) < 0.5
    held = [
        rng.random(count) < np.where(stars, high, low) for high, low in ((0.8, 0.2), (0.6, 0.3))
    ]
    words = [["friendly", "tasty"][k] for k in (0, 1)]
    texts = [
        " ".join(["place", *(word for word, own in zip(words, held, strict=True) if own[k])])
        for k in range(count)
    ]
    corpus = Corpus(
        "made",
        texts,
        outcome=stars.astype(float),
        outcome_name="stars",
        outcome_classes=("bad", "good"),
        truth=truth,
    )
    return build_features({"kind": "words", "include": ["friendly", "tasty"], "top": 0}, corpus)


@pytest.mark.parametrize("kind", ["pc", "ges", "boss", "ils", "hill_climbing", "fci"])
def test_the_label_is_no_cause(kind):
    graph = discover({"kind": kind}, _table())
    assert graph.details[ASSUMED] is True
    assert graph.details[KNOWLEDGE]["tiers"] == (("friendly", "tasty"), ("stars",))
    into = "o->" if graph.kind == "pag" else "-->"
    assert graph.symbol("friendly", "stars") == into
    assert graph.symbol("tasty", "stars") == into


def test_a_person_can_say_otherwise():
    table = _table()
    free = discover({"kind": "pc", "knowledge": {}}, table)
    assert ASSUMED not in free.details
    assert free.symbol("friendly", "stars") == "---"
    other = {"tiers": [["stars"], ["friendly", "tasty"]]}
    turned = discover({"kind": "pc", "knowledge": other}, table)
    assert turned.symbol("stars", "friendly") == "-->"
    assert ASSUMED not in turned.details
    assert ASSUMED not in discover({"kind": "pc"}, table, knowledge={}).details


def test_an_algorithm_without_knowledge_says_so():
    graph = discover({"kind": "grasp"}, _table())
    assert graph.details[ASSUMED] == "not used: grasp takes no knowledge"
    assert KNOWLEDGE not in graph.details


def test_where_the_truth_is_known_nothing_is_assumed():
    names = ("friendly", "tasty", "stars")
    truth = CausalGraph.from_adjacency(
        np.array([[0, 0, 0], [0, 0, 0], [1, 1, 0]]),
        names,
        direction="from row to column",
        kind="dag",
    )
    table = _table(truth)
    assert "last" not in table.about
    assert ASSUMED not in discover({"kind": "pc"}, table).details
