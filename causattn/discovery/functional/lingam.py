"""What the LiNGAM algorithms share; causal-learn's coefficients stand from column to row.

They direct what an equivalence class leaves open, by two assumptions that data can speak against:
the noise of all variables but one is not Gaussian, and noises are independent of each other, which
they are not where an arrow is turned, a cause is hidden or an effect is no line (Shimizu, Hoyer,
Hyvärinen and Kerminen 2006, "A linear non-Gaussian acyclic model for causal discovery", JMLR 7).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats

from causattn.base import DataError
from causattn.discovery.contract import Problem
from causattn.discovery.libraries.calls import seeded, silenced
from causattn.discovery.libraries.causal_learn_graphs import check_regular
from causattn.graphs import CausalGraph

LINGAM = ("causallearn.search.FCMBased.lingam",)
"""What they import."""


_LEVEL = 0.05
"""Level of the tests of independence, over all of them at once, and of each of Gaussian noise."""


def lingam_assumptions(problem: Problem, graph: CausalGraph) -> tuple[bool, str]:
    """Return whether the noises that a DAG leaves are what LiNGAM assumes; see `Algorithm`.

    Two variables have one pair of noises and are taken to say too little.
    """
    values = problem.data.values - problem.data.values.mean(axis=0)
    if values.shape[1] < 3:
        return False, "Two variables are too few to test LiNGAM's assumptions."
    noises = np.empty_like(values)
    for node in range(values.shape[1]):
        causes, own = values[:, graph.parents(node)], values[:, node]
        noises[:, node] = own - causes @ np.linalg.lstsq(causes, own, rcond=None)[0]
    p_values = scipy.stats.normaltest(noises, axis=0).pvalue
    gaussian = [problem.data.names[k] for k in np.flatnonzero(p_values > _LEVEL)]
    if len(gaussian) > 1:
        return False, f"The noises of {', '.join(gaussian[:3])} may be Gaussian."
    # Rank correlations of the noises and of their sizes: noises of turned arrows have some of them.
    ranks = scipy.stats.rankdata(np.hstack([noises, abs(noises)]), axis=0)
    z = np.abs(np.corrcoef(ranks.T)) * np.sqrt(len(values) - 1)
    size = values.shape[1]
    pairs = np.tile(~np.eye(size, dtype=bool), (2, 2))
    worst = int(np.argmax(np.where(pairs, z, 0.0)))
    count = 4 * size * (size - 1) // 2
    if 2 * scipy.stats.norm.sf(z.ravel()[worst]) * count < _LEVEL:
        i, j = (problem.data.names[k % size] for k in divmod(worst, 2 * size))
        return False, f"The noises of {i} and {j} depend on each other."
    return (
        True,
        f"The noises are not Gaussian and no two of them depend on each other ({count} tests).",
    )


def fitted_lingam(model: Any, problem: Problem, algorithm: str, seed: int) -> CausalGraph:
    """Fit one of causal-learn's LiNGAM models and return its DAG."""
    data = problem.data
    if data.rows <= data.size:
        raise DataError(
            f"LiNGAM needs more rows than variables, and there are {data.rows} rows for "
            f"{data.size}; add rows or leave variables out."
        )
    check_regular(data)
    with silenced(), seeded(seed):
        model.fit(np.ascontiguousarray(data.values))
    return CausalGraph.from_adjacency(
        model.adjacency_matrix_ != 0,
        data.names,
        direction="from column to row",
        kind="dag",
        algorithm=algorithm,
        details={"causal_order": [data.names[int(k)] for k in model.causal_order_]},
    )
