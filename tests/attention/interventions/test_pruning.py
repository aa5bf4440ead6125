"""Graphs of small models: what pruning leaves, against the same by brute force."""

import numpy as np
import pytest
import torch

from causattn.attention import (
    HeadPaths,
    PathCase,
    circuit_curve,
    minimality,
    path_attribution,
    prune_paths,
    strongest_paths,
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


def test_pruning_keeps_what_changes_more_than_the_bar(cases) -> None:
    possible = cases[0].paths.possible
    tried = torch.zeros_like(possible)
    tried[22:] = possible[22:]
    kept = prune_paths(cases, tried, 0.01)
    own = torch.cat([metric(case.paths.run().logits) for case in cases])

    def apart(some):
        read = [metric(case.paths.run(possible & ~some, case.other).logits) for case in cases]
        return float((torch.cat(read) - own).abs().mean())

    bar = 0.01 * apart(torch.zeros_like(tried))
    expected = tried.clone()
    for receiver, sender in sorted(tried.nonzero().tolist(), reverse=True):
        less = expected.clone()
        less[receiver, sender] = False
        if apart(less) - apart(expected) < bar:
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
    each = [path_attribution(case.paths, case.other, case.metric) for case in cases]
    edges = strongest_paths(torch.cat(each).mean(0), cases[0].paths.possible, 25)
    worth = minimality(cases, edges)
    possible = cases[0].paths.possible
    own = torch.cat([metric(case.paths.run().logits) for case in cases]).mean()
    spread = float(own) - mean(cases, possible)
    receiver, sender = edges.nonzero()[0].tolist()
    less = edges.clone()
    less[receiver, sender] = False
    lost = mean(cases, possible & ~edges) - mean(cases, possible & ~less)
    assert worth["lost"].iloc[0] == pytest.approx(lost / spread, abs=1e-4)
    assert len(worth) == int(edges.sum())


def test_what_says_nothing_is_refused(cases) -> None:
    same = PathCase(cases[0].paths, cases[0].paths.written(), metric)
    with pytest.raises(DataError, match="no path can carry"):
        prune_paths([same], cases[0].paths.possible, 0.1)
