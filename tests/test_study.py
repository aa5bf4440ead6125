"""The whole line, in small: real rooms, no stand-ins."""

import json

import numpy as np
import pandas as pd
import pytest
import yaml

import causattn
from causattn.base import ConfigError, DataError
from causattn.corpora import load_network
from causattn.effects import DOCUMENT_VERDICTS
from causattn.graphs import CausalGraph

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


def test_what_sinks_change_stands_beside_the_candidates(place, study):
    paths = (f"paths.runs={place}/runs", f"paths.cache={place}/cache")
    options = ("attention.sinks=remove", "controls=[sinks]")
    without = causattn.run(*SMALL, *paths, *options, seed=1)
    assert 0 < without.summary["attention"]["sink_attention"] < 1
    beside = without.summary["candidates"]["screens"]["sinks"]
    # The control is the attention of the run that leaves them, of which it is found again.
    assert "attention" in without.summary["reused"]
    assert beside["auc"] == pytest.approx(study.summary["candidates"]["auc"])


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
    assert set(summary["candidates"]["screens"]) == {
        "cmi",
        "lasso",
        "max_p",
        "mutual_information",
        "trees",
        "untrained",
    }


def test_results_agree_with_one_another(study):
    allowed = study.candidates[study.candidates["allowed"]]
    assert len(allowed) == 2 * study.summary["candidates"]["pairs"]
    pairs = set(zip(allowed["source"], allowed["target"], strict=True))
    for edge in study.graph.edges():
        assert (edge.source, edge.target) in pairs
    drawn = study.evidence[study.evidence["discovery_edge"] == "-->"]
    assert len(drawn) == int(study.graph.directed().sum())
    assert (drawn["discovery_directed"] | drawn["discovery_free"]).all()
    assert study.evidence["verdict"].isin(list(DOCUMENT_VERDICTS)).all()
    assert study.truth is not None
    assert np.array_equal(study.truth.marks, load_network("asia").graph().marks)


def test_again_is_the_same_and_computes_less(study, place):
    again = causattn.run(
        *SMALL, f"paths.runs={place}/again", f"paths.cache={place}/cache", "seed=1"
    )
    assert again.summary["reused"] == [
        "corpus",
        "features",
        "model",
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


def test_a_stage_of_ones_own(place):
    """A function stands in for the search; what it gives is what the run has."""
    seen = []

    def chain(features, candidates, seed):
        seen.append((features.names, candidates.pair_count, seed))
        adjacency = np.eye(features.size, k=1)
        return CausalGraph.from_adjacency(
            adjacency, features.names, direction="from row to column", algorithm="a chain"
        )

    given = (*SMALL, f"paths.runs={place}/own", f"paths.cache={place}/cache", "report=false")
    run = causattn.run(*given, seed=1, stages={"discovery": chain})
    assert run.graph.algorithm == "a chain"
    assert run.graph.edge_count == len(run.graph.names) - 1
    # Once more on half of the documents, whose other half says what the arrows do.
    assert seen == [(run.graph.names, run.summary["candidates"]["pairs"], 1)] * 2
    assert run.summary["stages"]["discovery"].endswith("chain")
    # A chain is as good turned round, so that none of its arrows is a claim.
    assert run.evidence["discovery_edge"].eq("-->").sum() == run.graph.edge_count
    assert not run.evidence["discovery_directed"].any()
    assert run.summary["evidence"]["open"] == run.graph.edge_count
    with pytest.raises(ConfigError, match="stages=discover is not known; did you mean discovery"):
        causattn.run(*given, stages={"discover": chain})
    with pytest.raises(ConfigError, match=r"where a CausalGraph is due; mend what it returns"):
        causattn.run(*given, stages={"discovery": lambda features, candidates, seed: 7})
    with pytest.raises(ConfigError, match=r"is called with \(features, candidates, seed\), which"):
        causattn.run(*given, stages={"discovery": lambda data: 7})


def test_what_follows_an_own_stage_is_found_again_where_it_gives_the_same(place):
    def corpus(seed):
        return causattn.load_corpus("sachs", documents=300 + seed // 2, seed=5)

    given = (
        "experiment=discovery",
        "report=false",
        f"paths.runs={place}/own_corpus",
        f"paths.cache={place}/own_cache",
    )
    runs = [causattn.run(*given, seed=0, stages={"corpus": corpus}) for _ in range(2)]
    assert [run.summary["corpus"]["documents"] for run in runs] == [300, 300]
    assert [run.summary["reused"] for run in runs] == [[], ["features"]]
    other = causattn.run(*given, seed=2, stages={"corpus": corpus})
    assert other.summary["reused"] == []


def test_what_is_wrong_with_the_features_is_said_before_training(place):
    def trained(corpus, seed):
        raise AssertionError("It was trained first.")

    with pytest.raises(DataError, match="same value in every document"):
        causattn.run(
            *SMALL,
            "corpus.documents=12",
            f"paths.runs={place}/early",
            f"paths.cache={place}/early_cache",
            stages={"model": trained},
        )


def test_a_new_column_beside_the_texts_trains_no_model(place):
    held = np.random.default_rng(0).random((60, 3)) < 0.5
    rows = [
        f"the {'good' * a} {'cheap' * b} {'slow' * c} meal,1,{'xy'[k % 2]}"
        for k, (a, b, c) in enumerate(held.tolist())
    ]
    (place / "texts.csv").write_text("\n".join(["text,stars,city", *rows]))
    given = [
        *("corpus=file", f"corpus.path={place}/texts.csv", "features=words", "effects=dowhy"),
        *("model=tiny_mlm", "model.steps=2", "features.outcome=false", "features.min_share=0.1"),
        *("controls=[]", "report=false", f"paths.cache={place}/columns"),
    ]
    causattn.run(*given, f"paths.runs={place}/without")
    found = causattn.run(*given, "corpus.columns=[city]", f"paths.runs={place}/with")
    assert "model" in found.summary["reused"]
    assert "corpus" not in found.summary["reused"]
    (place / "texts.csv").write_text((place / "texts.csv").read_text().replace("good", "fine"))
    other = causattn.run(*given, f"paths.runs={place}/other")
    assert "model" not in other.summary["reused"]
