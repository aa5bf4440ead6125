"""Random graphs, data and knowledge for the tests of greedy search, and causal-learn's answers."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
from causallearn.search.ScoreBased.GES import ges


def random_dag(rng: np.random.Generator, size: int, degree: float) -> np.ndarray:
    """uint8 [p, p], from row to column, with about `degree` edges a variable."""
    chance = min(1.0, degree / max(size - 1, 1))
    upper = np.triu(rng.random((size, size)) < chance, 1)
    order = rng.permutation(size)
    return upper[np.ix_(order, order)].astype(np.uint8)


def weights(rng: np.random.Generator, dag: np.ndarray) -> np.ndarray:
    """Coefficients away from zero on the edges of a DAG."""
    return dag * rng.uniform(0.4, 1.2, dag.shape) * rng.choice([-1, 1], dag.shape)


def linear_data(rng: np.random.Generator, dag: np.ndarray, rows: int) -> np.ndarray:
    """Linear Gaussian data, float64 [rows, p]."""
    noise = rng.normal(size=(rows, len(dag))) * rng.uniform(0.7, 1.3, len(dag))
    return noise @ np.linalg.inv(np.eye(len(dag)) - weights(rng, dag))


def population_covariance(rng: np.random.Generator, dag: np.ndarray) -> np.ndarray:
    """The covariance that a linear Gaussian model on a DAG implies."""
    through = np.linalg.inv(np.eye(len(dag)) - weights(rng, dag))
    return through.T @ np.diag(rng.uniform(0.5, 1.5, len(dag))) @ through


def discrete_data(rng: np.random.Generator, dag: np.ndarray, rows: int) -> np.ndarray:
    """Categories 0, 1 (, 2) drawn from random tables, int64 [rows, p]; none is constant."""
    size = len(dag)
    categories = rng.integers(2, 4, size)
    data = np.zeros((rows, size), dtype=np.int64)
    done: list[int] = []
    while len(done) < size:
        for node in range(size):
            parents = np.flatnonzero(dag[:, node])
            if node in done or not set(parents.tolist()) <= set(done):
                continue
            shape = categories[parents]
            table = rng.dirichlet(np.full(categories[node], 0.5), size=int(np.prod(shape)))
            row = np.zeros(rows, dtype=np.int64)
            for parent in parents:
                row = row * categories[parent] + data[:, parent]
            draws = rng.random(rows)[:, None] > np.cumsum(table[row], axis=1)[:, :-1]
            data[:, node] = draws.sum(axis=1)
            data[: categories[node], node] = np.arange(categories[node])
            done.append(node)
    return data


def constraint_options(rng: np.random.Generator, size: int, dag: np.ndarray) -> dict[str, Any]:
    """Some of all that can be asked of `run_ges`, consistent with itself."""
    options: dict[str, Any] = {}
    order = rng.permutation(size)
    later = np.argsort(order)[:, None] > np.argsort(order)[None, :]
    if rng.random() < 0.4:
        half = rng.random((size, size)) < rng.choice([0.2, 0.5])
        options["allowed"] = half | half.T | (dag | dag.T).astype(bool)
        options["adaptive"] = str(rng.choice(["none", "v_structures", "unshielded_triples"]))
    if rng.random() < 0.4:
        prior = rng.normal(size=(size, size))
        options["edge_log_prior"] = prior + prior.T
    if rng.random() < 0.3:
        options["required"] = (rng.random((size, size)) < 0.1) & later.T
    if rng.random() < 0.4:
        chosen = later if rng.random() < 0.5 else ~np.eye(size, dtype=bool)
        options["forbidden"] = (rng.random((size, size)) < 0.4) & chosen
        if "required" in options:
            options["forbidden"] &= ~options["required"]
    if rng.random() < 0.2:
        most = int(options["required"].sum(axis=0).max()) if "required" in options else 0
        options["max_parents"] = max(most, int(rng.integers(1, 4)))
    return options


def causal_learn(data: np.ndarray, **options: Any) -> tuple[np.ndarray, float]:
    """causal-learn's CPDAG as 0/1 from row to column, and its score."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        record = ges(data, **options)
    # Its matrix has -1 at the tail's row: i -> j is G[j, i] = 1, G[i, j] = -1.
    matrix = record["G"].graph
    return (matrix == -1).astype(np.uint8), float(record["score"])


def all_dags(size: int) -> list[np.ndarray]:
    """Every DAG, as uint8 [p, p] from row to column: orders times subsets, each once."""
    found = {}
    pairs = list(itertools.combinations(range(size), 2))
    for order in itertools.permutations(range(size)):
        for kept in itertools.product((0, 1), repeat=len(pairs)):
            matrix = np.zeros((size, size), dtype=np.uint8)
            for (i, j), keep in zip(pairs, kept, strict=True):
                matrix[order[i], order[j]] = keep
            found[matrix.tobytes()] = matrix
    return list(found.values())
