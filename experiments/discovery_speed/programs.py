"""The programs side by side: one call of each, from data to an oriented graph.

Adjacency is from row to column: uint8 [p, p], both entries of an undirected edge are 1.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

ALPHA = 0.01
PENALTY = 0.5


def causattn_graph(algorithm: str, data: np.ndarray, options: dict[str, Any]) -> Any:
    """Run our engine by its public function and return its graph."""
    from causattn import discovery

    if algorithm == "pc":
        return discovery.pc(data, alpha=ALPHA, rules="causal-learn", threads=1, **options)
    return discovery.ges(data, penalty=PENALTY, threads=1, **options)


def pc_search(data: np.ndarray, test: str) -> Callable[[np.ndarray | None], Any]:
    """Return our PC from its sufficient statistics on, without reading the table."""
    from causattn.discovery import DiscreteStatistics, GaussianStatistics, run_pc

    if test == "fisher_z":
        statistics = GaussianStatistics.from_data(data)
    else:
        statistics = DiscreteStatistics.from_data(data, test)
        # Counted on first use, for every search alike.
        _ = statistics.categories, statistics.log_table
    return lambda allowed: run_pc(
        statistics, alpha=ALPHA, rules="causal-learn", allowed=allowed, threads=1
    )


def causattn(algorithm: str, data: np.ndarray, options: dict[str, Any]) -> np.ndarray:
    """Run our engine by its public function."""
    return causattn_graph(algorithm, data, options).adjacency(direction="from row to column")


def causal_learn(algorithm: str, data: np.ndarray, options: dict[str, Any]) -> np.ndarray:
    """Run causal-learn by its public function, printing nothing."""
    with warnings.catch_warnings(), _silent():
        warnings.simplefilter("ignore")
        if algorithm == "pc":
            from causallearn.search.ConstraintBased.PC import pc

            test = {"fisher_z": "fisherz", "chi_square": "chisq", "g_square": "gsq"}
            graph = pc(data, ALPHA, test[options["test"]], show_progress=False).G
        else:
            from causallearn.search.ScoreBased.GES import ges

            graph = ges(data, "local_score_BIC", lambda_value=PENALTY)["G"]
    # Its matrix has -1 at the tail's row: i -> j is graph[j, i] = 1, graph[i, j] = -1.
    return (graph.graph == -1).astype(np.uint8)


def pgmpy(algorithm: str, data: np.ndarray, options: dict[str, Any]) -> np.ndarray:
    """Run pgmpy's stable PC with its own rule for colliders."""
    import pandas as pd
    from pgmpy.causal_discovery import PC

    names = [f"X{k + 1}" for k in range(data.shape[1])]
    test = {"chi_square": "chi_square", "g_square": "g_sq"}[options["test"]]
    search = PC(
        variant="stable",
        ci_test=test,
        return_type="pdag",
        significance_level=ALPHA,
        max_cond_vars=len(names) - 2,
        n_jobs=1,
        show_progress=False,
    )
    with warnings.catch_warnings(), _silent():
        warnings.simplefilter("ignore")
        graph = search.fit(pd.DataFrame(data, columns=names)).causal_graph_
    place = {name: k for k, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)), dtype=np.uint8)
    for x, y in graph.directed_edges:
        matrix[place[x], place[y]] = 1
    for x, y in graph.undirected_edges:
        matrix[place[x], place[y]] = matrix[place[y], place[x]] = 1
    return matrix


PROGRAMS = {"causattn": causattn, "causal-learn": causal_learn, "pgmpy": pgmpy}


@contextlib.contextmanager
def _silent() -> Any:
    with (
        open(os.devnull, "w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        yield
