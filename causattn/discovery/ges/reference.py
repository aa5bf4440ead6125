"""Greedy equivalence search in plain Python.

`ReferenceEngine` scores every move again at every step and knows no shortcuts: the others are
tested against it. `PlainEngine` makes the same moves and remembers, for each target, what its moves
are as long as nothing has changed that they depend on; it serves where nothing has to be compiled.

================ =================================================================================
`insertions`     Chickering (2002), "Optimal structure identification with greedy search", JMLR 3,
                 theorem 15: NA and T together are a clique, and every semi-directed path from y to
                 x meets them. Here the clique C = NA and T is listed, so NA must lie inside it.
`deletions`      The same, theorem 17: NA without H is a clique, C here.
`turns`          Hauser and Buhlmann (2012), "Characterization and greedy learning of interventional
                 Markov equivalence classes of directed acyclic graphs", JMLR 13, propositions 31
                 (undirected edges) and 34 (directed edges), without interventions.
================ =================================================================================

Of all moves within the score's tie tolerance of the best, the first in the order of enumeration is
made: by target, then as listed below; cliques in lexicographic order of their members.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from causattn.discovery.ges.constraints import Constraints
from causattn.discovery.ges.reference_graph import complete, moved
from causattn.discovery.ges.search import Phase, Step
from causattn.discovery.running.compiling import TooLong
from causattn.discovery.scores import LocalScore
from causattn.graphs import topological_order
from causattn.graphs.marks import members, rows_as_sets, sets_as_rows


class Move(NamedTuple):
    """A candidate move on x -> y with `clique` joining y's parents; sets are integers.

    ``kept`` are the parents that y has besides x, ``left`` those that x has besides y when an edge
    is turned.
    """

    x: int
    y: int
    clique: int
    kept: int
    left: int = 0


class ReferenceEngine:
    """The search, one phase at a time; starts from the required edges, or from a DAG."""

    def __init__(
        self, score: LocalScore, constraints: Constraints, start: np.ndarray | None = None
    ) -> None:
        start = constraints.required if start is None else start
        self.score = score
        self.constraints = constraints
        self.made: list[Step] = []
        self._allowed = rows_as_sets(constraints.allowed)
        self._possible = rows_as_sets(constraints.possible)
        self._into = rows_as_sets(constraints.permitted.T)
        self._required = rows_as_sets(constraints.required | constraints.required.T)
        order = topological_order(start).tolist()
        self._member = rows_as_sets(start.T)
        self.graph = complete(self._member, order, constraints)

    def run_phase(self, phase: Phase) -> list[Step]:
        """Make the best move of a phase until none raises the score; return the moves."""
        steps = self.made = []
        while (step := self.step(phase)) is not None:
            steps.append(step)
        return steps

    def step(self, phase: Phase) -> Step | None:
        """Make the best move of a phase and return it; None where none raises the score."""
        best = self._best(phase)
        return None if best is None else self._made(phase, *best)

    def _made(
        self, phase: Phase, gain: float, move: Move, dag: tuple[list[int], list[int]]
    ) -> Step:
        """Take over what a move leads to."""
        self._member, order = dag
        self.graph = complete(self._member, order, self.constraints)
        return Step(phase, move.x, move.y, tuple(members(move.clique)), gain)

    def adjacency(self) -> np.ndarray:
        """Return the class, uint8 [p, p], from row to column."""
        return self.graph.to_matrix()

    def dag(self) -> np.ndarray:
        """Return a member of the class, uint8 [p, p], from row to column."""
        return np.ascontiguousarray(sets_as_rows(self._member, len(self._member)).T)

    def edge_support(self) -> np.ndarray:
        """Return by how much the score falls at least without each edge; nan for no edge."""
        size = len(self._member)
        support = np.full((size, size), np.nan)
        for move in self.deletions(all_edges=True):
            loss = -self._gain("backward", move)
            support[move.x, move.y] = np.fmin(support[move.x, move.y], loss)
        return np.fmin(support, support.T)

    def insertions(self, targets: Iterable[int] | None = None) -> Iterator[Move]:
        """List by y, clique, x: x -> y with the clique among y's parents."""
        graph = self.graph
        for y in self._targets(targets):
            open_ = self._open(y)
            for clique in self._cliques(graph.neighbours[y]):
                kept = graph.parents[y] | clique
                if kept.bit_count() + 1 > self.constraints.max_parents:
                    continue
                outside = graph.neighbours[y] & ~clique
                for x in members(open_):
                    if not graph.adjacent(x) & outside:
                        yield Move(x, y, clique, kept)

    def deletions(
        self, targets: Iterable[int] | None = None, *, all_edges: bool = False
    ) -> Iterator[Move]:
        """List by y, x, clique: away with x -> y; all that are not required, unless `all_edges`."""
        graph = self.graph
        for y in self._targets(targets):
            fixed = 0 if all_edges else self._required[y]
            for x in members((graph.parents[y] | graph.neighbours[y]) & ~fixed):
                for clique in self._cliques(graph.neighbours[y] & graph.adjacent(x)):
                    yield Move(x, y, clique, (graph.parents[y] | clique) & ~(1 << x))

    def turns(self, targets: Iterable[int] | None = None) -> Iterator[Move]:
        """List by y, x, clique: an edge y -> x or y - x becomes x -> y."""
        graph = self.graph
        for y in self._targets(targets):
            turnable = (graph.children[y] | graph.neighbours[y]) & self._into[y]
            for x in members(turnable):
                undirected = bool(graph.neighbours[y] >> x & 1)
                shared = graph.neighbours[y] & graph.adjacent(x)
                for clique in self._cliques(graph.neighbours[y] & ~(1 << x)):
                    kept = graph.parents[y] | clique
                    if kept.bit_count() + 1 > self.constraints.max_parents:
                        continue
                    if undirected:
                        if clique & ~shared and self._separates(y, clique, shared):
                            yield Move(x, y, clique, kept, graph.parents[x] | clique & shared)
                    elif not shared & ~clique:
                        yield Move(x, y, clique, kept, graph.parents[x] & ~(1 << y))

    def _targets(self, targets: Iterable[int] | None) -> Iterable[int]:
        return range(len(self.graph.parents)) if targets is None else targets

    def _best(self, phase: Phase) -> tuple[float, Move, tuple[list[int], list[int]]] | None:
        """Return the move to make, its gain and the DAG it leads to, or None."""
        tolerance = self.score.tie_tolerance
        better = [scored for y in range(len(self._member)) for scored in self._raising(phase, y)]
        threshold = next(
            (
                gain - tolerance
                for gain, move in sorted(better, key=lambda pair: -pair[0])
                if self._make(phase, move)
            ),
            np.inf,
        )
        for gain, move in better:
            if gain >= threshold:
                dag = self._make(phase, move)
                if dag:
                    return gain, move, dag
        return None

    def _raising(self, phase: Phase, y: int) -> list[tuple[float, Move]]:
        """Return the moves of a phase on edges into y that raise the score, with their gains."""
        scored = [(self._gain(phase, move), move) for move in self._listed(phase, y)]
        return [(gain, move) for gain, move in scored if gain > self.score.tie_tolerance]

    def _listed(self, phase: Phase, y: int) -> Iterator[Move]:
        listed = {"forward": self.insertions, "backward": self.deletions, "turning": self.turns}
        return listed[phase]((y,))

    def _gain(self, phase: Phase, move: Move) -> float:
        """Return by how much a move raises the score."""
        x, y = move.x, move.y
        prior = float(self.constraints.prior[x, y])
        if phase == "forward":
            return self._joining(y, move.kept, x) + prior
        if phase == "backward":
            return -self._joining(y, move.kept, x) - prior
        return self._joining(y, move.kept, x) - self._joining(x, move.left, y)

    def _joining(self, target: int, parents: int, x: int) -> float:
        """Return what x adds to the local score."""
        score = self.score.local_score
        joined = score(target, list(members(parents | 1 << x)))
        return joined - score(target, list(members(parents))) if joined > -np.inf else -np.inf

    def _make(self, phase: Phase, move: Move) -> tuple[list[int], list[int]] | None:
        """Return the DAG that a move leads to, or None where the move is not valid."""
        graph = self.graph
        if not self.constraints.oriented:
            if phase == "forward" and graph.reaches(move.y, move.x, move.clique):
                return None
            if phase == "turning" and graph.children[move.y] >> move.x & 1:
                blocked = move.clique | graph.neighbours[move.x]
                if graph.reaches(move.y, move.x, blocked, skip_edge=True):
                    return None
        dag = moved(graph, phase, move.x, move.y, move.clique)
        if dag is None and not self.constraints.oriented:
            raise AssertionError(f"a valid move has no consistent extension: {phase}, {move}")
        return dag

    def _open(self, y: int) -> int:
        """Return the variables that may be inserted as parents of y."""
        graph = self.graph
        allowed = self._allowed[y]
        if self.constraints.adaptive == "unshielded_triples":
            for middle in members(graph.adjacent(y)):
                allowed |= graph.adjacent(middle) & self._possible[y]
        elif self.constraints.adaptive == "v_structures":
            for middle in members(graph.children[y]):
                allowed |= graph.parents[middle] & self._possible[y]
        return allowed & self._into[y] & ~graph.adjacent(y) & ~(1 << y)

    def _cliques(self, inside: int) -> Iterator[int]:
        """Yield all cliques of a set, the empty one first, in lexicographic order."""
        yield 0
        for first in members(inside):
            beyond = inside & ~((2 << first) - 1) & self.graph.adjacent(first)
            for rest in self._cliques(beyond):
                yield 1 << first | rest

    def _separates(self, y: int, clique: int, shared: int) -> bool:
        """Return whether clique & shared parts clique - shared from shared - clique around y."""
        allowed = self.graph.neighbours[y] & ~(clique & shared)
        reached = clique & ~shared
        waiting = list(members(reached))
        while waiting:
            onward = self.graph.adjacent(waiting.pop()) & allowed & ~reached
            reached |= onward
            waiting.extend(members(onward))
        return not reached & shared & ~clique


class PlainEngine(ReferenceEngine):
    """The search, remembering the moves into each target.

    Parameters
    ----------
    score, constraints, start
        As for `ReferenceEngine`.
    due
        Asked between targets; where it says so, the search stops with `TooLong`, between two
        moves. Those of the phase are in `made`.
    """

    def __init__(
        self,
        score: LocalScore,
        constraints: Constraints,
        start: np.ndarray | None = None,
        due: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(score, constraints, start)
        self._due = due
        self._known: dict[tuple[Phase, int], tuple[object, list[tuple[float, Move]]]] = {}

    def _raising(self, phase: Phase, y: int) -> list[tuple[float, Move]]:
        """Return the moves into y, listed again where their surroundings have changed."""
        surroundings = self._surroundings(phase, y)
        known = self._known.get((phase, y))
        if known is not None and known[0] == surroundings:
            return known[1]
        if self._due is not None and self._due():
            raise TooLong
        moves = self._scored(phase, y)
        self._known[phase, y] = surroundings, moves
        return moves

    def _scored(self, phase: Phase, y: int) -> list[tuple[float, Move]]:
        """Return the moves into y that raise the score, scored together."""
        moves = list(self._listed(phase, y))
        added = self._added([(y, move.kept, move.x) for move in moves])
        if phase == "turning":
            lost = self._added([(move.x, move.left, y) for move in moves])
            gains = [a - b for a, b in zip(added, lost, strict=True)]
        else:
            sign = 1 if phase == "forward" else -1
            prior = self.constraints.prior[:, y].tolist()
            gains = [sign * (a + prior[move.x]) for a, move in zip(added, moves, strict=True)]
        tolerance = self.score.tie_tolerance
        return [(gain, move) for gain, move in zip(gains, moves, strict=True) if gain > tolerance]

    def _added(self, wanted: list[tuple[int, int, int]]) -> list[float]:
        """Return what joins a target's score by one more parent: (target, parents, parent) each."""
        listed: dict[int, tuple[int, ...]] = {}
        families = []
        for target, parents, joining in wanted:
            kept = listed.get(parents)
            if kept is None:
                kept = listed[parents] = tuple(members(parents))
            place = bisect(kept, joining)
            families += [(target, kept), (target, (*kept[:place], joining, *kept[place:]))]
        scores = self.score.local_scores(families)
        return [
            joined - alone if joined > -np.inf else -np.inf
            for alone, joined in zip(scores[::2], scores[1::2], strict=True)
        ]

    def _surroundings(self, phase: Phase, y: int) -> object:
        """Return all that the moves into y and their gains are worked out from."""
        graph = self.graph
        around = tuple(graph.adjacent(v) for v in members(graph.neighbours[y]))
        near = graph.parents[y], graph.neighbours[y], around
        if phase == "forward":
            return near, self._open(y)
        if phase == "backward":
            return near
        turnable = (graph.children[y] | graph.neighbours[y]) & self._into[y]
        return near, turnable, tuple(graph.parents[x] for x in members(turnable))
