"""causal-learn's searches over orders, seeded and silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from causattn.base import integer_seed
from causattn.discovery.contract import Problem
from causattn.discovery.libraries.calls import seeded, silenced
from causattn.discovery.libraries.causal_learn_graphs import errors_as_sentences, from_causal_learn
from causattn.discovery.shared_settings import ChosenScore
from causattn.graphs import CausalGraph, pdag_to_dag


def by_causal_learn(
    search: Callable[..., Any],
    problem: Problem,
    chosen: ChosenScore,
    penalty: float,
    more: dict[str, Any],
) -> CausalGraph:
    """Run one of causal-learn's searches over orders."""
    data = problem.data
    bic = chosen.name == "bic"
    with silenced(), seeded(integer_seed(problem.seed, "discovery")), errors_as_sentences(data):
        found = search(
            data.values if bic else np.ascontiguousarray(data.codes, dtype=np.int64),
            score_func="local_score_BIC_from_cov" if bic else "local_score_BDeu",
            parameters={"lambda_value": penalty} if bic else None,
            verbose=False,
            node_names=list(data.names),
            **more,
        )
    graph = from_causal_learn(found, data.names, kind="cpdag")
    member = pdag_to_dag(graph.adjacency("from row to column"))
    return replace(graph, score=chosen.local.total(member))
