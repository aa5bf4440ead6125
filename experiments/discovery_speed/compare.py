"""Are two graphs the same, and which has the better score?

Adjacency is from row to column. The score is computed here again, by least squares, so that neither
program judges itself.
"""

from __future__ import annotations

import numpy as np

from causattn.graphs import pdag_to_dag


def differing_pairs(first: np.ndarray, second: np.ndarray) -> int:
    """Number of pairs whose edge differs in presence or direction."""
    differs = first != second
    return int(np.triu(differs | differs.T, 1).sum())


def differing_adjacencies(first: np.ndarray, second: np.ndarray) -> int:
    """Number of pairs that are adjacent in one graph only."""
    return int(np.triu((first | first.T) != (second | second.T), 1).sum())


def gaussian_bic(cpdag: np.ndarray, data: np.ndarray, penalty: float) -> float:
    """Sum over variables of -n/2 log(residual variance) - penalty k log n; higher is better."""
    dag = pdag_to_dag(cpdag).astype(bool)
    rows = len(data)
    centred = data - data.mean(axis=0)
    score = 0.0
    for child in range(len(dag)):
        parents = np.flatnonzero(dag[:, child])
        left = centred[:, child]
        if len(parents):
            by = centred[:, parents]
            left = left - by @ np.linalg.lstsq(by, left, rcond=None)[0]
        score -= 0.5 * rows * np.log(left @ left / rows) + penalty * len(parents) * np.log(rows)
    return float(score)
