"""Counting the marks in which graphs differ, on data and stored graphs of our own."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from causattn.base import file_sha256
from causattn.discovery import discover
from causattn.graphs import Mark
from causattn.reproduction import Context, DataFile, find_experiment
from experiments.reference_graphs.measure import apart, marks, measure, page

ARROW, TAIL, CIRCLE = 1, -1, 2  # causal-learn's numbers


@pytest.fixture
def context(tmp_path):
    """A context with data of a collider, and a stored graph of it with one mark changed."""
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 2, (2, 2000))
    c = (a + b + (rng.random(2000) < 0.1)) % 3
    d = np.where(rng.random(2000) < 0.9, c, 0)
    pd.DataFrame({"a": a, "b": b, "c": c, "d": d}).to_csv(
        tmp_path / "made.txt", sep=" ", index=False
    )
    stored = np.zeros((4, 4), dtype=int)
    for i, j in ((0, 2), (1, 2), (2, 3)):
        stored[i, j], stored[j, i] = TAIL, ARROW  # the mark at the row's end
    np.savetxt(tmp_path / "graph.txt", stored)
    files = {"made": "made.txt", "made_pc": "graph.txt", "made_fci": "graph.txt"}
    data = {
        name: DataFile(path, file_sha256(tmp_path / path), "nowhere")
        for name, path in files.items()
    }
    protocol = find_experiment("reference_graphs").protocol
    return Context(tmp_path, tmp_path, tmp_path, replace(protocol, data=data))


def test_a_mark_stands_at_the_columns_end():
    found = marks(np.array([[0, TAIL, CIRCLE], [ARROW, 0, 0], [ARROW, 0, 0]]))
    assert found[0, 1] == Mark.ARROW
    assert found[1, 0] == Mark.TAIL
    assert found[0, 2] == Mark.ARROW
    assert found[2, 0] == Mark.CIRCLE
    assert apart(found, found.T) == 4


def test_pc_finds_the_graph_that_causal_learn_finds(context):
    (row,) = measure({"algorithm": "pc", "network": "made"}, context)
    assert row["edges"] == 3
    assert row["ours, causal-learn"] == row["ours, stored"] == 0
    assert row["causal-learn as stored, stored"] == row["pairs, ours and stored"] == 0


def test_marks_of_fci_are_held_against_the_file(context):
    (row,) = measure({"algorithm": "fci", "network": "made"}, context)
    table = pd.read_csv(context.folder / "made.txt", sep=" ")
    found = discover({"kind": "fci", "test": "chi_square", "alpha": 0.05}, table).marks
    stored = marks(np.loadtxt(context.folder / "graph.txt"))
    assert row["ours, stored"] == apart(found, stored) == 2  # two circles
    assert row["ours, causal-learn"] == 0


def test_the_page_adds_up(context):
    rows = [
        {"algorithm": "pc", "network": "made"}
        | measure({"algorithm": "pc", "network": "made"}, context)[0]
    ] * 2
    rows[1] = {**rows[1], "ours, stored": 3}
    figures = {figure.name: figure.ours for figure in page(rows, context).figures}
    assert figures["PC: ours, stored"] == 3
    assert figures["PC: ours, causal-learn"] == 0
