"""How many tests ICD and FCI ask of an oracle, on the same random graphs with hidden causes.

FCI is causal-learn's; a test asked twice counts once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import networkx
import numpy as np
import pandas as pd

from causattn.base import generator
from causattn.discovery import iterative_causal_discovery

_NODES, _OBSERVED, _DEGREE = 12, 9, 3.0
_HIGH = 3


def oracle_counts(graphs: int, seed: int) -> pd.DataFrame:
    """Return the mean number of tests by algorithm: all, and those of order 3 and more."""
    rows = []
    for number in range(graphs):
        rng = generator(seed, "oracle counts", number)
        order = rng.permutation(_NODES)
        dag = np.triu(rng.random((_NODES, _NODES)) < _DEGREE / (_NODES - 1), 1)
        graph = networkx.DiGraph(dag[np.ix_(order, order)].astype(int))
        observed = sorted(rng.choice(_NODES, _OBSERVED, replace=False).tolist())

        def independent(
            x: int,
            y: int,
            given: tuple[int, ...],
            graph: networkx.DiGraph = graph,
            observed: list[int] = observed,
        ) -> bool:
            others = {observed[k] for k in given}
            return bool(networkx.is_d_separator(graph, {observed[x]}, {observed[y]}, others))

        icd = iterative_causal_discovery(_OBSERVED, independent).tests_by_order
        fci = count_fci_tests(_OBSERVED, independent)
        for name, by_order in {"ICD": icd, "FCI": fci}.items():
            rows.append(
                {
                    "algorithm": name,
                    "all orders": sum(by_order),
                    f"order {_HIGH} and more": sum(by_order[_HIGH:]),
                }
            )
    return pd.DataFrame(rows).groupby("algorithm", sort=False).mean().reset_index()


def count_fci_tests(
    size: int, independent: Callable[[int, int, tuple[int, ...]], bool]
) -> tuple[int, ...]:
    """Return the number of different tests that causal-learn's FCI asks, by order."""
    from causallearn.search.ConstraintBased.FCI import fci
    from causallearn.utils.cit import CIT_Base, register_ci_test

    asked: set[tuple[int, int, tuple[int, ...]]] = set()

    class Asked(CIT_Base):  # type: ignore[misc, unused-ignore]
        """A test that answers by the oracle and remembers the question."""

        def __init__(self, data: np.ndarray, **_: Any) -> None:
            super().__init__(data)
            self.check_cache_method_consistent("asked", "NO SPECIFIED PARAMETERS")

        def __call__(self, x: int, y: int, given: Any = None) -> float:
            first, second = sorted((int(x), int(y)))
            key = (first, second, tuple(sorted(int(k) for k in given or ())))
            asked.add(key)
            return float(independent(*key))

    register_ci_test("asked", Asked)
    with redirect_stdout(StringIO()):  # it prints some of its orientations
        fci(np.eye(size + 1, size), "asked", 0.5, show_progress=False)
    orders = Counter(len(given) for _, _, given in asked)
    return tuple(orders[order] for order in range(max(orders) + 1))
