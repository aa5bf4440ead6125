"""What PC gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from causattn.discovery.pc.groups import Evaluator
from causattn.discovery.pc.skeleton import Evidence, Skeleton


@dataclass(frozen=True)
class PCResult:
    """A graph found by PC, and how.

    Parameters
    ----------
    adjacency
        uint8 [p, p], from row to column: i -> j is 1 at [i, j] only, i - j is 1 both ways.
    separating_sets
        For pairs (i, j), i < j, the sets that separated them; with the rules of causal-learn the
        one set listed is the union of all separating sets of the order that removed the edge.
    tests_by_order
        int64 [orders], distinct tests of the skeleton phase by size of the conditioning set.
    orientation_tests_by_order
        int64 [orders], distinct tests made for orientation: the search for separating sets of
        pairs that were not candidates, and the votes of the majority and conservative rules.
    conflicts
        bool [p, p], symmetric: edges that colliders direct both ways; they are left undirected, but
        by causal-learn's rules the first collider holds.
    undecided
        int64 [m, 3]: unshielded triples (x, middle, z) not known to be colliders or not.
    backend
        ``"compiled"`` or ``"reference"``, the one that ran.
    ordered
        Whether the graph may depend on the columns' order: by the rules of causal-learn where a
        direction contradicts another, by those of the textbook (standard, ranked) where marginal
        tests were equally strong, so that it settled which sets were tested first.
    left_out
        Which conditioning sets were not tested because they are too many, in a sentence; empty
        where none.
    """

    adjacency: np.ndarray
    separating_sets: Mapping[tuple[int, int], list[tuple[int, ...]]]
    tests_by_order: np.ndarray
    orientation_tests_by_order: np.ndarray
    conflicts: np.ndarray
    undecided: np.ndarray
    backend: str
    ordered: bool
    left_out: str
    _evaluator: Evaluator
    _evidence: Evidence

    @property
    def tests(self) -> int:
        """Number of distinct tests of both phases."""
        return int(self.tests_by_order.sum() + self.orientation_tests_by_order.sum())

    @property
    def tests_of_edges(self) -> int:
        """Number of tests of the skeleton phase whose pair is adjacent in the end.

        No search can spare one of them and find the same graph for whatever data: had it come out
        independent, its edge would not be there.
        """
        skeleton = self.skeleton
        return sum(
            int(outcome.tested[skeleton[groups.entry_centers, groups.columns]].sum())
            for groups, outcome in self._evidence.outcomes
        )

    @property
    def skeleton(self) -> np.ndarray:
        """Which pairs are adjacent, bool [p, p], symmetric."""
        return (self.adjacency | self.adjacency.T) != 0

    @cached_property
    def _matrices(self) -> tuple[np.ndarray, np.ndarray]:
        return self._evidence.matrices()

    @property
    def statistic(self) -> np.ndarray:
        """Of each pair's tests of the skeleton phase the most independent: |z| or chi-square.

        float64 [p, p], symmetric, infinite where the pair was not tested. For a test that was
        handed in as a function it is 1 - p.
        """
        return self._matrices[0]

    @property
    def degrees_of_freedom(self) -> np.ndarray:
        """That test's degrees of freedom, float64 [p, p]; 0 for Fisher's z."""
        return self._matrices[1]

    @cached_property
    def p_value(self) -> np.ndarray:
        """The largest p-value of each pair's tests, float64 [p, p]; NaN where it was not tested."""
        return self._evidence.p_values(self._evaluator)


def pc_result(
    evaluator: Evaluator,
    found: Skeleton,
    adjacency: np.ndarray,
    orientation_tests: list[int],
    conflicts: np.ndarray,
    undecided: np.ndarray,
    ordered: bool,
    backend: str,
    left_out: str,
) -> PCResult:
    """Assemble the result of a skeleton that was `found` and directed."""
    return PCResult(
        adjacency=adjacency,
        separating_sets=found.separating_sets,
        tests_by_order=np.array(found.tests, dtype=np.int64),
        orientation_tests_by_order=np.array(orientation_tests, dtype=np.int64),
        conflicts=conflicts,
        undecided=undecided,
        backend=backend,
        ordered=ordered,
        left_out=left_out,
        _evaluator=evaluator,
        _evidence=found.evidence,
    )
