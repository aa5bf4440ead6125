"""FCI's search: PC's skeleton, then what only possible-d-sep sets separate, then directions.

Spirtes, Glymour and Scheines (2000), "Causation, Prediction, and Search", section 6.7; Zhang
(2008), "On the completeness of orientation rules for causal discovery in the presence of latent
confounders and selection bias". Where causes are hidden, no set of neighbours need separate two
variables; a subset of an end's possible-d-sep set does (`possible_separators`).

These sets are small where arrowheads can be trusted, and over an edge that is still to fall they
cannot. So colliders are made sure of first, as RFCI does (Colombo, Maathuis, Kalisch and Richardson
2012, lemma 3.1): where S separates x and z and does not hold m, x and m must be dependent given S,
and m and z. If they are not, their edge falls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, zip_longest
from typing import TypeVar

import numpy as np

from causattn.discovery.fci.possible_separators import possible_d_sep, possible_separators
from causattn.discovery.icd.marked_graph import MarkedGraph, Sets
from causattn.discovery.icd.orientation import known_marks, orient
from causattn.discovery.icd.rules import colliders
from causattn.discovery.pc.groups import Evaluator, Groups, packed_room
from causattn.discovery.pc.knowledge import Constraints, constraints
from causattn.discovery.pc.reference import PlainFunction
from causattn.discovery.pc.separating_sets import SeparatingSets
from causattn.discovery.pc.skeleton import LargestSets, Skeleton, find_skeleton
from causattn.discovery.tests.contract import BatchTest, PValue

M = TypeVar("M", bound=MarkedGraph)
Between = Mapping[tuple[int, int], Iterable[int]]
"""By (x, y), what subsets x and y are to be tested given."""


@dataclass(frozen=True)
class FciResult:
    """What the search gives.

    Parameters
    ----------
    marks
        int8 [p, p], a PAG; ``marks[i, j]`` is the mark at j's end.
    separating_sets
        Of the pairs that were separated.
    tests
        Number of tests by order.
    later_tests
        How many of them came after PC's.
    ordered
        Whether marginal tests were equally strong, so that the columns' order settled which sets
        were tested first, and the marks may depend on it.
    """

    marks: np.ndarray
    separating_sets: SeparatingSets
    tests: tuple[int, ...]
    later_tests: int
    ordered: bool


PagSearch = Callable[[Evaluator, Constraints, LargestSets], FciResult]
"""From a test, what is tested, and how large sets may become."""


def run_fci(
    evaluator: Evaluator, known: Constraints, reach: LargestSets, given: Sets | None = None
) -> FciResult:
    """Find a PAG.

    A pair that was not to be tested (no candidate, or forbidden both ways) is not adjacent. Where
    directions depend on it, its separating set is looked for all the same; without one, no rule
    goes by the pair.

    Parameters
    ----------
    evaluator
        The test at its level.
    known
        Which pairs are tested at all, and known edges.
    reach
        How large conditioning sets may become.
    given
        Separating sets of pairs that are not to be tested, where they are known without.
    """
    search = Search(evaluator, known, reach, given)
    search.look(search.excluded(beyond=False))
    while search.look(search.doubtful()):
        pass
    graph = search.graph()
    search.look(possible_separators(graph, search.adjacency, known))
    search.look(search.excluded(beyond=True))
    return search.result(orient(search.adjacency, search.mapping(), search.fixed))


def run_fci_with(
    ci_test: PValue | BatchTest,
    size: int,
    alpha: float,
    allowed: np.ndarray | None = None,
    knowledge: tuple[np.ndarray, np.ndarray] | None = None,
    *,
    max_order: int | None = None,
    names: Sequence[str] = (),
    search: PagSearch = run_fci,
) -> FciResult:
    """Find a PAG with any conditional independence test.

    Parameters
    ----------
    ci_test
        ``ci_test(x, y, given)`` gives the p-value for variables x < y given an ascending tuple; or
        a `BatchTest`. It is asked each question once.
    size
        Number of variables p.
    alpha
        Level of each test.
    allowed
        bool [p, p], symmetric: which pairs may be adjacent; None for all.
    knowledge
        Required and forbidden edges, bool [p, p], from row to column.
    max_order
        Largest conditioning set, None for no limit.
    names
        The variables' names, for messages.
    search
        `run_fci`, or another search of its kind.

    Raises
    ------
    ConfigError
        For contradictory knowledge.
    CausattnError
        Where `ci_test` gives no number between 0 and 1.
    """
    known = constraints(size, allowed, knowledge, names)
    evaluator = PlainFunction(ci_test, size, alpha)
    return search(evaluator, known, LargestSets(max_order, names=names))


class Search:
    """PC's skeleton, and what is looked for after it; arguments are those of `run_fci`."""

    def __init__(
        self,
        evaluator: Evaluator,
        known: Constraints,
        reach: LargestSets,
        given: Sets | None = None,
    ) -> None:
        found = find_skeleton(
            evaluator, known, keep_all=False, narrow=False, on_paths=False, reach=reach
        )
        self._given = given or {}
        self._first_tests, self._tied = found.tests, found.tied
        self.fixed = known_marks(known.required, known.forbidden)
        self.sets = found.separating_sets
        self.tests: list[int] = []
        self._evaluator, self._known, self._reach = evaluator, known, reach
        self._skeleton = found.adjacency
        self._strength = _strength(evaluator, found)
        self._sure: set[tuple[int, int, tuple[int, ...]]] = set()

    @property
    def _separated(self) -> np.ndarray:
        return np.asarray((self.sets.entry > 0) | (self.sets.entry.T > 0))

    @property
    def adjacency(self) -> np.ndarray:
        """The edges that are left, bool [p, p], symmetric."""
        return self._skeleton & ~self._separated

    def mapping(self) -> Sets:
        """Return the separating sets."""
        return {**self._given, **{pair: sets[0] for pair, sets in self.sets.items()}}

    def result(self, marks: np.ndarray) -> FciResult:
        """Return what was found, with the marks of its edges."""
        tests = tuple(map(sum, zip_longest(self._first_tests, self.tests, fillvalue=0)))
        return FciResult(marks, self.sets, tests, sum(self.tests), self._tied)

    def to_be_tested(self, x: int, y: int) -> bool:
        """Return whether tests may take the edge between x and y away."""
        return bool(self._known.tested[x, y])

    def graph(self) -> MarkedGraph:
        """Return the edges that are left, with knowledge and colliders."""
        return self.graph_of(MarkedGraph)

    def graph_of(self, kind: type[M]) -> M:
        """Return `graph` as a class of its own."""
        graph = kind(self.adjacency, self.mapping(), self.fixed)
        colliders(graph)
        return graph

    def excluded(self, *, beyond: bool) -> dict[tuple[int, int], set[int]]:
        """Return pairs that were not to be tested, and what may separate them.

        Those that have a common neighbour and no separating set, with their neighbours or with all
        that is `beyond` them.
        """
        open_pairs = ~(self._known.tested | self._known.pinned | self._separated)
        for x, y in self._given:
            open_pairs[x, y] = open_pairs[y, x] = False
        np.fill_diagonal(open_pairs, False)
        if not open_pairs.any():
            return {}
        graph, everything = self.graph(), set(range(len(open_pairs)))
        found = {}
        for x, near in enumerate(graph.near):
            for y in {z for m in near for z in graph.near[m] if open_pairs[x, z]}:
                between = possible_d_sep(graph, x, y, everything) if beyond else set(near)
                found[x, y] = between - {y}
        return found

    def doubtful(self, *, all_triples: bool = False) -> dict[tuple[int, int], set[int]]:
        """Return the edges of colliders that are still to be made sure of, given their sets.

        `all_triples` asks for those of all unshielded triples, given what else their sets hold.
        """
        graph, asked = self.graph(), {}
        for m, near in enumerate(graph.near):
            for x, z in combinations(near, 2):
                between = graph.apart[x].get(z)
                if between is None or (m in between and not all_triples):
                    continue
                between = between - {m}
                for end in (x, z):
                    key = (end, m, tuple(sorted(between)))
                    settled = end in between or key in self._sure or (end, m) in asked
                    if not settled and self._known.tested[end, m]:
                        self._sure.add(key)
                        asked[end, m] = set(between)
        return asked

    def look(self, between: Between) -> bool:
        """Look for separating sets, the smallest first; return whether there was any question.

        Every pair that is given both ways round is tested from one end first, that of the more
        dependent variable. Pairs that PC tested were tested given nothing then.
        """
        order = 1 if all(self._known.tested[pair] for pair in between) else 0
        total = np.where(np.isfinite(self._strength), self._strength, 0).sum(axis=1)
        rank = np.argsort(np.argsort(-total, kind="stable"))
        sides: tuple[list[tuple[int, int, list[int]]], ...] = ([], [])
        for (x, y), nodes in between.items():
            listed = np.array(sorted(nodes), dtype=np.int64)
            listed = listed[np.argsort(-self._strength[x, listed], kind="stable")]
            later = rank[x] > rank[y] and (y, x) in between
            sides[int(later)].append((x, y, listed.tolist()))
        while self._reach.admits(order):
            made = 0
            for side in sides:
                left = [
                    (x, y, nodes)
                    for x, y, nodes in side
                    if len(nodes) >= order and not (self.sets.entry[x, y] or self.sets.entry[y, x])
                ]
                if not left:
                    continue
                groups = _groups(len(rank), left)
                if self._reach.exceeded(groups, order):
                    break
                outcome = self._evaluator.evaluate(groups, order, stop_at_first=True)
                self.sets.record(groups, outcome)
                made += int(outcome.tested.sum())
            if not made:
                break
            self.tests += [0] * (order + 1 - len(self.tests))
            self.tests[order] += made
            order += 1
        return bool(between)


def _groups(size: int, questions: list[tuple[int, int, list[int]]]) -> Groups:
    """Return a group a question (x, y, nodes)."""
    count = len(questions)
    lengths = [len(nodes) for _, _, nodes in questions]
    centers = np.array([x for x, _, _ in questions])
    return Groups(
        size=size,
        centers=centers,
        row_pointer=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        rows=np.array([v for _, _, nodes in questions for v in nodes], dtype=np.int64),
        column_pointer=np.arange(count + 1),
        columns=np.array([y for _, y, _ in questions]),
        entry_centers=centers,
        second=np.zeros(count, dtype=np.uint8),
        packed_rows=packed_room(size),
        most_rows=max(lengths),
    )


def _strength(evaluator: Evaluator, found: Skeleton) -> np.ndarray:
    """Return how dependent pairs are without conditions, float64 [p, p]; infinite if untested."""
    size = len(found.adjacency)
    strength = np.full((size, size), np.inf)
    for groups, outcome in found.evidence.outcomes[:1]:
        x, y = groups.entry_centers, groups.columns
        strength[x, y] = strength[y, x] = evaluator.strength(outcome)
    return strength
