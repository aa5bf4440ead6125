"""Which arrows the documents directed, and which were assumed."""

import numpy as np

from causattn.corpora import Corpus
from causattn.discovery import ASSUMED, KNOWLEDGE
from causattn.effects import collect_evidence, directed_by_knowledge
from causattn.features import build_features
from causattn.graphs import CausalGraph

TIERS = {"required": [], "forbidden": [], "tiers": [["a", "b", "c"], ["y"]], "order": []}


def _graph(adjacency, sets=None, **details):
    return CausalGraph.from_adjacency(
        np.array(adjacency),
        ("a", "b", "c", "y"),
        direction="from row to column",
        kind="cpdag",
        separating_sets=sets or {},
        details={KNOWLEDGE: TIERS, ASSUMED: True, **details},
    )


FORK = [[0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]]


def test_a_collider_is_found_and_a_lone_arrow_is_assumed():
    assert directed_by_knowledge(_graph(FORK, {(0, 1): [()]})) == set()
    lone = [[0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert directed_by_knowledge(_graph(lone)) == {("a", "y")}


def test_a_collider_against_the_tests_is_assumed():
    # a and b were found independent given y: the documents say that y is no collider.
    assert directed_by_knowledge(_graph(FORK, {(0, 1): [(3,)]})) == {("a", "y"), ("b", "y")}


def test_without_knowledge_nothing_is_assumed():
    graph = _graph(FORK)
    assert directed_by_knowledge(CausalGraph(graph.names, graph.marks, kind="cpdag")) == set()


def test_an_assumption_is_no_evidence():
    rng = np.random.default_rng(0)
    good = rng.random(300) < 0.5
    texts = [
        "a" + " b" * int(rng.random() < 0.5) + " wine" * int(k ^ (rng.random() < 0.2)) for k in good
    ]
    corpus = Corpus(
        "made", texts, outcome=good.astype(float), outcome_name="y", outcome_classes=("n", "p")
    )
    table = build_features({"kind": "words", "include": ["b", "wine"], "top": 0}, corpus)
    known = {**TIERS, "tiers": [["b", "wine"], ["y"]]}
    adjacency = np.array([[0, 0, 0], [0, 0, 1], [0, 0, 0]])
    rows = {}
    for assumed in (True, None):
        graph = CausalGraph.from_adjacency(
            adjacency,
            table.names,
            direction="from row to column",
            kind="cpdag",
            details={KNOWLEDGE: known, **({ASSUMED: True} if assumed else {})},
        )
        found = collect_evidence({"kind": "none"}, graph, table, None, None, corpus, 0)
        rows[assumed] = found.row("wine", "y"), found.row("y", "wine")
    assert rows[True][0]["verdict_reason"].endswith("Its direction was assumed, not found.")
    assert rows[True][0]["independent_kind"] is None
    assert rows[True][1]["verdict"] == "absent"
    # What a person says is evidence.
    assert rows[None][0]["independent_kind"] == "order"
    assert rows[None][0]["verdict_reason"].endswith("known beforehand, not found.")
    assert rows[None][1]["verdict"] == "refuted"
