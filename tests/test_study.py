"""The whole line, in small: real rooms, no stand-ins."""

import json

import numpy as np
import pandas as pd
import pytest
import yaml

import causattn
from causattn.corpora import load_network
from causattn.graphs import CausalGraph
from causattn.study import truth_over

SMALL = ("experiment=quick", "corpus.documents=600", "model.steps=60", "attention.documents=200")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("studies")


@pytest.fixture(scope="module")
def study(place):
    return causattn.run(*SMALL, f"paths.runs={place}/runs", f"paths.cache={place}/cache", seed=1)


def test_the_folder_holds_what_it_should(study):
    there = {path.name for path in study.folder.iterdir()}
    assert there >= {
        "config.yaml",
        "summary.json",
        "candidates.parquet",
        "graph.json",
        "evidence.parquet",
        "figures",
        "report.html",
    }
    assert "UNFINISHED" not in there
    assert set(study.figures) >= {"graph", "attention", "candidates"}
    assert yaml.safe_load((study.folder / "config.yaml").read_text())["seed"] == 1


def test_the_summary_has_its_keys(study):
    summary = json.loads((study.folder / "summary.json").read_text())
    for room, keys in {
        "candidates": ("auc", "average_precision", "pairs", "screens"),
        "graph": ("shd", "adjacency_f1", "tests", "algorithm"),
        "versions": ("causattn", "torch", "causal-learn", "dowhy"),
    }.items():
        assert set(keys) <= set(summary[room])
    assert summary["seed"] == 1
    stages = ("corpus", "model", "features", "attention", "candidates", "discovery", "effects")
    assert not {"timing", "reused"} & set(summary)  # those differ from one time to the next
    assert all(study.summary["timing"][f"{stage}_s"] >= 0 for stage in stages)
    assert set(summary["candidates"]["screens"]) == {"mutual_information", "untrained"}


def test_results_agree_with_one_another(study):
    allowed = study.candidates[study.candidates["allowed"]]
    assert len(allowed) == 2 * study.summary["candidates"]["pairs"]
    pairs = set(zip(allowed["source"], allowed["target"], strict=True))
    for edge in study.graph.edges():
        assert (edge.source, edge.target) in pairs
    directed = study.evidence[study.evidence["discovery_directed"]]
    assert len(directed) == int(study.graph.directed().sum())
    assert study.evidence["verdict"].isin(["supported", "contradicted", "undetermined"]).all()
    assert study.truth is not None
    assert np.array_equal(study.truth.marks, load_network("asia").graph().marks)


def test_again_is_the_same_and_computes_less(study, place):
    again = causattn.run(
        *SMALL, f"paths.runs={place}/again", f"paths.cache={place}/cache", "seed=1"
    )
    assert again.summary["reused"] == [
        "corpus",
        "model",
        "features",
        "attention",
        "attention (untrained)",
    ]
    assert study.summary["reused"] == []
    assert (again.graph.marks == study.graph.marks).all()
    pd.testing.assert_frame_equal(again.evidence, study.evidence)
    pd.testing.assert_frame_equal(again.candidates, study.candidates)


def test_a_fresh_cache_gives_the_same_results(study, tmp_path):
    fresh = causattn.run(
        *SMALL, f"paths.runs={tmp_path}/runs", f"paths.cache={tmp_path}/cache", seed=1
    )
    assert fresh.summary["reused"] == []
    pd.testing.assert_frame_equal(fresh.candidates, study.candidates)
    pd.testing.assert_frame_equal(fresh.evidence, study.evidence)


def test_a_truth_over_other_variables_is_none():
    names = ("a", "b", "c")
    truth = CausalGraph.from_adjacency(
        np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]]), names, direction="from row to column"
    )
    turned = truth_over(truth, ("c", "a", "b"))
    assert turned is not None
    assert {(edge.source, edge.target) for edge in turned.edges()} == {("a", "b"), ("b", "c")}
    assert truth_over(truth, ("a", "b")) is None
    assert truth_over(None, names) is None
