"""``causattn export``: files for other programs, all or none."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import causattn
from causattn.cli import main
from causattn.corpora import load_corpus
from causattn.results import Run, load_run


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    place = tmp_path_factory.mktemp("run")
    made = causattn.run(
        "experiment=discovery", "corpus.documents=3000", "effects=dowhy", "effects.draws=20",
        "effects.bootstraps=0", f"paths.runs={place}/runs", f"paths.cache={place}/cache",
    )  # fmt: skip
    return load_run(made.folder)


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_ending_writes_its_kind(run, here, capsys):
    names = ["g.dot", "g.mmd", "g.graphml", "g.txt", "g.json", "some/e.tex", "e.parquet"]
    pictures = ["graph.svg", "graph.png"]
    assert main(["export", str(run.folder), *names, *pictures]) == 0
    assert capsys.readouterr().out.split() == [*names, *pictures]
    assert (here / "g.dot").read_text() == run.graph.text("dot")
    assert (here / "g.json").read_bytes() == (run.folder / "graph.json").read_bytes()
    pd.testing.assert_frame_equal(
        pd.read_parquet(here / "e.parquet"), pd.read_parquet(run.folder / "evidence.parquet")
    )
    assert (here / "graph.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (here / "graph.svg").read_text(encoding="utf-8")


def test_the_table_has_a_row_an_edge(run, here):
    assert main(["export", str(run.folder), "evidence.tex"]) == 0
    text = (here / "evidence.tex").read_text(encoding="utf-8")
    body = text.split("\\midrule")[1].split("\\bottomrule")[0]
    rows = [line for line in body.splitlines() if line.strip()]
    assert len(rows) == run.graph.edge_count > 3
    headers = text.split("\\toprule")[1].split("\\midrule")[0]
    assert "effect in the data" in headers
    assert "effect on the model" not in headers  # there is none
    assert all(row.count(" & ") == headers.count(" & ") for row in rows)
    assert "→" not in text
    assert "] on P(" in body  # level and unit of each effect
    for edge in run.graph.edges():
        if edge.symbol == "-->":
            assert f"{edge.source} $\\to$ {edge.target}" in text


def test_a_written_graph_is_a_truth_that_is_read(run, here):
    """What ``export`` writes as CSV, GraphML and JSON, ``corpus.truth=`` reads."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(50, run.graph.size)), columns=list(run.graph.names))
    table.to_csv("table.csv", index=False)
    names = ["g.csv", "g.graphml", "g.json"]
    assert main(["export", str(run.folder), *names]) == 0
    for name in names:
        read = load_corpus({"kind": "table", "path": "table.csv", "truth": name}, 0).truth
        assert read is not None
        assert set(read.edges()) == set(run.graph.edges())


@pytest.mark.parametrize(
    ("name", "said"), [("g.doc", "use one of .dot"), ("heads.png", "has no picture heads")]
)
def test_nothing_is_written_where_one_cannot_be(run, here, capsys, name, said):
    assert main(["export", str(run.folder), "g.dot", name]) == 2
    assert said in capsys.readouterr().err
    assert list(here.iterdir()) == []
