"""Networks of which some columns never vary, or are another's copies, at few documents."""

import json

import pytest

import causattn
from causattn.graphs import compare_graphs

ALONE = ("model=none", "attention=none", "candidates=none", "controls=[]")
KNOWN = {"water": 6, "hailfinder": 0, "win95pts": 1}
"""Columns that are constant among the documents drawn."""


@pytest.mark.parametrize("network", KNOWN)
def test_what_never_varies_is_isolated_and_the_truth_stays(tmp_path, network, monkeypatch):
    monkeypatch.setattr("causattn.candidates.beside.LONGEST", 0.1)
    run = causattn.run(
        "corpus=bayesnet",
        f"corpus.network={network}",
        "corpus.documents=1000",
        "features.collinear=drop",
        *ALONE,
        "discovery=ges",
        "effects=none",
        f"report={str(network == 'water').lower()}",
        f"paths.runs={tmp_path}/runs",
        f"paths.cache={tmp_path}/cache",
    )
    features, graph = run.summary["features"], run.summary["graph"]
    constant = list(features.get("dropped_constant", ()))
    assert len(constant) == KNOWN[network]
    assert run.graph.size == features["count"] + len(constant)
    assert run.graph.details.get("constant", []) == constant
    place = [run.graph.names.index(name) for name in constant]
    assert not run.graph.skeleton()[place].any()
    # The truth is a DAG over the rest: the numbers are those over what was searched.
    assert run.truth.names == run.graph.names
    assert run.truth.kind == "dag"
    rest = [name for name in run.graph.names if name not in constant]
    again = compare_graphs(run.graph.over(rest), run.truth.over(rest))
    assert {name: graph[name] for name in again} == again
    for name in ("shd", "adjacency_f1", "arrowhead_f1", "parent_aid", "true_edges"):
        assert graph[name] is not None
    assert set(graph["truth"]["left_out"]) == {*constant, *features.get("dropped_collinear", {})}
    assert not set(constant) & set(run.candidates["source"])
    if network == "water":
        page = (run.folder / "report.html").read_text()
        assert "isolated, since they never vary: 6 (" in page
        data = page.split('type="application/json"', 1)[1].split(">", 1)[1].split("</script>", 1)[0]
        assert json.loads(data)["graph"]["names"] == list(run.graph.names)
