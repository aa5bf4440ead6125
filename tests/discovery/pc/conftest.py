"""Random data with a known graph, and causal-learn as the reference."""

import warnings
from collections.abc import Callable

import numpy as np
import pytest

from causattn.discovery.running import compiling


def _dag(rng: np.random.Generator, size: int, degree: float) -> np.ndarray:
    """Draw a DAG, bool [p, p], from row to column."""
    order = rng.permutation(size)
    upper = np.triu(rng.random((size, size)) < degree / max(size - 1, 1), 1)
    return upper[np.ix_(order, order)]


def _weights(rng: np.random.Generator, dag: np.ndarray) -> np.ndarray:
    return dag * rng.uniform(0.4, 1.2, dag.shape) * rng.choice([-1, 1], dag.shape)


def _gaussian(seed: int, size: int, degree: float, rows: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    weights = _weights(rng, _dag(rng, size, degree))
    return rng.standard_normal((rows, size)) @ np.linalg.inv(np.eye(size) - weights)


def _discrete(seed: int, size: int, degree: float, rows: int, most: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    dag = _dag(rng, size, degree)
    categories = rng.integers(2, most + 1, size)
    data = np.zeros((rows, size), dtype=np.int64)
    done: list[int] = []
    while len(done) < size:
        j = next(
            k for k in range(size) if k not in done and set(np.flatnonzero(dag[:, k])) <= set(done)
        )
        parents = np.flatnonzero(dag[:, j])[:3]
        row = np.zeros(rows, dtype=np.int64)
        for k in parents:
            row = row * categories[k] + data[:, k]
        table = rng.dirichlet(np.full(categories[j], 0.6), int(np.prod(categories[parents])))
        draw = rng.random(rows)[:, None] > np.cumsum(table, axis=1)[row]
        data[:, j] = np.minimum(draw.sum(axis=1), categories[j] - 1)
        done.append(j)
    return data[:, np.ptp(data, axis=0) > 0]


def _by_causal_learn(data: np.ndarray, alpha: float, test: str, **more: object) -> tuple:
    from causallearn.search.ConstraintBased.PC import pc

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = pc(data, alpha, test, show_progress=False, **more)
    marks = found.G.graph
    # causal-learn: marks[j, i] = 1 and marks[i, j] = -1 is i -> j.
    both = (marks == 1) & (marks.T == 1)
    assert not both.any()
    directed = (marks == -1) & (marks.T == 1)
    undirected = (marks == -1) & (marks.T == -1)
    return (directed | undirected).astype(np.uint8), found


@pytest.fixture(scope="session")
def draw_dag() -> Callable[..., np.ndarray]:
    """Return a function (rng, size, degree) -> DAG, from row to column."""
    return _dag


@pytest.fixture(scope="session")
def draw_weights() -> Callable[..., np.ndarray]:
    """Return a function (rng, dag) -> weights of a linear model."""
    return _weights


@pytest.fixture(scope="session")
def gaussian_data() -> Callable[..., np.ndarray]:
    """Return a function (seed, size, degree, rows) -> linear Gaussian data."""
    return _gaussian


@pytest.fixture(scope="session")
def discrete_data() -> Callable[..., np.ndarray]:
    """Return a function (seed, size, degree, rows, most categories) -> data, columns that vary."""
    return _discrete


@pytest.fixture(scope="session")
def by_causal_learn() -> Callable[..., tuple]:
    """Return a function (data, alpha, test) -> causal-learn's adjacency and its own object."""
    return _by_causal_learn


@pytest.fixture
def compile_always(monkeypatch):
    """Let the compiled back end run on problems of any size."""
    monkeypatch.setattr(compiling, "PLAIN_UP_TO", 0)
