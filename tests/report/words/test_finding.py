"""What a page says first, from the run's own tables."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from causattn.effects import EvidenceTable
from causattn.graphs import CausalGraph
from causattn.report.words.finding import finding
from causattn.report.words.truth import scored_by, scored_by_data

NAMES = ("a", "b", "c")
PAIRS = (("a", "b"), ("a", "c"), ("b", "c"))


def graph(*edges: tuple[int, int]) -> CausalGraph:
    adjacency = np.zeros((3, 3))
    for edge in edges:
        adjacency[edge] = 1
    return CausalGraph.from_adjacency(adjacency, NAMES, direction="from row to column")


def run_of(strength: tuple[float, ...], screen: str, *, truth: bool = True) -> SimpleNamespace:
    """A run that drew a -> b, where a -> b and a -> c are true; lasso ranks these first."""
    rows = [
        {
            "source": x,
            "target": y,
            "strength": strength[k],
            "allowed": True,
            "screen.lasso": (3.0, 2.0, 1.0)[k],
        }
        for k, pair in enumerate(PAIRS)
        for x, y in (pair, pair[::-1])
    ]
    drawn = {"source": "a", "target": "b", "discovery_edge": "-->", "discovery_directed": True}
    return SimpleNamespace(
        graph=graph((0, 1)),
        truth=graph((0, 1), (0, 2)) if truth else None,
        candidates=pd.DataFrame(rows),
        evidence=EvidenceTable.from_rows([drawn | {"verdict": "drawn", "data_rows": "seen"}]).frame,
        screens=["lasso"],
        summary={"candidates": {"screen": screen}},
    )


def test_edges_what_is_missed_and_rivals_in_this_order() -> None:
    assert finding(run_of((3, 1, 2), "attention")) == [
        "About the documents: 1 arrow drawn",
        "Of the truth's 2 edges the graph misses 1: \u2068a\u2069 \u2192 \u2068c\u2069",
        "Attention ranks the true pairs with AUC 0.500, the best other screen (lasso) with 1.000; "
        "it needs no model: candidates=lasso",
    ]


def test_what_read_no_model_is_not_called_attention() -> None:
    run = run_of((3, 2, 1), "max_p")
    assert (scored_by(run), scored_by_data(run)) == ("max p", True)
    assert finding(run)[-1].startswith("Max p ranks the true pairs with AUC 1.000")
    assert not scored_by_data(run_of((3, 2, 1), "attention"))


def test_without_a_truth_nothing_is_said_of_how_well_attention_ranks() -> None:
    assert finding(run_of((3, 2, 1), "attention", truth=False)) == [
        "About the documents: 1 arrow drawn",
        "How well attention ranks the pairs is not known: there is no true graph to ask",
    ]
