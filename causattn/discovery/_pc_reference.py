"""PC by causal-learn, whole or restricted to candidates.

The restricted search keeps its orientations right. A pair that is no candidate costs no test in the
skeleton search, but without a separating set of its own every unshielded triple over it would look
like a collider. So for exactly those pairs, the excluded ends of an unshielded triple, separating
sets are looked for among the subsets of either end's neighbours in the finished skeleton, by size,
and as causal-learn does for the others, all that separate at the smallest size are kept (the
argument is that of Spirtes, Glymour and Scheines 2000, theorem 5.1: where the candidates contain
the true skeleton, some subset of one end's neighbours separates). Where none does, the triple is
left open, not made a collider.

With the stable search every set of one size is tried and the union of those that separate is
compared with the middle variable: that is causal-learn's rule, not the textbook's.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from causattn.discovery._causal_learn import CountedTest, errors_as_sentences, from_causal_learn
from causattn.discovery._data import DiscoveryData
from causattn.discovery._library_calls import silenced
from causattn.graphs import CausalGraph


def pc_by_causal_learn(
    data: DiscoveryData,
    test: str,
    alpha: float,
    max_order: int | None,
    allowed: np.ndarray | None,
) -> CausalGraph:
    """Run causal-learn's stable PC.

    Parameters
    ----------
    data
        The table.
    test
        ``"fisher_z"``, ``"chi_square"`` or ``"g_square"``.
    alpha
        Level of each test.
    max_order
        Largest conditioning set, None for no limit.
    allowed
        bool [p, p], symmetric: which pairs may be adjacent; None for all.

    Returns
    -------
    graph
        A CPDAG (on finite samples perhaps not a valid one) with its separating sets and tests.
    """
    from causallearn.utils.PCUtils import Meek, UCSepset

    counted = CountedTest(data, test)
    details: dict[str, Any] = {}
    with silenced(), errors_as_sentences(data):
        if allowed is None:
            from causallearn.utils.PCUtils.SkeletonDiscovery import skeleton_discovery

            found = skeleton_discovery(
                data.values,
                alpha,
                counted,
                show_progress=False,
                node_names=list(data.names),
                max_k=max_order,
            )
        else:
            found, details = _restricted_skeleton(data, counted, alpha, max_order, allowed)
        oriented = Meek.meek(UCSepset.uc_sepset(found, priority=2))
    return from_causal_learn(
        oriented.G,
        data.names,
        kind="cpdag",
        separating_sets=_separating_sets(found),
        tests=counted.total,
        tests_by_order=tuple(counted.by_order),
        details=details,
    )


def _restricted_skeleton(
    data: DiscoveryData,
    test: CountedTest,
    alpha: float,
    max_order: int | None,
    allowed: np.ndarray,
) -> tuple[Any, dict[str, Any]]:
    """Return causal-learn's graph object with a skeleton among the candidates."""
    from causallearn.graph.GraphClass import CausalGraph as ReferenceGraph

    adjacent = np.array(allowed, dtype=bool)
    np.fill_diagonal(adjacent, False)
    separating: dict[tuple[int, int], list[tuple[int, ...]]] = {}
    order = 0
    while adjacent.sum(axis=1).max(initial=0) > order and (max_order is None or order <= max_order):
        for x, y in np.argwhere(np.triu(adjacent)).tolist():
            sets = _separating_sets_of_size(test, x, y, adjacent, order, alpha)
            if sets:
                separating[x, y] = sets
        for x, y in separating:
            adjacent[x, y] = adjacent[y, x] = False
        order += 1
    open_pairs = 0
    excluded = [pair for pair in _unshielded_ends(adjacent) if pair not in separating]
    for x, y in excluded:
        sets = _smallest_separating_sets(test, x, y, adjacent, max_order, alpha)
        if sets:
            separating[x, y] = sets
        else:
            # No set separates them: every common neighbour counts as inside, so none collides.
            separating[x, y] = [tuple(np.flatnonzero(adjacent[x] & adjacent[y]).tolist())]
            open_pairs += 1
    graph = ReferenceGraph(data.size, list(data.names))
    for x, y in combinations(range(data.size), 2):
        if not adjacent[x, y]:
            nodes = graph.G.nodes
            graph.G.remove_edge(graph.G.get_edge(nodes[x], nodes[y]))
            graph.sepset[x, y] = graph.sepset[y, x] = separating.get((x, y), [])
    return graph, {
        "excluded_pairs": int((~np.asarray(allowed)[np.triu_indices(data.size, 1)]).sum()),
        "excluded_pairs_separated_for_orientation": len(excluded) - open_pairs,
        "excluded_pairs_left_open": open_pairs,
    }


def _separating_sets_of_size(
    test: CountedTest, x: int, y: int, adjacent: np.ndarray, order: int, alpha: float
) -> list[tuple[int, ...]]:
    """Return all sets of one size among the neighbours of x or of y that separate them."""
    around = {
        subset
        for end, other in ((x, y), (y, x))
        for subset in combinations(
            [v for v in np.flatnonzero(adjacent[end]).tolist() if v != other], order
        )
    }
    return [subset for subset in sorted(around) if test(x, y, subset) > alpha]


def _smallest_separating_sets(
    test: CountedTest, x: int, y: int, adjacent: np.ndarray, max_order: int | None, alpha: float
) -> list[tuple[int, ...]]:
    """Return all separating sets of the smallest size that has any, or none."""
    largest = int(max(adjacent[x].sum(), adjacent[y].sum()))
    if max_order is not None:
        largest = min(largest, max_order)
    for order in range(largest + 1):
        sets = _separating_sets_of_size(test, x, y, adjacent, order, alpha)
        if sets:
            return sets
    return []


def _unshielded_ends(adjacent: np.ndarray) -> list[tuple[int, int]]:
    """Return the pairs that are not adjacent and have a common neighbour."""
    common = (adjacent.astype(np.int64) @ adjacent.astype(np.int64)) > 0
    return [(x, y) for x, y in np.argwhere(np.triu(common & ~adjacent, 1)).tolist()]


def _separating_sets(graph: Any) -> dict[tuple[int, int], list[tuple[int, ...]]]:
    """Return causal-learn's separating sets by pair, each once, in a fixed order."""
    found = {}
    for x, y in combinations(range(len(graph.sepset)), 2):
        if graph.sepset[x, y]:
            sets = {tuple(sorted(int(v) for v in members)) for members in graph.sepset[x, y]}
            found[x, y] = sorted(sets)
    return found
