"""The benchmark's data: linear Gaussian, binary, and of published networks; each with its DAG."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.candidates import CandidateEdges
from causattn.corpora import load_network


@dataclass(frozen=True)
class Sample:
    """Data [n, p] and the DAG they are drawn from, bool [p, p], from row to column."""

    data: np.ndarray
    dag: np.ndarray


def random_dag(rng: np.random.Generator, size: int, edges: int) -> np.ndarray:
    """A DAG with exactly so many edges, upper triangular."""
    rows, columns = np.triu_indices(size, 1)
    kept = rng.choice(len(rows), edges, replace=False)
    dag = np.zeros((size, size), dtype=bool)
    dag[rows[kept], columns[kept]] = True
    return dag


def shuffled(rng: np.random.Generator, data: np.ndarray, dag: np.ndarray) -> Sample:
    """The same with columns in random order, so that no algorithm profits from the causal one."""
    order = rng.permutation(len(dag))
    return Sample(np.ascontiguousarray(data[:, order]), dag[np.ix_(order, order)])


def gaussian(size: int, edges: int, rows: int, seed: int = 0) -> Sample:
    """Linear Gaussian data, coefficients of size .5 to 1.5 with random sign, unit noise."""
    rng = np.random.default_rng(seed)
    dag = random_dag(rng, size, edges)
    weights = dag * rng.uniform(0.5, 1.5, dag.shape) * rng.choice([-1, 1], dag.shape)
    data = rng.standard_normal((rows, size))
    for child in range(size):
        data[:, child] += data[:, :child] @ weights[:child, child]
    return shuffled(rng, data, dag)


def binary(size: int, edges: int, rows: int, seed: int = 0) -> Sample:
    """Binary data, uint8, with a probability of its own for each combination of the parents."""
    rng = np.random.default_rng(seed)
    dag = random_dag(rng, size, edges)
    data = np.zeros((rows, size), dtype=np.uint8)
    for child in range(size):
        parents = np.flatnonzero(dag[:, child])
        combination = np.zeros(rows, dtype=np.int64)
        for parent in parents:
            combination = 2 * combination + data[:, parent]
        chance = rng.beta(0.6, 0.6, 2 ** len(parents)).clip(0.02, 0.98)
        data[:, child] = rng.random(rows) < chance[combination]
    return shuffled(rng, data, dag)


def network(name: str, rows: int, seed: int = 0) -> Sample:
    """Rows drawn from a published Bayesian network, int32 codes."""
    loaded = load_network(name)
    dag = loaded.graph().adjacency(direction="from row to column").astype(bool)
    return Sample(loaded.sample(rows, np.random.default_rng(seed)), dag)


def candidate_pairs(sample: Sample, pairs: int, seed: int = 0) -> CandidateEdges:
    """The true adjacencies and random other pairs, so many in all, as a perfect screen gives."""
    rng = np.random.default_rng(seed)
    true = np.triu(sample.dag | sample.dag.T, 1)
    others = np.argwhere(np.triu(~true, 1))
    extra = others[rng.choice(len(others), pairs - int(true.sum()), replace=False)]
    allowed = true.copy()
    allowed[tuple(extra.T)] = True
    allowed |= allowed.T
    names = tuple(f"X{k + 1}" for k in range(len(allowed)))
    score = allowed.astype(np.float64)
    return CandidateEdges(
        names, score, np.full(score.shape, np.nan), allowed, f"truth and noise, {pairs} pairs"
    )
