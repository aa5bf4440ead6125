"""Graphs as other programs read them: written, and read again by those programs or as they do."""

import csv
import io
import re

import networkx
import numpy as np
import pytest

from causattn.base import CapabilityError, ConfigError
from causattn.graphs import CausalGraph, Mark

NAMES = ("smoke", 'a "b" \\', "名前", "x;y <&> #1")


def mixed() -> CausalGraph:
    """0 -> 1, 1 -- 2, 3 -> 0."""
    square = np.zeros((4, 4))
    square[0, 1] = square[1, 2] = square[2, 1] = square[3, 0] = 1
    return CausalGraph.from_adjacency(square, NAMES, direction="from row to column")


def pag() -> CausalGraph:
    marks = np.zeros((4, 4), dtype=np.int8)
    marks[0, 1], marks[1, 0] = Mark.ARROW, Mark.CIRCLE
    marks[1, 2], marks[2, 1] = Mark.ARROW, Mark.ARROW
    marks[2, 3], marks[3, 2] = Mark.CIRCLE, Mark.CIRCLE
    return CausalGraph(("a", "b", "c", "d"), marks, "pag")


def test_graphml_is_what_networkx_reads():
    graph = mixed()
    read = networkx.parse_graphml(graph.text("graphml"))
    assert list(read.nodes) == list(NAMES)
    assert set(read.edges) == set(graph.to_networkx().edges)
    assert read.edges[NAMES[3], NAMES[0]]["edge"] == "-->"
    turned = networkx.parse_graphml(pag().text("graphml"))
    assert turned.edges["a", "b"]["edge"] == "o->"
    assert turned.edges["b", "c"]["edge"] == turned.edges["c", "b"]["edge"] == "<->"
    assert not turned.has_edge("b", "a")


def test_csv_is_from_row_to_column():
    graph = mixed()
    header, *rows = csv.reader(io.StringIO(graph.text("csv")))
    assert header[1:] == list(NAMES)
    assert [row[0] for row in rows] == list(NAMES)
    found = np.array([[int(cell) for cell in row[1:]] for row in rows])
    np.testing.assert_array_equal(found, graph.adjacency("from row to column"))
    with pytest.raises(CapabilityError, match="use its marks"):
        pag().text("csv")


def test_causal_learn_reads_its_own_lines(tmp_path):
    reader = pytest.importorskip("causallearn.utils.TXT2GeneralGraph")
    for graph in (pag(), CausalGraph.from_adjacency(
        mixed().adjacency("from row to column"), "abcd", direction="from row to column"
    )):  # fmt: skip
        (tmp_path / "graph.txt").write_text(graph.text("tetrad"), encoding="utf-8")
        read = reader.txt2generalgraph(str(tmp_path / "graph.txt"))
        expected = graph.to_causal_learn()
        assert {str(edge) for edge in read.get_graph_edges()} == {
            str(edge) for edge in expected.get_graph_edges()
        }


def test_graphviz_has_both_ends_of_every_edge():
    lines = pag().text("dot").splitlines()
    assert '  "a" -> "b" [dir=both, arrowtail=odot, arrowhead=normal];' in lines
    assert '  "b" -> "c" [dir=both, arrowtail=normal, arrowhead=normal];' in lines
    assert r'  "a \"b\" \\";' in mixed().text("dot").splitlines()


def test_mermaid_names_are_entities():
    text = mixed().text("mermaid")
    assert text.startswith("graph TD\n")
    labels = re.findall(r'n\d\["(.*)"\]', text)
    read = [re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label) for label in labels]
    assert read == list(NAMES)
    assert "n0 --> n1" in text
    assert "n1 --- n2" in text
    assert "n0 o--> n1" in pag().text("mermaid")


def test_a_graph_prints_as_its_edges():
    assert repr(mixed()).splitlines() == [
        "cpdag of 4 variables with 3 edges",
        '  smoke --> a "b" \\',
        "  x;y <&> #1 --> smoke",
        '  a "b" \\ --- 名前',
    ]
    dense = CausalGraph.from_adjacency(
        np.triu(np.ones((20, 20)), 1), [f"v{k}" for k in range(20)], direction="from row to column"
    )
    assert repr(dense).splitlines()[-1] == "  ... and 130 more"


def test_an_unknown_form_is_a_sentence():
    with pytest.raises(ConfigError, match="form='graphviz' is not known; choose one of dot, merm"):
        mixed().text("graphviz")
