"""The pipeline in Python: the functions of `causattn`, one after another, and what they show."""

import html

import numpy as np
import pytest

import causattn
from causattn.base import ConfigError, DataError
from causattn.graphs import CausalGraph


@pytest.fixture(scope="module")
def stages():
    corpus = causattn.load_corpus("asia", documents=400, seed=3)
    model = causattn.load_model("tiny_mlm", corpus, steps=20, seed=3)
    table = causattn.build_features(corpus, model)
    summary = causattn.summarise_attention(model, corpus, table, documents=50)
    edges = causattn.select_candidates(summary, table, pairs=12)
    graph = causattn.discover(table, edges, "pc", alpha=0.05)
    evidence = causattn.collect_evidence(graph, table, corpus, edges, model, draws=20, documents=10)
    return {
        "corpus": corpus,
        "model": model,
        "features": table,
        "attention": summary,
        "candidates": edges,
        "graph": graph,
        "evidence": evidence,
    }


def test_each_stage_takes_what_the_ones_before_gave(stages):
    assert len(stages["corpus"]) == 400
    assert stages["model"].task == "masked"
    assert stages["features"].names == stages["corpus"].variables
    assert stages["attention"].documents == 50
    assert stages["candidates"].pair_count == 12
    assert stages["graph"].algorithm.startswith("pc")
    assert not stages["graph"].skeleton()[~stages["candidates"].allowed].any()
    assert stages["evidence"].summary()["conditionals"] > 0


def test_the_same_as_a_study(stages, tmp_path):
    run = causattn.run(
        "corpus.documents=400",
        "model.steps=20",
        "attention.documents=50",
        "candidates.pairs=12",
        "discovery.alpha=0.05",
        "effects=none",
        "controls=[]",
        "report=false",
        f"paths.runs={tmp_path}/runs",
        f"paths.cache={tmp_path}/cache",
        seed=3,
    )
    # Attention reads a sample of the documents that follows from the seed, 0 above.
    summary = causattn.summarise_attention(
        stages["model"], stages["corpus"], stages["features"], documents=50, seed=3
    )
    edges = causattn.select_candidates(summary, stages["features"], pairs=12, seed=3)
    graph = causattn.discover(stages["features"], edges, alpha=0.05, seed=3)
    assert np.array_equal(graph.marks, run.graph.marks)
    assert np.array_equal(edges.frame()["score"], run.candidates["score"])


@pytest.mark.parametrize(
    "stage", ["corpus", "model", "features", "attention", "candidates", "graph", "evidence"]
)
def test_every_result_shows_itself(stages, stage, capsys):
    result = stages[stage]
    result.show()
    said = capsys.readouterr().out
    assert said.startswith(type(result).__name__)
    shown = result._repr_html_()
    assert shown.startswith(f"<b>{type(result).__name__}</b>")
    frame = result.to_frame()
    assert (frame is None) == (stage == "model")
    if frame is not None:
        assert all(html.escape(str(column)) in shown for column in frame.columns)
        assert f"{len(frame)} rows in all" in said or len(frame) <= 12


def test_hostile_names_are_escaped():
    names = ("<script>alert(1)</script>", "b")
    adjacency = np.array([[0, 1], [0, 0]])
    graph = CausalGraph.from_adjacency(adjacency, names, direction="from row to column")
    assert "<script>" not in graph._repr_html_()
    assert "&lt;script&gt;" in graph._repr_html_()


def test_what_is_wrong_is_one_sentence():
    with pytest.raises(ConfigError, match="corpus=asai is not known; did you mean asia"):
        causattn.load_corpus("asai")
    with pytest.raises(ConfigError, match=r"did you mean corpus\.documents"):
        causattn.load_corpus("asia", documnts=3)
    with pytest.raises(ConfigError, match=r"corpus\.path"):
        causattn.load_corpus("file")
    with pytest.raises(DataError, match="model=tiny_mlm is trained on a corpus; give it one"):
        causattn.load_model("tiny_mlm")


def test_a_model_from_a_folder_needs_no_corpus(stages, tmp_path):
    stages["model"].network.save_pretrained(tmp_path / "mine")
    stages["model"].tokenizer.save_pretrained(tmp_path / "mine")
    model = causattn.load_model(tmp_path / "mine")
    assert model.task == "masked"
    assert model.network.num_parameters() == stages["model"].network.num_parameters()
