"""What the LiNGAM algorithms share; causal-learn's coefficients stand from column to row."""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.base import DataError
from causattn.discovery.contract import Problem
from causattn.discovery.libraries.calls import seeded, silenced
from causattn.discovery.libraries.causal_learn_graphs import check_regular
from causattn.graphs import CausalGraph

LINGAM = ("causallearn.search.FCMBased.lingam",)
"""What they import."""


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
