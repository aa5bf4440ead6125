"""One call of DoWhy for each case, and its draws replayed so that both give the same numbers."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import scipy.stats

from causattn.effects import (
    TREATMENT,
    Design,
    LinearEffect,
    dowhy_frame,
    identified_estimand,
    quiet_dowhy,
)
from causattn.features import FeatureTable
from causattn.graphs import CausalGraph


class Replay(np.random.RandomState):
    """A source of randomness that hands out draws made elsewhere, in their order."""

    def __init__(self, draws: Iterator[np.ndarray]) -> None:
        super().__init__(0)
        self._draws = draws

    def choice(self, *asked: Any, **options: Any) -> np.ndarray:
        """Return the next permutation or subset."""
        return next(self._draws)

    def normal(self, *asked: Any, **options: Any) -> np.ndarray:
        """Return the next random column."""
        return next(self._draws)


class DowhyEffect:
    """DoWhy's linear estimate of one effect, ready to be refuted by DoWhy's refuters."""

    def __init__(self, effect: LinearEffect, design: Design, given: tuple[int, ...]) -> None:
        from dowhy.causal_estimators.linear_regression_estimator import LinearRegressionEstimator

        self._frame, names = dowhy_frame(effect, design.adjustment(given))
        self._estimand = identified_estimand(names)
        with quiet_dowhy():
            estimator = LinearRegressionEstimator(self._estimand)
            estimator.fit(self._frame)
            self._estimate = estimator.estimate_effect(
                self._frame, treatment_value=1, control_value=0
            )

    def refute(self, name: str, draws: list[np.ndarray]) -> tuple[float, float]:
        """Return the seconds of one refuter, and its mean estimate over the draws."""
        from dowhy.causal_refuters import data_subset_refuter, random_common_cause
        from dowhy.causal_refuters import placebo_treatment_refuter as placebo

        options: dict[str, Any] = {"num_simulations": len(draws), "n_jobs": 1}
        options["random_state"] = Replay(iter(draws))
        refute: Callable[..., Any] = random_common_cause.refute_random_common_cause
        if name == "placebo":
            refute = placebo.refute_placebo_treatment
            options |= {
                "treatment_names": [TREATMENT],
                "placebo_type": placebo.PlaceboType.PERMUTE,
            }
        elif name == "data_subset":
            refute = data_subset_refuter.refute_data_subset
            options["subset_fraction"] = len(draws[0]) / len(self._frame)
        with quiet_dowhy():
            start = time.perf_counter()
            found = refute(self._frame, self._estimand, self._estimate, **options)
            return time.perf_counter() - start, float(found.new_effect)


def dowhy_falsify(graph: CausalGraph, table: FeatureTable, permutations: int) -> Any:
    """Return the result of DoWhy's falsification with Fisher's z as its test."""
    from dowhy.gcm.falsify import falsify_graph

    with quiet_dowhy():
        return falsify_graph(
            nx.DiGraph(list(graph.to_networkx().edges)),
            table.frame(),
            independence_test=_fisher_z,
            conditional_independence_test=_fisher_z,
            n_permutations=permutations,
            show_progress_bar=False,
            n_jobs=1,
        )


def _fisher_z(x: np.ndarray, y: np.ndarray, z: np.ndarray | None = None) -> float:
    """Return the p-value of a partial correlation, from one inverse."""
    columns = [np.ravel(x), np.ravel(y)] + ([] if z is None else list(np.atleast_2d(z.T)))
    precision = np.linalg.pinv(np.corrcoef(np.stack(columns)))
    r = -precision[0, 1] / np.sqrt(precision[0, 0] * precision[1, 1])
    degrees = len(columns[0]) - (len(columns) - 2) - 3
    return float(2 * scipy.stats.norm.sf(np.sqrt(degrees) * abs(np.arctanh(r))))


def seconds_to_identify(
    table: FeatureTable, graph: CausalGraph, pair: tuple[int, int], limit: float
) -> float | None:
    """Return the seconds of DoWhy's `identify_effect` for one edge, None beyond the limit."""
    edges = list(graph.to_networkx().edges)
    names = table.names[pair[0]], table.names[pair[1]]
    queue: multiprocessing.Queue[float] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_identify, args=(edges, names, queue))
    process.start()
    process.join(limit)
    if process.is_alive():
        process.terminate()
        process.join()
        return None
    return queue.get()


def _identify(edges: list[Any], pair: tuple[str, str], queue: Any) -> None:
    from dowhy import CausalModel

    graph = nx.DiGraph(edges)
    frame = pd.DataFrame(np.zeros((2, len(graph))), columns=list(graph))
    with quiet_dowhy():
        model = CausalModel(frame, treatment=pair[0], outcome=pair[1], graph=graph)
        start = time.perf_counter()
        model.identify_effect(proceed_when_unidentifiable=True)
    queue.put(time.perf_counter() - start)
