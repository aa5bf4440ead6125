"""The experiment on explainers as screens, in small: its rows, its truths, its table."""

import numpy as np

from causattn.graphs import CausalGraph
from experiments.attributions.measure import moral


def test_parents_of_one_child_are_joined():
    adjacency = np.array([[0, 0, 1], [0, 0, 1], [0, 0, 0]])
    truth = CausalGraph.from_adjacency(adjacency, ("a", "b", "c"), direction="from row to column")
    assert moral(truth).tolist() == (~np.eye(3, dtype=bool)).tolist()
    chain = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    truth = CausalGraph.from_adjacency(chain, ("a", "b", "c"), direction="from row to column")
    assert (moral(truth) == truth.skeleton()).all()


def test_it_measures_and_writes_its_table(in_small):
    rows, page = in_small("attributions")
    assert {(row["model"], row["screen"]) for row in rows} == {
        ("trained", "mutual_information"),
        ("trained", "attention"),
        ("trained", "rollout"),
        ("trained", "occlusion"),
        ("trained", "lime"),
        ("untrained", "occlusion"),
        ("untrained", "lime"),
    }
    assert all(0 <= row["moral"]["auc"] <= 1 for row in rows)
    assert "| occlusion, share | 1 | 20 |" in page
    assert "## asia, untrained" in page
