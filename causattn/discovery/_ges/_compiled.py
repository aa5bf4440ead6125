"""Greedy equivalence search on compiled kernels: the same moves, only what changed is scored anew.

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

from typing import NamedTuple

import numpy as np

from causattn.discovery._ges._constraints import Constraints
from causattn.discovery._ges._graph_kernels import (
    ADJACENT,
    CHILDREN,
    NEIGHBOURS,
    PARENTS,
    changes,
    complete,
    make_move,
    openings,
)
from causattn.discovery._ges._move_kernels import list_deletions, list_insertions, list_turns
from causattn.discovery._ges._result import PHASES, Phase, Step
from causattn.discovery._ges._row_kernels import broken, first_of_row, keep_improving, settle
from causattn.discovery._scores import Extensions, LocalScore
from causattn.graphs._bitset import pack, unpack
from causattn.graphs._equivalence import topological_order


class _Batch(NamedTuple):
    """The improving moves of targets scored together: group g is a clique and its moves.

    A move is marked while it is known to be forbidden.
    """

    cliques: np.ndarray
    start: np.ndarray
    candidates: np.ndarray
    gains: np.ndarray
    marked: np.ndarray


class CompiledEngine:
    """The search, one phase at a time; starts from the required edges."""

    def __init__(self, score: LocalScore, constraints: Constraints, threads: int) -> None:
        size = score.size
        self.score = score
        self.constraints = constraints
        self.threads = threads
        self._allowed = pack(constraints.allowed)
        self._possible = pack(constraints.possible)
        self._permitted = pack(np.ascontiguousarray(constraints.permitted.T))
        self._removable = pack(~(constraints.required | constraints.required.T))
        self._middle = {"none": -1, "v_structures": CHILDREN, "unshielded_triples": ADJACENT}[
            constraints.adaptive
        ]
        words = self._allowed.shape[1]
        self._dag = pack(np.ascontiguousarray(constraints.required.T))
        self._order = topological_order(constraints.required)
        # A move is tried out beside the member at hand, and takes its place when it is made.
        self._trial = np.zeros_like(self._dag)
        self._trial_order = np.empty_like(self._order)
        self._graph = np.zeros((4, size, words), dtype=np.uint64)
        self._spare = np.zeros_like(self._graph)
        self._plan = np.zeros_like(self._graph)
        self._position = np.empty(size, dtype=np.int64)
        self._open = np.zeros((size, words), dtype=np.uint64)
        self._spare_open = np.zeros_like(self._open)
        self._complete(self._graph)
        self._openings(self._open)

    def run_phase(self, phase: Phase) -> list[Step]:
        """Make the best move of a phase until none raises the score; return the moves."""
        rows = _Rows(self, PHASES.index(phase))
        rows.fill(np.arange(self.score.size))
        steps: list[Step] = []
        while True:
            picked = rows.pick()
            if picked is None:
                return steps
            x, y, clique, gain = picked
            if not self.try_move(rows.phase, x, y, clique):
                raise AssertionError(f"a valid move has no consistent extension: {phase} {x} {y}")
            self._dag, self._trial = self._trial, self._dag
            self._order, self._trial_order = self._trial_order, self._order
            self._complete(self._spare)
            self._openings(self._spare_open, self._spare)
            members = tuple(np.flatnonzero(unpack(clique[None], self.score.size)[0]).tolist())
            steps.append(Step(phase, x, y, members, gain))
            rows.update(self._graph, self._spare, self._open, self._spare_open, x, y)
            self._graph, self._spare = self._spare, self._graph
            self._open, self._spare_open = self._spare_open, self._open
            rows.refill()

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
        graph = self._graph
        targets, _, parent_start, parents, candidates = list_deletions(
            np.arange(size), graph[PARENTS], graph[NEIGHBOURS], graph[ADJACENT], everyone
        )
        families = Extensions(
            targets, parent_start, parents, np.arange(len(targets) + 1), candidates
        )
        loss = self.score.gains(families, threads=self.threads)
        loss += self.constraints.prior[candidates, targets]
        support = np.full((size, size), np.inf)
        np.minimum.at(support, (candidates, targets), loss)
        support = np.minimum(support, support.T)
        support[np.isinf(support)] = np.nan
        return support

    def try_move(self, phase: int, x: int, y: int, clique: np.ndarray) -> bool:
        """Tell whether a move is valid, and keep the DAG it leads to as the trial."""
        return bool(
            make_move(self._graph, phase, x, y, clique, self._plan, self._trial, self._trial_order)
        )

    def families(self, phase: int, targets: np.ndarray) -> tuple[Extensions, np.ndarray]:
        """List a phase's moves into some targets, and the clique of each group of moves."""
        graph = self._graph
        if phase == 0:
            y, cliques, parent_start, parents, start, candidates = list_insertions(
                targets,
                graph[PARENTS],
                graph[NEIGHBOURS],
                graph[ADJACENT],
                self._open,
                self.constraints.max_parents,
            )
            return Extensions(y, parent_start, parents, start, candidates), cliques
        if phase == 1:
            y, cliques, parent_start, parents, candidates = list_deletions(
                targets, graph[PARENTS], graph[NEIGHBOURS], graph[ADJACENT], self._removable
            )
        else:
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

    @property
    def graph(self) -> np.ndarray:
        """The class as families of sets, uint64 [4, p, words]."""
        return self._graph

    def _complete(self, graph: np.ndarray) -> None:
        complete(
            self._dag,
            self._order,
            self._position,
            self._permitted,
            self.constraints.oriented,
            graph,
        )

    def _openings(self, open_: np.ndarray, graph: np.ndarray | None = None) -> None:
        openings(
            self._graph if graph is None else graph,
            self._allowed,
            self._possible,
            self._permitted,
            self._middle,
            open_,
        )


class _Rows:
    """The improving moves of one phase, by target, and which is the best."""

    def __init__(self, engine: CompiledEngine, phase: int) -> None:
        size, words = engine.graph.shape[1:]
        self.engine = engine
        self.phase = phase
        self.tolerance = engine.score.tie_tolerance
        self.prior = engine.constraints.prior
        self.batches: list[_Batch] = []
        # Of each row: the largest gain, the largest gain of a move that is not marked, whether that
        # move has been found valid in this step, and where the row is.
        self.upper = np.full(size, -np.inf)
        self.keys = np.full(size, -np.inf)
        self.exact = np.zeros(size, dtype=bool)
        self.where = np.full((3, size), -1, dtype=np.int64)
        self.witness = np.zeros((size, words), dtype=np.uint64)
        self.dirty = np.zeros(size, dtype=bool)
        self.lost = np.zeros(words, dtype=np.uint64)
        self.listed = np.empty(size, dtype=np.int64)

    def fill(self, targets: np.ndarray) -> None:
        """Score the moves into some targets anew."""
        engine = self.engine
        self.upper[targets] = -np.inf
        self.exact[targets] = False
        self.witness[targets] = 0
        self.where[0, targets] = -1
        # Rows are scored some thousand groups at a time, so that memory follows what is kept.
        for part in np.array_split(targets, max(1, len(targets) // 256)):
            families, cliques = engine.families(self.phase, part)
            if not len(families.targets):
                continue
            floor = self.tolerance - float(self.prior.max()) if self.phase == 0 else -np.inf
            gains = engine.score.gains(families, floor=floor, threads=engine.threads)
            y, start, candidates = families.targets, families.candidate_start, families.candidates
            if self.phase == 1:
                gains = -gains
            elif self.phase == 2:
                gains = gains[0::2] - gains[1::2]
                y, candidates = y[0::2], candidates[0::2]
                start = np.arange(len(y) + 1)
            kept, start, candidates, gains = keep_improving(
                y,
                start,
                candidates,
                gains,
                self.prior,
                (1.0, -1.0, 0.0)[self.phase],
                self.tolerance,
                len(self.batches),
                self.upper,
                *self.where,
            )
            marked = np.zeros(len(gains), dtype=np.bool_)
            self.batches.append(_Batch(cliques[kept], start, candidates, gains, marked))
        self.keys[targets] = self.upper[targets]

    def pick(self) -> tuple[int, int, np.ndarray, float] | None:
        """Return source, target, clique and gain of the move to make, or None."""
        keys, exact = self.keys, self.exact
        while True:
            y = int(keys.argmax())
            best = float(keys[y])
            if best <= self.tolerance:
                return None
            if exact[y]:
                break
            self._settle(y, best - self.tolerance)
        threshold = best - self.tolerance
        for y in np.flatnonzero(keys >= threshold).tolist():
            group, place = self._first(y, threshold)
            if place >= 0:
                batch = self.batches[self.where[0, y]]
                gain = float(batch.gains[place])
                return int(batch.candidates[place]), y, batch.cliques[group], gain
        raise AssertionError("the best row has no move")

    def update(
        self,
        before: np.ndarray,
        after: np.ndarray,
        open_before: np.ndarray,
        open_after: np.ndarray,
        x: int,
        y: int,
    ) -> None:
        """Find out which rows a move has changed, and which marks no longer stand."""
        changes(before, after, self.phase, x, y, open_before, open_after, self.dirty, self.lost)
        self.exact[:] = False
        if self.engine.constraints.oriented:
            count = len(self.keys)
            self.listed[:] = np.arange(count)
        else:
            count = broken(self.witness, self.lost, self.listed)
        for row in self.listed[:count].tolist():
            self.witness[row] = 0
            self.keys[row] = self.upper[row]
            if self.where[0, row] >= 0:
                batch = self.batches[self.where[0, row]]
                first, last = self.where[1:, row]
                batch.marked[batch.start[first] : batch.start[last]] = False

    def refill(self) -> None:
        """Score anew the rows that changed."""
        self.fill(np.flatnonzero(self.dirty))

    def _settle(self, y: int, bound: float) -> None:
        """Verify a row's best move, or find a better bound for it."""
        batch = self.batches[self.where[0, y]]
        first, last = self.where[1:, y]
        if not self.engine.constraints.oriented:
            self.keys[y], self.exact[y] = settle(
                self.engine.graph, self.phase, y, first, last, *batch, bound, self.witness[y]
            )
            return
        places = slice(batch.start[first], batch.start[last])
        gains = np.where(batch.marked[places], -np.inf, batch.gains[places])
        top = int(gains.argmax())
        self.keys[y] = gains[top]
        self.exact[y] = gains[top] == -np.inf or self._can(y, places.start + top)
        batch.marked[places.start + top] = not self.exact[y]

    def _first(self, y: int, threshold: float) -> tuple[int, int]:
        """Return group and place of a row's first valid move of at least that gain, or -1, -1."""
        batch = self.batches[self.where[0, y]]
        first, last = self.where[1:, y]
        if not self.engine.constraints.oriented:
            group, place = first_of_row(
                self.engine.graph,
                self.phase,
                y,
                first,
                last,
                *batch,
                threshold,
                self.witness[y],
            )
            return int(group), int(place)
        for place in range(batch.start[first], batch.start[last]):
            if batch.gains[place] >= threshold and self._can(y, place):
                return self._group(y, place), place
        return -1, -1

    def _can(self, y: int, place: int) -> bool:
        """Try out a move."""
        batch = self.batches[self.where[0, y]]
        x = int(batch.candidates[place])
        return self.engine.try_move(self.phase, x, y, batch.cliques[self._group(y, place)])

    def _group(self, y: int, place: int) -> int:
        batch = self.batches[self.where[0, y]]
        return int(np.searchsorted(batch.start, place, side="right")) - 1
