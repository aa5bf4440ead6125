"""The two ways to run PC: causattn's engine, and causal-learn.

By causal-learn means with its tests. Over all pairs, with one level and its own rules, its own
search runs too; a search that is restricted, weighed or bound by knowledge, or that has other
rules, is ours around its tests, because causal-learn's own handling of excluded pairs makes a
collider of every unshielded triple over one.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, Literal

import numpy as np

from causattn.discovery._causal_learn import CountedTest, errors_as_sentences, from_causal_learn
from causattn.discovery._data import DiscoveryData
from causattn.discovery._library_calls import silenced
from causattn.discovery._pc import (
    DiscreteStatistics,
    GaussianStatistics,
    PCResult,
    run_pc,
    run_restricted_pc_with,
)
from causattn.graphs import CausalGraph

Rules = Literal["causal-learn", "standard", "majority", "conservative"]
Matrices = tuple[np.ndarray, np.ndarray]

# Up to so many variables there is nothing to be saved.
_SMALL = 100


def pc_by_causattn(
    data: DiscoveryData,
    test: str,
    alpha: float | np.ndarray,
    rules: Rules,
    allowed: np.ndarray | None,
    knowledge: Matrices | None,
    max_order: int | None,
    threads: int,
) -> CausalGraph:
    """Run causattn's PC.

    Parameters
    ----------
    data
        The table.
    test
        ``"fisher_z"``, ``"chi_square"`` or ``"g_square"``.
    alpha
        Level of each test, or a level for each pair, float [p, p], symmetric.
    rules
        How separating sets are chosen and colliders found.
    allowed
        bool [p, p], symmetric: which pairs may be adjacent; None for all.
    knowledge
        Required and forbidden edges, bool [p, p], from row to column.
    max_order
        Largest conditioning set, None for no limit.
    threads
        Threads of the compiled code.
    """
    statistics: GaussianStatistics | DiscreteStatistics
    if test == "fisher_z":
        statistics = GaussianStatistics.from_data(
            data.values, data.names, on_demand=_asks_for_little(allowed)
        )
    else:
        statistics = DiscreteStatistics(
            data.codes.T,
            data.cardinalities,
            "chi_square" if test == "chi_square" else "g_square",
            data.names,
        )
    found = run_pc(
        statistics,
        alpha=alpha,
        rules=rules,
        allowed=allowed,
        knowledge=knowledge,
        max_order=_reachable_order(data, test, max_order),
        threads=threads,
    )
    return _as_graph(found, data)


def pc_by_causal_learn(
    data: DiscoveryData,
    test: str,
    alpha: float | np.ndarray,
    rules: Rules,
    allowed: np.ndarray | None,
    knowledge: Matrices | None,
    max_order: int | None,
) -> CausalGraph:
    """Run PC with causal-learn's tests; parameters are those of `pc_by_causattn`."""
    counted = CountedTest(data, test)
    largest = _reachable_order(data, test, max_order)
    plain = allowed is None and knowledge is None and np.ndim(alpha) == 0
    with silenced(), errors_as_sentences(data):
        if not plain or rules != "causal-learn":
            found = run_restricted_pc_with(
                counted,
                data.size,
                alpha,
                allowed,
                knowledge,
                rules,
                max_order=largest,
                names=data.names,
            )
            return _as_graph(found, data)
        from causallearn.utils.PCUtils import Meek, UCSepset
        from causallearn.utils.PCUtils.SkeletonDiscovery import skeleton_discovery

        skeleton = skeleton_discovery(
            data.values,
            float(alpha),
            counted,
            show_progress=False,
            node_names=list(data.names),
            max_k=largest,
        )
        oriented = Meek.meek(UCSepset.uc_sepset(skeleton, priority=2))
    return from_causal_learn(
        oriented.G,
        data.names,
        kind="cpdag",
        separating_sets=_separating_sets(skeleton),
        tests=counted.total,
        tests_by_order=tuple(counted.by_order),
    )


def _asks_for_little(allowed: np.ndarray | None) -> bool:
    """Tell whether pairs within neighbourhoods are so few that all correlations cost more.

    One by one a correlation costs about twenty times its share of a matrix product.
    """
    if allowed is None:
        return False
    within = int((np.count_nonzero(allowed, axis=1).astype(np.int64) ** 2).sum())
    return len(allowed) > _SMALL and 20 * within < allowed.size


def _reachable_order(data: DiscoveryData, test: str, max_order: int | None) -> int | None:
    """Return the largest set that n rows can be tested with: Fisher's z needs n - 3 to be more."""
    if test != "fisher_z" or data.rows - 4 >= data.size - 2:
        return max_order
    most = max(data.rows - 4, 0)
    return most if max_order is None else min(max_order, most)


def _as_graph(found: PCResult, data: DiscoveryData) -> CausalGraph:
    """Return an engine's result as a graph."""
    orders = max(len(found.tests_by_order), len(found.orientation_tests_by_order))
    by_order = np.zeros(orders, dtype=np.int64)
    by_order[: len(found.tests_by_order)] += found.tests_by_order
    by_order[: len(found.orientation_tests_by_order)] += found.orientation_tests_by_order
    return CausalGraph.from_adjacency(
        found.adjacency,
        data.names,
        direction="from row to column",
        kind="cpdag",
        separating_sets=found.separating_sets,
        tests=int(by_order.sum()),
        tests_by_order=tuple(by_order.tolist()),
        details={
            "orientation_tests": int(found.orientation_tests_by_order.sum()),
            "undecided_triples": len(found.undecided),
            "conflicting_edges": int(np.count_nonzero(found.conflicts)) // 2,
        },
    )


def _separating_sets(graph: Any) -> dict[tuple[int, int], list[tuple[int, ...]]]:
    """Return causal-learn's separating sets by pair, each once, in a fixed order."""
    found = {}
    for x, y in combinations(range(len(graph.sepset)), 2):
        if graph.sepset[x, y]:
            sets = {tuple(sorted(int(v) for v in members)) for members in graph.sepset[x, y]}
            found[x, y] = sorted(sets)
    return found
