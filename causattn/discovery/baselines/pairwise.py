"""Pairs of variables: how much each says of the other, and the graph of the strongest pairs.

Mutual information in nats. Discrete: of the contingency table, plug-in. Continuous: of a Gaussian
with the pair's correlation r, -log(1 - r^2) / 2 (Cover and Thomas 2006, example 8.5.1). Tested by
2 n I, chi-square under independence (Wilks 1938), which is the G-square statistic for tables and
the likelihood ratio for Gaussians.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.special import chdtrc

from causattn.base import ConfigError
from causattn.discovery.data import DiscoveryData
from causattn.graphs import CausalGraph, Mark


def mutual_information(data: DiscoveryData) -> tuple[np.ndarray, np.ndarray]:
    """Return each pair's mutual information and the p-value of its being none.

    Parameters
    ----------
    data
        Continuous or discrete.

    Returns
    -------
    information, p_value
        float64 [p, p], symmetric; the diagonal is 0 and 1.
    """
    information = np.zeros((data.size, data.size))
    degrees = np.ones((data.size, data.size))
    if data.kind == "continuous":
        squared = np.clip(np.corrcoef(data.values, rowvar=False) ** 2, 0, 1 - 1e-15)
        np.fill_diagonal(squared, 0)
        information = -0.5 * np.log1p(-squared)
    else:
        codes, counts = data.codes, data.cardinalities
        for x, y in combinations(range(data.size), 2):
            table = np.bincount(
                codes[:, x] * counts[y] + codes[:, y], minlength=int(counts[x] * counts[y])
            ).reshape(counts[x], counts[y])
            information[x, y] = information[y, x] = _of_table(table)
            rows = int(np.count_nonzero(table.sum(axis=1)))
            columns = int(np.count_nonzero(table.sum(axis=0)))
            degrees[x, y] = degrees[y, x] = max((rows - 1) * (columns - 1), 1)
    p_value = chdtrc(degrees, 2 * data.rows * information)
    np.fill_diagonal(p_value, 1)
    return information, p_value


def undirected_graph(
    names: tuple[str, ...], strength: np.ndarray, allowed: np.ndarray, edges: int | None
) -> CausalGraph:
    """Return the undirected graph of the strongest allowed pairs.

    Parameters
    ----------
    names
        The p variables.
    strength
        float [p, p], symmetric; ties go to the pair that comes first.
    allowed
        bool [p, p], symmetric.
    edges
        How many pairs at most, None for all that are allowed.

    Raises
    ------
    ConfigError
        For a negative number of edges.
    """
    if edges is not None and edges < 0:
        raise ConfigError(f"edges={edges} is not possible; choose 0 or more.")
    rows, columns = np.nonzero(np.triu(allowed, 1))
    order = np.argsort(-strength[rows, columns], kind="stable")[:edges]
    marks = np.zeros((len(names), len(names)), dtype=np.int8)
    marks[rows[order], columns[order]] = Mark.TAIL
    marks[columns[order], rows[order]] = Mark.TAIL
    return CausalGraph(names, marks, kind="cpdag")


def _of_table(table: np.ndarray) -> float:
    """Return the mutual information of a contingency table."""
    joint = table / table.sum()
    expected = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    inside = joint > 0
    return float(max((joint[inside] * np.log(joint[inside] / expected[inside])).sum(), 0.0))
