"""Greedy equivalence search on compiled kernels: the same moves, only what changed is scored again.

A phase keeps one **row** a target: the moves into it that raise the score. A step takes the best
valid move of all rows, makes it, and scores again the rows whose moves or gains can have changed
(their parents, neighbours or what is adjacent around them), as FGES does (Ramsey, Glymour,
Sanchez-Romero and Glymour 2017, "A million variables and more"). Unlike FGES nothing is left out:
a move that a semi-directed path forbids is kept and comes back when the path is gone, so the search
makes the moves of the plain one.

Where knowledge directs edges, the path condition says too little, and a move is tried out on the
graph before it is chosen.
"""

from __future__ import annotations

import numpy as np

from causattn.discovery.ges.constraints import Constraints
from causattn.discovery.ges.graph_kernels import (
    ADJACENT,
    BACKWARD,
    CHILDREN,
    FORWARD,
    NEIGHBOURS,
    PARENTS,
    TURNING,
    changes,
    complete,
    make_move,
    new_scratch,
    openings,
)
from causattn.discovery.ges.move_kernels import list_deletions, list_insertions, list_turns
from causattn.discovery.ges.row_kernels import (
    Rows,
    best_row,
    clear,
    empty_rows,
    move_over,
    next_of_row,
    pick,
    store,
    top_of_row,
    unmark,
)
from causattn.discovery.ges.search import PHASES, Phase, Step
from causattn.discovery.scores import Extensions, LocalScore
from causattn.graphs import topological_order
from causattn.graphs.bitset import list_members, pack, unpack

TARGETS_AT_ONCE = 256
"""Targets are listed and scored so many at a time, so that memory follows what is kept."""


class CompiledEngine:
    """The search, one phase at a time; starts from the required edges, or from a DAG."""

    def __init__(
        self,
        score: LocalScore,
        constraints: Constraints,
        threads: int,
        start: np.ndarray | None = None,
    ) -> None:
        start = constraints.required if start is None else start
        self.score = score
        self.constraints = constraints
        self.threads = threads
        size = score.size
        self._allowed = pack(constraints.allowed)
        self._possible = pack(constraints.possible)
        self._permitted = pack(np.ascontiguousarray(constraints.permitted.T))
        self._removable = pack(~(constraints.required | constraints.required.T))
        self._middle = {"none": -1, "v_structures": CHILDREN, "unshielded_triples": ADJACENT}[
            constraints.adaptive
        ]
        # An insertion that adds no more than this to the local score cannot raise the score.
        self._floor = score.tie_tolerance - float(constraints.prior.max(initial=0.0))
        words = self._allowed.shape[1]
        self._scratch = new_scratch(size, words)
        self._dag = pack(np.ascontiguousarray(start.T))
        # The graph and what may be inserted, and where a step writes the next ones.
        self._graph = np.zeros((4, size, words), dtype=np.uint64)
        self._next_graph = np.zeros_like(self._graph)
        self._open = np.zeros((size, words), dtype=np.uint64)
        self._next_open = np.zeros_like(self._open)
        self._dirty = np.zeros(size, dtype=np.bool_)
        self._lost = np.zeros(words, dtype=np.uint64)
        self._members = np.zeros(size, dtype=np.int64)
        complete(
            self._dag,
            topological_order(start),
            self._scratch.previous,
            self._permitted,
            constraints.oriented,
            self._graph,
        )

    def run_phase(self, phase: Phase) -> list[Step]:
        """Make the best move of a phase until none raises the score; return the moves."""
        number = PHASES.index(phase)
        size, words = self._open.shape
        self._see_openings(self._graph, self._open)
        rows = self._fill(empty_rows(size, words, size, size), number, np.arange(size))
        steps: list[Step] = []
        while True:
            y, group, place = self._pick(rows, number)
            if y < 0:
                return steps
            x, gain, clique = rows.candidates[place], rows.gains[place], rows.cliques[group]
            if not make_move(self._graph, number, x, y, clique, self._scratch):
                raise AssertionError(f"a valid move has no consistent extension: {phase} {x} {y}")
            members = self._members[: list_members(clique, self._members)].tolist()
            steps.append(Step(phase, int(x), int(y), tuple(members), float(gain)))
            self._accept(number, x, y)
            unmark(rows, self._lost, self.constraints.oriented)
            rows = self._fill(rows, number, np.flatnonzero(self._dirty))

    def adjacency(self) -> np.ndarray:
        """Return the class, uint8 [p, p], from row to column."""
        return unpack(self._graph[CHILDREN] | self._graph[NEIGHBOURS], self.score.size)

    def dag(self) -> np.ndarray:
        """Return a member of the class, uint8 [p, p], from row to column."""
        return np.ascontiguousarray(unpack(self._dag, self.score.size).T)

    def edge_support(self) -> np.ndarray:
        """Return by how much the score falls at least without each edge; nan for no edge."""
        size = self.score.size
        everyone = np.full_like(self._removable, np.uint64(0xFFFFFFFFFFFFFFFF))
        families, _ = self._deletions(np.arange(size), everyone)
        loss = self.score.gains(families, threads=self.threads)
        loss += self.constraints.prior[families.candidates, families.targets]
        support = np.full((size, size), np.inf)
        np.minimum.at(support, (families.candidates, families.targets), loss)
        support = np.minimum(support, support.T)
        support[np.isinf(support)] = np.nan
        return support

    def _pick(self, rows: Rows, phase: int) -> tuple[int, int, int]:
        """Return target, group and place of the move to make, or -1 thrice.

        The same as `pick`, but where knowledge directs edges a move is valid if it can be made.
        """
        tolerance = self.score.tie_tolerance
        if not self.constraints.oriented:
            return pick(rows, self._graph, phase, tolerance, self._scratch)
        while True:
            y = best_row(rows.keys)
            best = float(rows.keys[y])
            if best <= tolerance:
                return -1, -1, -1
            if rows.exact[y]:
                break
            group, place, following = top_of_row(rows, y)
            rows.exact[y] = self._can(rows, phase, y, group, place)
            if not rows.exact[y]:
                rows.keys[y] = following
        for y in np.flatnonzero(rows.keys >= best - tolerance).tolist():
            place = rows.begin[rows.first[y]]
            while place >= 0:
                group, place = next_of_row(rows, y, place, best - tolerance)
                if place >= 0 and self._can(rows, phase, y, group, place):
                    return y, group, place
        raise AssertionError("the best row has no move")

    def _can(self, rows: Rows, phase: int, y: int, group: int, place: int) -> bool:
        """Try a move out, and mark it where it cannot be made."""
        x, clique = rows.candidates[place], rows.cliques[group]
        possible = bool(make_move(self._graph, phase, x, y, clique, self._scratch))
        rows.marked[place] = not possible
        return possible

    def _accept(self, phase: int, x: int, y: int) -> None:
        """Take over the trial, and find out what it changes."""
        scratch = self._scratch
        self._dag[:] = scratch.trial
        complete(
            self._dag,
            scratch.order,
            scratch.previous,
            self._permitted,
            self.constraints.oriented,
            self._next_graph,
        )
        if phase == FORWARD:
            self._see_openings(self._next_graph, self._next_open)
        changes(
            self._graph,
            self._next_graph,
            phase,
            x,
            y,
            self._open,
            self._next_open,
            self._dirty,
            self._lost,
            scratch.closed,
        )
        self._graph, self._next_graph = self._next_graph, self._graph
        if phase == FORWARD:
            self._open, self._next_open = self._next_open, self._open

    def _see_openings(self, graph: np.ndarray, open_: np.ndarray) -> None:
        """Write what may be inserted into a graph."""
        openings(graph, self._allowed, self._possible, self._permitted, self._middle, open_)

    def _fill(self, rows: Rows, phase: int, targets: np.ndarray) -> Rows:
        """Score the moves into some targets again; return the rows, moved where room ran out."""
        clear(rows, targets)
        floor = self._floor if phase == FORWARD else -np.inf
        for first in range(0, len(targets), TARGETS_AT_ONCE):
            families, cliques = self._list(phase, targets[first : first + TARGETS_AT_ONCE])
            y, start, candidates = families.targets, families.candidate_start, families.candidates
            if not len(y):
                continue
            gains = self.score.gains(families, floor=floor, threads=self.threads)
            if phase == BACKWARD:
                gains = -gains
            elif phase == TURNING:
                gains = gains[0::2] - gains[1::2]
                y, candidates = y[0::2].copy(), candidates[0::2].copy()
                start = np.arange(len(y) + 1)
            rows = _with_room(rows, len(y), len(gains))
            store(
                rows,
                y,
                cliques,
                start,
                candidates,
                gains,
                self.constraints.prior,
                (1.0, -1.0, 0.0)[phase],
                self.score.tie_tolerance,
            )
        return rows

    def _list(self, phase: int, targets: np.ndarray) -> tuple[Extensions, np.ndarray]:
        """List a phase's moves into some targets, and the clique of each group of moves."""
        graph = self._graph
        if phase == BACKWARD:
            return self._deletions(targets, self._removable)
        if phase == FORWARD:
            y, cliques, parent_start, parents, start, candidates = list_insertions(
                targets,
                graph[PARENTS],
                graph[NEIGHBOURS],
                graph[ADJACENT],
                self._open,
                self.constraints.max_parents,
            )
            return Extensions(y, parent_start, parents, start, candidates), cliques
        y, cliques, parent_start, parents, candidates = list_turns(
            targets,
            graph[PARENTS],
            graph[CHILDREN],
            graph[NEIGHBOURS],
            graph[ADJACENT],
            self._permitted,
            self.constraints.max_parents,
        )
        start = np.arange(len(y) + 1)
        return Extensions(y, parent_start, parents, start, candidates), cliques

    def _deletions(
        self, targets: np.ndarray, removable: np.ndarray
    ) -> tuple[Extensions, np.ndarray]:
        graph = self._graph
        y, cliques, parent_start, parents, candidates = list_deletions(
            targets, graph[PARENTS], graph[NEIGHBOURS], graph[ADJACENT], removable
        )
        start = np.arange(len(y) + 1)
        return Extensions(y, parent_start, parents, start, candidates), cliques


def _with_room(rows: Rows, groups: int, moves: int) -> Rows:
    """Return rows with room for more groups and moves: the same ones, or larger ones."""
    groups, moves = int(rows.used[0]) + groups, int(rows.used[1]) + moves
    if groups <= len(rows.cliques) and moves <= len(rows.gains):
        return rows
    size, words = rows.witness.shape
    larger = empty_rows(size, words, 2 * groups, 2 * moves)
    move_over(rows, larger)
    return larger
