"""Exact search finds the highest score there is."""

import numpy as np
import pytest

from causattn.base import CapabilityError
from causattn.discovery import discover, ges


@pytest.mark.parametrize("method", ["astar", "dp"])
@pytest.mark.parametrize("seed", range(3))
def test_never_below_greedy_search(graph_of, gaussian, method, seed):
    data = gaussian(graph_of("a>c b>c c>d d>e b>f f>e", "abcdef"), 100, seed) + 5
    graph = discover({"kind": "exact", "method": method}, data)
    assert graph.kind == "dag"
    assert graph.score >= ges(data).score - 1e-6


def test_candidates_bound_the_search(graph_of, gaussian, candidates_of):
    truth = graph_of("a>c b>c c>d", "abcd")
    allowed = truth.skeleton().copy()
    allowed[0, 2] = allowed[2, 0] = False
    data = gaussian(truth, 500, 0)
    graph = discover({"kind": "exact"}, data, candidates_of(truth.names, allowed))
    assert not (graph.skeleton() & ~allowed).any()
    assert graph.details["candidates"].startswith("restricted to 2 of 6")


def test_most_parents(graph_of, gaussian):
    data = gaussian(graph_of("a>e b>e c>e d>e", "abcde"), 1000, 0)
    graph = discover({"kind": "exact", "max_parents": 1}, data)
    assert graph.directed().sum(axis=0).max() == 1


def test_what_it_cannot_do_is_a_sentence():
    data = np.random.default_rng(0).normal(size=(50, 30))
    with pytest.raises(CapabilityError, match=r"set penalty=0\.5, or choose ges"):
        discover({"kind": "exact", "penalty": 1.0}, data[:, :4])
    with pytest.raises(CapabilityError, match="there are 29 of them"):
        discover({"kind": "exact"}, data)
