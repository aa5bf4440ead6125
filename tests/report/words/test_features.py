"""What a run says of what was left out of its features."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from causattn.discovery import ASSUMED, KNOWLEDGE
from causattn.graphs import CausalGraph
from causattn.report.words.features import assumed_line, left_out_line, little_line, words_line


def test_constant_features_are_isolated_and_the_truth_without_them_is_said():
    features = {"dropped_constant": ["a", "b"], "dropped_collinear": {"d": ["c"]}}
    summary = {"features": features, "graph": {"truth": {"left_out": ["a", "b", "d"]}}}
    line = left_out_line(SimpleNamespace(summary=summary))
    assert line == (
        "Not searched: isolated, since they never vary: 2 (a, b); left out, since others determine "
        "them: 1 (d). The truth is that over the rest"
    )
    summary["graph"]["truth"]["skeleton_alone"] = True
    assert left_out_line(SimpleNamespace(summary=summary)).endswith("adjacencies alone are judged")
    many = {"dropped_constant": [f"v{k}" for k in range(30)]}
    assert left_out_line(SimpleNamespace(summary={"features": many})).endswith("v7, ...)")
    assert left_out_line(SimpleNamespace(summary={"features": {}})) == ""


def test_words_left_out_and_merged_are_said():
    left_out = {
        "languages": ["en", "zh"],
        "function_words": ["the", "a", "of", "we", "my", "very", "came"],
        "function_word_count": 41,
        "too_frequent": ["food"],
        "merged": {"price": ["prices", "priced"]},
    }
    line = words_line(SimpleNamespace(summary={"features": {"left_out": left_out}}))
    assert line == (
        "Words: English and Chinese; 41 function words left out (the, a, of, we, my, very, 35 more)"
        "; too frequent to differ: food; forms taken as one: price with prices, priced"
    )
    assert words_line(SimpleNamespace(summary={"features": {}})) == ""


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (["drawn", "disputed"], "Too little to find: none of the 2 arrows holds in documents"),
        (["drawn"], "Too little to find: the one arrow does not hold in documents"),
        ([], "Too little to find: no arrow was found that holds in documents"),
        (["drawn", "consistent"], ""),
    ],
)
def test_too_little_to_find_is_said(verdicts, said):
    frame = pd.DataFrame({"verdict": verdicts, "discovery_directed": [True] * len(verdicts)})
    effects = {"effects": {"kind": "dowhy"}}
    run = SimpleNamespace(truth=None, summary={}, evidence=frame, config=effects)
    assert little_line(run).startswith(said)
    assert bool(little_line(run)) == bool(said)
    for other in (
        {"truth": object()},
        {"summary": {"circuit": {}}},
        {"config": {"effects": {"kind": "none"}}},
    ):
        assert little_line(SimpleNamespace(**{**vars(run), **other})) == ""


def test_what_was_assumed_and_what_found_is_said():
    known = {"required": [], "forbidden": [], "tiers": [["year"], ["good", "slow"], ["stars"]]}
    arrows = np.zeros((4, 4))
    arrows[1, 3] = 1

    def line(kind="cpdag", **details):
        graph = CausalGraph.from_adjacency(
            arrows,
            ("year", "good", "slow", "stars"),
            direction="from row to column",
            kind="cpdag",
            details=details,
        )
        graph = graph if kind == "cpdag" else SimpleNamespace(details=details, kind=kind)
        return assumed_line(SimpleNamespace(graph=graph))

    before = (
        "Assumed: year before all others, stars after all others (discovery.knowledge={} assumes "
        "nothing)"
    )
    assert line(**{KNOWLEDGE: known, ASSUMED: True}) == (
        f"{before}; 1 arrow directed by that alone (good → stars), 0 by the documents"
    )
    assert line("pag", **{KNOWLEDGE: known, ASSUMED: True}) == before
    assert line(**{KNOWLEDGE: known}).startswith(
        "Known beforehand: what discovery.knowledge says; 1"
    )
    assert line(**{ASSUMED: "not used: grasp takes no knowledge"}).endswith("takes no knowledge")
    assert line() == ""
