"""What the page has of a graph of heads, and says where prompts are not all there."""

from types import SimpleNamespace

import numpy as np
import pytest

from causattn.base import write_json
from causattn.graphs import CausalGraph
from causattn.report.page import circuit_data as module

NAMES = ("embedding", "0.1", "0.mlp", "2.0", "output")


@pytest.fixture
def run(tmp_path):
    adjacency = np.triu(np.ones((5, 5), dtype=bool), 1)
    graph = CausalGraph.from_adjacency(adjacency, NAMES, direction="from row to column", kind="dag")
    edges = [{"source": "0.1", "target": "output", "documents": []}]
    examples = {"documents": [], "heads": {}, "edges": edges, "left_out": 9}
    write_json(tmp_path / "circuit.json", examples)
    return SimpleNamespace(summary={"circuit": {}}, graph=graph, folder=tmp_path)


def test_parts_stand_in_the_rows_of_their_layers(run) -> None:
    data = module.circuit_data(run)
    assert data["levels"] == [0, 1, 2, 3, 4]
    assert [(edge["source"], edge["target"]) for edge in data["edges"]] == [(1, 4)]
    assert module.circuit_data(SimpleNamespace(summary={})) is None


def test_edges_without_prompts_say_why(run, monkeypatch) -> None:
    assert "kept for the 1 edges of the largest effect" in module.circuit_data(run)["without"]
    monkeypatch.setattr(module, "_LARGEST", 1)
    found = module.circuit_data(run)
    assert "circuit.json, which holds them, is larger" in found["without"]
    assert found["edges"] == []
    monkeypatch.undo()
    write_json(run.folder / "circuit.json", {"documents": [], "heads": {}, "edges": []})
    assert module.circuit_data(run)["without"] == ""
