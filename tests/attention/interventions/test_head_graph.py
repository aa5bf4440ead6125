"""Graphs of small models: what pruning leaves, against the same by brute force."""

import numpy as np
import pytest
import torch

from causattn.attention import (
    HeadPaths,
    PathCase,
    circuit_curve,
    head_graph,
    minimality,
    prune_paths,
)
from causattn.base import DataError
from tests.small_models import small_decoder

IDS = torch.tensor([[3, 4, 5, 6], [9, 10, 11, 5], [4, 9, 3, 7]])
OTHERS = torch.tensor([[3, 9, 5, 12], [9, 13, 11, 14], [4, 5, 8, 6]])


def metric(logits: torch.Tensor) -> torch.Tensor:
    return logits[:, -1, 3] - logits[:, -1, 5]


@pytest.fixture(scope="module")
def cases() -> list[PathCase]:
    network = small_decoder("llama", 16, 3, layers=2)
    found = []
    for rows in (slice(0, 2), slice(2, 3)):
        other = HeadPaths(network, OTHERS[rows]).written().counterfactual()
        found.append(PathCase(HeadPaths(network, IDS[rows]), other, metric))
    return found


def mean(cases, patched) -> float:
    read = [metric(case.paths.run(patched, case.other).logits) for case in cases]
    return float(torch.cat(read).mean())


def test_a_graph_has_effects_with_intervals_and_frequencies(cases) -> None:
    graph = head_graph(cases, candidates=25, threshold=0.05, bootstrap=20)
    assert graph.kind == "counterfactual"
    assert int(graph.candidates.sum()) == 25
    assert not (graph.edges & ~graph.candidates).any()
    assert len(graph.table) == int(graph.edges.sum()) > 0
    table = graph.table
    assert (table["low"] <= table["effect"]).all()
    assert table["frequency"].between(0, 1).all()
    row = table.iloc[0]
    one = torch.zeros_like(graph.edges)
    one[graph.receivers.index(row["receiver"]), graph.senders.index(row["sender"])] = True
    own = torch.cat([metric(case.paths.run().logits) for case in cases]).mean()
    assert row["effect"] == pytest.approx(mean(cases, one) - float(own), abs=1e-5)
    again = head_graph(cases, candidates=25, threshold=0.05, bootstrap=20)
    assert again.table.equals(table)


def test_pruning_keeps_what_changes_more_than_the_bar(cases) -> None:
    possible = cases[0].paths.possible
    tried = torch.zeros_like(possible)
    tried[-1], tried[5, 0] = possible[-1], True
    kept = prune_paths(cases, tried, 0.1)
    own = torch.cat([metric(case.paths.run().logits) for case in cases]).mean()
    bar = 0.1 * abs(float(own) - mean(cases, possible))
    expected = tried.clone()
    for receiver, sender in sorted(tried.nonzero().tolist(), reverse=True):
        less = expected.clone()
        less[receiver, sender] = False
        change = mean(cases, possible & ~less) - mean(cases, possible & ~expected)
        if abs(change) < bar:
            expected = less
    assert torch.equal(kept, expected)
    assert 0 < int(kept.sum()) < int(tried.sum())
    assert not prune_paths(cases, tried, 1e9).any()


def test_all_paths_are_faithful_and_complete_and_none_are_neither(cases) -> None:
    order = cases[0].paths.possible.nonzero()
    table, area = circuit_curve(cases, order, [len(order)])
    assert table["faithfulness"].iloc[0] == pytest.approx(1, abs=1e-3)
    assert table["completeness"].iloc[0] == pytest.approx(1, abs=1e-3)
    assert area == pytest.approx(1, abs=1e-3)
    none, _ = circuit_curve(cases, order[:0], [1])
    assert none["faithfulness"].iloc[0] == pytest.approx(0, abs=1e-3)
    some, area = circuit_curve(cases, order.flip(0), [1, 10, len(order)])
    held = some["faithfulness"].clip(0, 1).to_numpy()
    steps = np.diff(np.log([1, 10, len(order)]))
    expected = ((held[1:] + held[:-1]) / 2 * steps).sum() / steps.sum()
    assert area == pytest.approx(expected)


def test_what_a_path_is_worth_is_what_goes_with_it(cases) -> None:
    graph = head_graph(cases, candidates=25, threshold=0.05, bootstrap=2)
    worth = minimality(cases, graph.edges)
    possible = cases[0].paths.possible
    own = torch.cat([metric(case.paths.run().logits) for case in cases]).mean()
    spread = float(own) - mean(cases, possible)
    receiver, sender = graph.edges.nonzero()[0].tolist()
    less = graph.edges.clone()
    less[receiver, sender] = False
    lost = mean(cases, possible & ~graph.edges) - mean(cases, possible & ~less)
    assert worth["lost"].iloc[0] == pytest.approx(lost / spread, abs=1e-4)
    assert len(worth) == int(graph.edges.sum())


def test_what_says_nothing_is_refused(cases) -> None:
    same = PathCase(cases[0].paths, cases[0].paths.written(), metric)
    with pytest.raises(DataError, match="no path can carry"):
        prune_paths([same], cases[0].paths.possible, 0.1)
    with pytest.raises(DataError, match="at least 2 documents"):
        head_graph(cases[1:])
