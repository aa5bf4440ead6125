"""Small graphs, written as ``"a>b b-c"`` or drawn at random."""

from collections.abc import Callable

import numpy as np
import pytest

from causattn.graphs import CausalGraph


def _graph(text: str, names: str = "abc") -> CausalGraph:
    adjacency = np.zeros((len(names), len(names)))
    for left, symbol, right in text.split():
        adjacency[names.index(left), names.index(right)] = 1
        if symbol == "-":
            adjacency[names.index(right), names.index(left)] = 1
    return CausalGraph.from_adjacency(adjacency, tuple(names), direction="from row to column")


def _random_dag(seed: int, size: int, density: float) -> CausalGraph:
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.random((size, size)) < density, 1)
    order = rng.permutation(size)
    return CausalGraph.from_adjacency(
        upper[np.ix_(order, order)],
        tuple("abcdefghijklmnop"[:size]),
        direction="from row to column",
    )


@pytest.fixture(scope="session")
def graph() -> Callable[..., CausalGraph]:
    """Return the graph of a text such as ``"a>b b-c"`` over the letters given (a, b, c)."""
    return _graph


@pytest.fixture(scope="session")
def random_dag() -> Callable[[int, int, float], CausalGraph]:
    """Return a random DAG for a seed, a size and a density."""
    return _random_dag
