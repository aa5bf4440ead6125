"""The skeleton phase of PC-stable, and the search for separating sets of untested pairs.

PC-stable (Colombo and Maathuis 2014, "Order-independent constraint-based causal structure
learning", algorithm 4.1) fixes the adjacency sets for a whole order, so the skeleton does not
depend on the columns' order. Two ways of going through the subsets:

*all* tests every subset of an order and keeps the union of those that separate, as causal-learn
does; *first* stops a pair at its first separating set. What comes first is settled by the data
too: stronger neighbours enter conditioning sets first, and of a pair's two ends the one with the
stronger neighbourhood is tried first. So not even the separating sets depend on the columns'
order, as long as no two marginal statistics are equal.

Conditioning sets are drawn from all neighbours, or from those on a path between the two ends
(`causattn.discovery.pc.paths`), found again for every order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from causattn.discovery.pc.edges import Edges
from causattn.discovery.pc.groups import Evaluator, Groups, Outcome
from causattn.discovery.pc.knowledge import Constraints
from causattn.discovery.pc.pools import Pairs
from causattn.discovery.pc.separating_sets import SeparatingSets

EQUALS_IN_ORDER = (
    "neighbours whose marginal tests are equally strong (p-values of 0, for example) enter "
    "conditioning sets in the table's order of columns, which can decide what separates a pair"
)
"""Why what is found may depend on the columns' order where `Skeleton.tied`."""


@dataclass
class LargestSets:
    """How large conditioning sets may become.

    Parameters
    ----------
    max_order
        Largest set; None for as large as the neighbourhoods, but for orders that would need more
        than `most_tests`.
    most_tests
        Tests of an order that are not begun unless `max_order` says so.
    names
        The variables' names, for messages.
    left_out
        What was left out, in a sentence; empty for nothing.
    """

    max_order: int | None = None
    most_tests: float = np.inf
    names: Sequence[str] = ()
    left_out: str = ""

    def admits(self, order: int) -> bool:
        """Return whether sets of this size may be tested."""
        return not self.left_out and (self.max_order is None or order <= self.max_order)

    def exceeded(self, groups: Groups, order: int) -> bool:
        """Return whether an order is left out because it would need too many tests."""
        if self.max_order is not None or groups.tests_at(order) <= self.most_tests:
            return False
        center, rows = groups.busiest(order)
        name = self.names[center] if len(self.names) else f"variable {center}"
        self.left_out = (
            f"Conditioning sets of {order} and more variables were left out: they would need "
            f"{groups.tests_at(order):.1e} tests or more, most of them for {name} with {rows} "
            f"neighbours; set max_order={order} or more to make them, or restrict by candidates "
            "or knowledge."
        )
        return True


@dataclass
class Evidence:
    """Of each pair's tests the most independent one, put together when it is asked for.

    Parameters
    ----------
    size
        Number of variables p.
    outcomes
        Tests, and what came out.
    """

    size: int
    outcomes: list[tuple[Groups, Outcome]] = field(default_factory=list)

    def matrices(self) -> tuple[np.ndarray, np.ndarray]:
        """Return statistic and degrees of freedom, float64 [p, p] each, symmetric.

        The statistic is infinite where a pair was not tested; degrees of freedom are 0 where the
        test has none.
        """
        shape = (self.size, self.size)
        statistic, degrees = np.full(shape, np.inf), np.zeros(shape)
        independence = np.full(shape, -np.inf)
        for groups, outcome in self.outcomes:
            known = independence[groups.entry_centers, groups.columns]
            better = np.flatnonzero((outcome.independence > known) & (outcome.tested > 0))
            at = groups.entry_centers[better], groups.columns[better]
            independence[at] = outcome.independence[better]
            statistic[at] = outcome.statistic[better]
            degrees[at] = outcome.degrees_of_freedom[better]
        other = independence < independence.T
        for matrix in (statistic, degrees):
            matrix[other] = matrix.T[other]
        return statistic, degrees

    def p_values(self, evaluator: Evaluator) -> np.ndarray:
        """Return each pair's largest p-value, float64 [p, p]; NaN where it was not tested."""
        statistic, degrees = self.matrices()
        met = np.isfinite(statistic)
        values = np.full(statistic.shape, np.nan)
        values[met] = evaluator.p_values(statistic[met], degrees[met])
        return values


@dataclass
class Skeleton:
    """What the skeleton phase leaves.

    Parameters
    ----------
    adjacency
        bool [p, p], symmetric.
    separating_sets
        Of the pairs that were tested and separated.
    evidence
        Of every tested pair.
    tests
        Distinct tests by order.
    tied
        Whether the columns' order had to settle which sets are tested first.
    """

    adjacency: np.ndarray
    separating_sets: SeparatingSets
    evidence: Evidence
    tests: list[int] = field(default_factory=list)
    tied: bool = False


def find_skeleton(
    evaluator: Evaluator,
    known: Constraints,
    *,
    keep_all: bool,
    narrow: bool,
    on_paths: bool,
    reach: LargestSets,
) -> Skeleton:
    """Find the skeleton.

    Parameters
    ----------
    evaluator
        The test at its level.
    known
        Which pairs are tested at all, and known edges.
    keep_all
        Test every subset of an order and keep the union of separating sets.
    narrow
        Draw conditioning sets from possible parents only, where knowledge rules some out: the
        parents of one end of a pair separate it wherever anything does.
    on_paths
        Draw conditioning sets from neighbours on a path between the two ends only.
    reach
        How large conditioning sets may become.
    """
    size = known.size
    adjacency = known.tested | known.pinned
    found = Skeleton(adjacency, SeparatingSets(size), Evidence(size))
    edges = Edges.of(adjacency, known, narrow)
    order = 0
    while reach.admits(order):
        if on_paths and order:
            edges = edges.by_paths()
        made = _make_tests(evaluator, edges, order, found.separating_sets, keep_all, reach)
        if not made:
            break
        found.evidence.outcomes += made
        found.tests.append(_count(made))
        edges = edges.without(found.separating_sets.entry)
        if order == 0 and not keep_all:
            groups, outcome = made[0]
            edges, found.tied = edges.ranked(groups, evaluator.strength(outcome))
        order += 1
    found.adjacency = np.zeros((size, size), dtype=bool)
    found.adjacency[edges.x, edges.y] = True
    return found


def search_separating_sets(
    evaluator: Evaluator,
    pairs: Pairs,
    found: SeparatingSets,
    *,
    keep_all: bool,
    reach: LargestSets,
) -> list[int]:
    """Look for separating sets of pairs among subsets of either end's neighbours.

    Used for pairs that the skeleton phase was not to test: where the candidates hold the
    true skeleton, the parents of one end are among its neighbours and separate the pair. What is
    found goes into `found`, which has none of them yet.

    Returns
    -------
    Number of tests by order.
    """
    tests: list[int] = []
    order = 0
    while reach.admits(order):
        made = _make_tests(evaluator, pairs, order, found, keep_all, reach)
        if not made:
            break
        tests.append(_count(made))
        order += 1
    return tests


def _make_tests(
    evaluator: Evaluator,
    pairs: Edges | Pairs,
    order: int,
    found: SeparatingSets,
    keep_all: bool,
    reach: LargestSets,
) -> list[tuple[Groups, Outcome]]:
    """Make the tests of an order and record what separates; without tests the search is over.

    To stop at a pair's first separating set, its other end has to wait for what the first finds.
    Without a conditioning set the ends are the same.
    """
    made = []
    for end in (None,) if keep_all or order == 0 else (0, 1):
        groups = pairs.groups(order, end, found.entry)
        if groups is None or reach.exceeded(groups, order):
            break
        outcome = evaluator.evaluate(groups, order, stop_at_first=not keep_all)
        found.record(groups, outcome)
        made.append((groups, outcome))
    return made


def _count(made: list[tuple[Groups, Outcome]]) -> int:
    return sum(int(outcome.tested.sum()) for _, outcome in made)
