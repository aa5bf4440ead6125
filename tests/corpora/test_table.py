"""A table of one's own, its true graph from every kind of file, and data drawn from a model."""

import json

import networkx
import numpy as np
import pandas as pd
import pytest

from causattn.base import ConfigError, DataError
from causattn.corpora import corpus_checksum, load_corpus
from causattn.features import build_features
from causattn.graphs import CausalGraph

ROWS = pd.DataFrame(
    {
        "dose": [0.5, 1.25, -3.0, 2.0, 0.125],
        "sick": ["yes", "no", "no", "yes", "no"],
        "visits": [1, 2, 1, 3, 2],
    }
)
EDGES = [("dose", "sick"), ("sick", "visits")]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "data.csv"
    ROWS.to_csv(path, index=False)
    return path


def _load(path, seed=0, **settings):
    return load_corpus({"kind": "table", "path": str(path), **settings}, seed)


def square():
    return pd.DataFrame([[0, 1, 0], [0, 0, 1], [0, 0, 0]], index=ROWS.columns, columns=ROWS.columns)


def write_bif(path):
    path.write_text(
        "network unknown {}\n"
        "variable dose { type discrete [ 2 ] { a, b }; }\n"
        "variable sick { type discrete [ 2 ] { a, b }; }\n"
        "variable visits { type discrete [ 2 ] { a, b }; }\n"
        "probability ( dose ) { table 0.5, 0.5; }\n"
        "probability ( sick | dose ) { (a) 0.5, 0.5; (b) 0.5, 0.5; }\n"
        "probability ( visits | sick ) { (a) 0.5, 0.5; (b) 0.5, 0.5; }\n"
    )


GRAPHS = {
    "list.csv": lambda path: pd.DataFrame(EDGES, columns=["source", "target"]).to_csv(
        path, index=False
    ),
    "square.csv": lambda path: square().to_csv(path, index=False),
    "named.csv": lambda path: square().iloc[[2, 0, 1]].to_csv(path),
    "g.tsv": lambda path: square().to_csv(path, sep="\t"),
    "g.gml": lambda path: networkx.write_gml(networkx.DiGraph(EDGES), path),
    "g.graphml": lambda path: networkx.write_graphml(networkx.DiGraph(EDGES), path),
    "g.bif": write_bif,
    "g.json": lambda path: CausalGraph.from_adjacency(
        square().to_numpy(), tuple(ROWS.columns), direction="from row to column"
    ).write(path),
}


def test_values_and_texts(table):
    corpus = _load(table)
    assert corpus.variables == ("dose", "sick", "visits")
    assert corpus.categories == (None, ("no", "yes"), ("1", "2", "3"))
    np.testing.assert_allclose(corpus.values[:, 0], ROWS["dose"])
    assert corpus.values[:, 1].tolist() == [1, 0, 0, 1, 0]
    assert corpus.texts[0] == "dose=0.5 sick=yes visits=1"
    for document, variable, start, end in zip(
        *(getattr(corpus.mentions, name) for name in ("document", "variable", "start", "end")),
        strict=True,
    ):
        told = corpus.texts[document][start:end]
        value = ROWS.iloc[document, variable]
        shown = value if isinstance(value, str) else f"{value:.6g}"
        assert told == f"{ROWS.columns[variable]}={shown}"
    assert len(corpus.mentions) == ROWS.size
    assert corpus.truth is None
    assert build_features({"kind": "slots"}, corpus).data_kind == "mixed"


def test_an_unknown_value_is_told_by_nothing(table):
    holes = ROWS.astype(object)
    holes.iloc[1, 0] = holes.iloc[2, 1] = None
    holes.to_csv(table, index=False)
    corpus = _load(table)
    assert np.argwhere(np.isnan(corpus.values)).tolist() == [[1, 0], [2, 1]]
    assert corpus.texts[1] == "dose=? sick=no visits=2"
    assert len(corpus.mentions) == ROWS.size - 2
    with pytest.raises(DataError, match="dose is missing"):
        build_features({"kind": "slots"}, corpus)


def test_columns_and_rows_are_chosen(table):
    corpus = _load(table, columns=["visits", "dose"], continuous=["visits"], documents=3)
    assert corpus.variables == ("visits", "dose")
    assert corpus.categories == (None, None)
    assert len(corpus) == 3
    assert {*corpus.values[:, 1]} < {*ROWS["dose"]}
    assert corpus.value_texts is None
    other = [_load(table, seed, documents=3).values[:, 0].tolist() for seed in range(6)]
    assert len({tuple(values) for values in other}) > 1
    assert _load(table, documents=99).values.shape == (5, 3)


@pytest.mark.parametrize("name", GRAPHS)
def test_the_truth_is_read(table, tmp_path, name):
    path = tmp_path / name
    GRAPHS[name](path)
    truth = _load(table, truth=str(path)).truth_over(ROWS.columns)
    assert truth.kind == "dag"
    assert {(edge.source, edge.target) for edge in truth.edges()} == {*EDGES}
    part = _load(table, truth=str(path), columns=["dose", "visits"]).truth_over(["dose", "visits"])
    assert [(edge.source, edge.target) for edge in part.edges()] == [("dose", "visits")]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "source,target\na,b\nb,a\n", "has no dose, sick, visits, which the table has"),
        ("a.csv", "source,target\na,b\nb,c\nc,a\n", "has a directed cycle"),
        ("a.csv", "dose,sick\n0,1\n", "1 rows for 2 columns"),
        ("a.csv", "dose,sick\n0,2\n0,0\n", "line 2, column sick holds '2'; a graph has 0 and 1"),
        ("a.txt", "x", "no graph's file"),
        ("a.gml", "x", "cannot be read as a graph"),
        ("a.json", "{}", "no graph of schema"),
    ],
)
def test_a_truth_that_is_none(table, tmp_path, name, content, words):
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=words):
        _load(table, truth=str(tmp_path / name))


def test_a_changed_graph_is_another_corpus(table, tmp_path):
    path = tmp_path / "g.csv"
    GRAPHS["list.csv"](path)
    settings = {"kind": "table", "path": str(table), "truth": str(path)}
    before = corpus_checksum(settings)
    path.write_text("source,target\ndose,sick\n")
    assert corpus_checksum(settings) != before
    assert corpus_checksum({"kind": "table", "path": str(table)}) != before


def test_a_table_as_json(tmp_path):
    path = tmp_path / "data.json"
    path.write_text(json.dumps({"rows": ROWS.to_dict("records")}))
    assert _load(path).values.shape == (5, 3)
    with pytest.raises(ConfigError, match=r"corpus.documents=1 is too few"):
        _load(path, documents=1)
