"""Attention that is exactly what ABCD takes it to be, to see what discovery makes of it.

Tokens obey a linear model ``X = G X + U``, so that ``X = (I - G)^-1 U``: attention is the matrix of
total effects ``(I - G)^-1``, its rows divided by their sums. G is strictly lower triangular under a
random order, each entry present with the same probability and uniform on an interval.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from causattn.attention import abcd_correlation
from causattn.base import generator
from causattn.discovery import abcd, ges
from causattn.graphs import CausalGraph, adjacency_agreement

_WEIGHTS = (0.3, 0.9)
_RAW = 0.05


def faithful_attention(
    size: int, degree: float, rng: np.random.Generator
) -> tuple[np.ndarray, CausalGraph]:
    """Return attention [T, T], row to column, and the DAG over the tokens behind it."""
    order = rng.permutation(size)
    model = np.zeros((size, size))
    later, earlier = np.tril_indices(size, -1)
    present = rng.random(len(later)) < degree / (size - 1)
    model[order[later], order[earlier]] = present * rng.uniform(*_WEIGHTS, len(later))
    attention = np.linalg.inv(np.eye(size) - model)
    names = tuple(map(str, range(size)))
    # Row i of the model is what token i receives, so an edge runs from column to row.
    truth = CausalGraph.from_adjacency(model, names, direction="from column to row")
    return attention / attention.sum(1, keepdims=True), truth


def data_of_correlation(correlation: np.ndarray, rows: int, rng: np.random.Generator) -> np.ndarray:
    """Return data [rows, p] whose sample correlation is exactly the one given."""
    size = len(correlation)
    centred = rng.normal(size=(rows, size))
    centred -= centred.mean(0)
    orthonormal, _ = np.linalg.qr(centred)
    return orthonormal @ np.linalg.cholesky(correlation).T


def skeleton_scores(graphs: int, samples: int, seed: int) -> pd.DataFrame:
    """Return the skeleton's F1 by method, one row a graph: PC, GES, ICD, raw attention."""
    rows = []
    for number in range(graphs):
        rng = generator(seed, "faithful attention", number)
        attention, truth = faithful_attention(10, 2.0, rng)
        raw = attention > _RAW
        np.fill_diagonal(raw, False)
        raw_graph = CausalGraph.from_adjacency(
            raw | raw.T, truth.names, direction="from row to column", kind="cpdag"
        )
        data = data_of_correlation(abcd_correlation(attention), samples, rng)
        found = {
            "PC": abcd(attention, samples=samples, search="pc", names=truth.names),
            "ICD": abcd(attention, samples=samples, names=truth.names),
            "GES": ges(data, names=truth.names),
            "raw attention > .05": raw_graph,
        }
        rows.append({name: adjacency_agreement(graph, truth).f1 for name, graph in found.items()})
    return pd.DataFrame(rows)
