"""The experiment on explainers as screens, in small: its rows, its truths, its table."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from causattn.graphs import CausalGraph

FOLDER = Path(__file__).resolve().parents[2] / "experiments" / "attributions"


@pytest.fixture(scope="module")
def attributions():
    spec = importlib.util.spec_from_file_location("attributions_run", FOLDER / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_parents_of_one_child_are_joined(attributions):
    adjacency = np.array([[0, 0, 1], [0, 0, 1], [0, 0, 0]])
    truth = CausalGraph.from_adjacency(adjacency, ("a", "b", "c"), direction="from row to column")
    assert attributions.moral(truth).tolist() == (~np.eye(3, dtype=bool)).tolist()
    chain = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    truth = CausalGraph.from_adjacency(chain, ("a", "b", "c"), direction="from row to column")
    assert (attributions.moral(truth) == truth.skeleton()).all()


def test_it_measures_and_writes_its_table(attributions, tmp_path, monkeypatch):
    monkeypatch.chdir(FOLDER.parents[1])
    small = ["corpus.documents=900", "model.steps=20", "attention.documents=40"]
    words = ["asia", "--seeds", "1", "--documents", "20", "--drawn-documents", "4"]
    words += ["--explainers", "occlusion", "lime", "--folder", str(tmp_path)]
    attributions.main([*words, "--set", f"paths.cache={tmp_path}/cache", *small])
    attributions.main([*words, "--untrained", "--set", f"paths.cache={tmp_path}/cache", *small])
    kept = json.loads((tmp_path / "attributions.json").read_text())
    told = {(row["case"]["model"], row["case"]["screen"]) for row in kept["rows"]}
    assert told == {
        ("trained", "mutual information"),
        ("trained", "attention"),
        ("trained", "rollout"),
        ("trained", "occlusion"),
        ("trained", "lime"),
        ("untrained", "occlusion"),
        ("untrained", "lime"),
    }
    page = (tmp_path / "attributions.md").read_text()
    assert "| occlusion, share | 1 | 20 |" in page
    assert str(tmp_path) not in page + json.dumps(kept)


def test_an_interval_is_students(attributions):
    assert attributions.interval([0.5]) == "0.500"
    assert attributions.interval([0.4, 0.6]) == "0.500 ± 1.271"
