"""The ways to run PC: causattn's engine and causal-learn.

By causal-learn means with its tests. Over all pairs, with one level and its own rules, its own
search runs too; a search that is restricted, weighed or bound by knowledge, or that has other
rules, is ours around its tests, because causal-learn's own handling of excluded pairs makes a
collider of every unshielded triple over one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from causattn.base import warn
from causattn.discovery.data import DiscoveryData
from causattn.discovery.discover import COLUMN_ORDER
from causattn.discovery.pc import (
    PCResult,
    Rules,
    run_pc,
    run_restricted_pc_with,
)
from causattn.discovery.pc.skeleton import EQUALS_IN_ORDER
from causattn.discovery.tests.contract import BatchTest, IndependenceTest, PValue
from causattn.graphs import CausalGraph

if TYPE_CHECKING:
    from causattn.discovery.libraries.causal_learn_graphs import CountedTest

Conditioning = Literal["auto", "neighbours", "paths"]
Matrices = tuple[np.ndarray, np.ndarray]

# Up to so many variables there is nothing to be saved.
_SMALL = 100


_WITHOUT_ORDER = (
    "the skeleton does not depend on that order, nor does the graph of rules=majority or "
    "rules=conservative"
)
_FIRST_HOLDS = (
    "of directions that contradict each other the first in the table's order of columns holds, as "
    f"in causal-learn; {_WITHOUT_ORDER}"
)
_EQUALS = f"{EQUALS_IN_ORDER}; {_WITHOUT_ORDER}"


@dataclass(frozen=True)
class PcSearch:
    """What PC is to do, whichever engine does it.

    Parameters
    ----------
    test
        The independence test.
    alpha
        Level of each test, or a level for each pair, float [p, p], symmetric.
    rules
        How separating sets are chosen and colliders found.
    allowed
        bool [p, p], symmetric: which pairs may be adjacent; None for all.
    knowledge
        Required and forbidden edges, bool [p, p], from row to column.
    conditioning
        What conditioning sets are drawn from.
    max_order
        Largest conditioning set, None for no limit.
    orientation_alpha
        Level of the tests that directions go by, None for `alpha`.
    """

    test: IndependenceTest
    alpha: float | np.ndarray
    rules: Rules
    allowed: np.ndarray | None
    knowledge: Matrices | None
    conditioning: Conditioning
    max_order: int | None
    orientation_alpha: float | None

    def reachable_order(self, data: DiscoveryData) -> int | None:
        """Return the largest set that so many rows can be tested with."""
        return self.test.reachable(data, self.max_order)


def pc_by_causattn(data: DiscoveryData, search: PcSearch, threads: int) -> CausalGraph:
    """Run causattn's PC: compiled, or question by question where the test is asked so."""
    little = _asks_for_little(search.allowed)
    statistics = search.test.statistics(data, on_demand=little)
    if statistics is None:
        return _one_by_one(data, search.test.on(data), search)
    found = run_pc(
        statistics,
        alpha=search.alpha,
        rules=search.rules,
        allowed=search.allowed,
        knowledge=search.knowledge,
        conditioning=search.conditioning,
        max_order=search.reachable_order(data),
        orientation_alpha=search.orientation_alpha,
        threads=threads,
    )
    return _as_graph(found, data, search)


def _one_by_one(
    data: DiscoveryData, test: PValue | BatchTest | CountedTest, search: PcSearch
) -> CausalGraph:
    """Run causattn's PC around any test."""
    found = run_restricted_pc_with(
        test,
        data.size,
        search.alpha,
        search.allowed,
        search.knowledge,
        search.rules,
        conditioning=search.conditioning,
        max_order=search.reachable_order(data),
        orientation_alpha=search.orientation_alpha,
        names=data.names,
    )
    return _as_graph(found, data, search)


def pc_by_causal_learn(data: DiscoveryData, search: PcSearch) -> CausalGraph:
    """Run PC with causal-learn's tests."""
    from causattn.discovery.libraries.calls import silenced
    from causattn.discovery.libraries.causal_learn_graphs import (
        CountedTest,
        errors_as_sentences,
        from_causal_learn,
    )

    counted = CountedTest(data, search.test)
    plain = search.allowed is None and search.knowledge is None and np.ndim(search.alpha) == 0
    plain &= search.rules == "causal-learn" and search.conditioning != "paths"
    with silenced(), errors_as_sentences(data):
        if not plain:
            return _one_by_one(data, counted, search)
        from causallearn.utils.PCUtils import Meek, UCSepset
        from causallearn.utils.PCUtils.SkeletonDiscovery import skeleton_discovery

        skeleton = skeleton_discovery(
            data.values,
            float(search.alpha),
            counted,
            show_progress=False,
            node_names=list(data.names),
            max_k=search.reachable_order(data),
        )
        oriented = Meek.meek(UCSepset.uc_sepset(skeleton, priority=2))
    return from_causal_learn(
        oriented.G,
        data.names,
        kind="cpdag",
        separating_sets=_separating_sets(skeleton),
        tests=counted.total,
        tests_by_order=tuple(counted.by_order),
        details=_said_of_order(search),
    )


def _said_of_order(search: PcSearch) -> dict[str, str]:
    """Return as a graph's details say it why the graph may depend on the columns' order."""
    return {COLUMN_ORDER: _FIRST_HOLDS if search.rules == "causal-learn" else _EQUALS}


def _asks_for_little(allowed: np.ndarray | None) -> bool:
    """Return whether pairs within neighbourhoods are so few that all correlations cost more.

    One by one a correlation costs about five times its share of a matrix product, and counted here
    are all that any candidates could ask for, each twice.
    """
    if allowed is None:
        return False
    within = int((np.count_nonzero(allowed, axis=1).astype(np.int64) ** 2).sum())
    return len(allowed) > _SMALL and 6 * within < allowed.size


def _as_graph(found: PCResult, data: DiscoveryData, search: PcSearch) -> CausalGraph:
    """Return an engine's result as a graph, and warn of what was left out."""
    if found.left_out:
        warn(found.left_out)
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
            **({"left_out": found.left_out} if found.left_out else {}),
            **(_said_of_order(search) if found.ordered else {}),
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
