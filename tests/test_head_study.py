"""A study whose graph is of the model: configured, found again, shown."""

import json
import re

import pytest

import causattn
from causattn.base import ConfigError
from causattn.corpora import load_corpus
from tests.small_models import prompt_decoder

SMALL = (
    "graph=heads",
    "corpus=indirect_object",
    "model=hf",
    "graph.finding=8",
    "graph.trying=8",
    "graph.paths=60",
    # A small network's paths matter little one by one.
    "graph.threshold=0.002",
    "graph.counts=[1,10]",
    "graph.bootstrap=10",
)


@pytest.fixture(scope="module")
def options(tmp_path_factory):
    place = tmp_path_factory.mktemp("heads")
    corpus = load_corpus({"kind": "indirect_object", "documents": 600}, 1)
    texts = [*corpus.texts, *corpus.metadata["counterpart"]]
    folder = prompt_decoder(place / "model", texts)
    paths = (f"paths.runs={place}/runs", f"paths.cache={place}/cache")
    return (*SMALL, f"model.path={folder}", *paths)


@pytest.fixture(scope="module")
def study(options):
    return causattn.run(*options, seed=1)


def test_a_run_holds_the_graph_of_the_model_and_its_evidence(study) -> None:
    there = {path.name for path in study.folder.iterdir()}
    assert there >= {"graph.json", "evidence.parquet", "curves.parquet", "paths.parquet"}
    assert "output" in study.graph.names
    assert study.graph.edge_count == int(study.evidence["discovery_directed"].sum()) > 0
    about = study.summary["circuit"]
    assert about["documents"] == {"finding": 8, "trying": 8}
    assert set(about["area"]) == {"attribution", "attention", "activation_difference", "random"}
    assert study.evidence["verdict"].isna().all()


def test_the_page_and_the_terminal_say_what_it_is_worth(study, capsys) -> None:
    from causattn.report import print_run

    print_run(study)
    said = " ".join(capsys.readouterr().out.split())
    assert "tried on 8 others" in said
    assert "Area under the faithfulness: attribution" in said
    assert "Overlap of the strongest paths" in said
    page = (study.folder / "report.html").read_text(encoding="utf-8")
    assert "The graph of a language model on a task" in page
    assert "Area under the faithfulness" in page
    assert "What the paths keep" in page
    assert "Each edge patched alone" in page
    assert "arrows supported" not in page
    data = json.loads(re.search(r'<script[^>]*id="data"[^>]*>(.*?)</script>', page, re.S)[1])
    circuit, names = data["circuit"], data["graph"]["names"]
    levels = dict(zip(names, circuit["levels"], strict=True))
    assert levels["embedding"] == 0
    assert levels["output"] == max(levels.values()) > levels["1.mlp"]
    drawn = {(source, target) for source, target, *_ in data["graph"]["edges"]}
    assert {(edge["source"], edge["target"]) for edge in circuit["edges"]} == drawn
    assert circuit["without"] == ""
    assert all(circuit["levels"][source] < circuit["levels"][target] for source, target in drawn)


def test_the_same_graph_is_judged_by_another_bar(study, options) -> None:
    again = causattn.run(*options, "graph.negligible=0.5", seed=1)
    assert {"corpus", "model", "circuit"} <= set(again.summary["reused"])
    evidence, margin = again.evidence, 0.5 * again.evidence["model_scale"]
    used = (evidence["model_low"] > margin) | (evidence["model_high"] < -margin)
    assert (evidence["model_verdict"] == "used").equals(used)
    assert list(again.graph.edges()) == list(study.graph.edges())


def test_a_graph_of_a_model_needs_a_model(options) -> None:
    with pytest.raises(ConfigError, match="graph=heads is a graph of a model"):
        causattn.run("graph=heads", "corpus=indirect_object", "model=none")
