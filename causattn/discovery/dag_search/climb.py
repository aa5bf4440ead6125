"""Hill climbing over DAGs: the move of one edge that raises the score most, until none does.

Koller and Friedman (2009), "Probabilistic Graphical Models", section 18.4.3. The moves are those of
pgmpy's ``HillClimbSearch``, equal ones included, so that graphs are the same. Where pgmpy asks for
every move's score again after each move, a change of one variable's parents changes the scores of
one column here; and where it lists all paths to see whether an edge can be turned, one matrix of
who reaches whom answers for all pairs.
"""

from __future__ import annotations

from collections import deque
from itertools import permutations
from operator import itemgetter

import numpy as np

from causattn.discovery.data import DiscoveryData
from causattn.discovery.scores import LocalScore
from causattn.graphs import CausalGraph

SMALLEST_GAIN = 1e-4
"""A move that gains less ends the search."""

Move = tuple[str, int, int]
"""``"add"``, ``"remove"`` or ``"turn"``, and the edge."""


UNDOING = {"add": "remove", "remove": "add", "turn": "turn"}


class Climb:
    """A DAG on its way up.

    Parameters
    ----------
    score
        A local score.
    forbidden, required
        bool [p, p], from row to column: edges that may not be there, and edges, without a cycle,
        that are there from the start.
    max_parents
        Most parents of a variable.
    """

    def __init__(
        self,
        score: LocalScore,
        forbidden: np.ndarray,
        required: np.ndarray,
        max_parents: int | None,
    ) -> None:
        self.score, self.required = score, required
        self.possible = ~forbidden & ~np.eye(score.size, dtype=bool)
        self.max_parents = score.size if max_parents is None else max_parents
        self.dag = required.copy()
        self.reach = reaches(self.dag)
        # In the order in which edges came, as pgmpy goes through them.
        self.children: list[list[int]] = [np.flatnonzero(row).tolist() for row in required]
        self.pairs = set(permutations(range(score.size), 2))
        # How often each move stands in the list of those that are barred.
        self.tabu = {kind: np.zeros(self.dag.shape, dtype=np.int32) for kind in UNDOING}
        self.alone = np.empty(score.size)
        # The score of a column's variable if the row's variable joined or left its parents.
        self.other = np.full((score.size, score.size), -np.inf)
        self.scored(list(range(score.size)))

    def scored(self, columns: list[int]) -> None:
        """Ask for the scores of variables whose parents have changed."""
        families: list[tuple[int, tuple[int, ...]]] = []
        asked = []
        for column in columns:
            parents = np.flatnonzero(self.dag[:, column])
            rest = parents.tolist()
            families.append((column, tuple(rest)))
            families += [(column, tuple(rest[:k] + rest[k + 1 :])) for k in range(len(rest))]
            joining = np.zeros(0, dtype=np.int64)
            if len(parents) < self.max_parents:
                joining = np.flatnonzero(self.possible[:, column] & ~self.dag[:, column])
                joined = np.column_stack([np.tile(parents, (len(joining), 1)), joining])
                families += [(column, tuple(row)) for row in np.sort(joined, axis=1).tolist()]
            asked.append(np.concatenate([parents, joining]))
        found = self.score.local_scores(families)
        for column, others in zip(columns, asked, strict=True):
            self.alone[column] = found[0]
            self.other[others, column] = found[1 : len(others) + 1]
            found = found[len(others) + 1 :]

    def make(self, move: Move) -> None:
        """Make a move."""
        kind, source, target = move
        if kind == "add":
            self.dag[source, target] = True
            self.children[source].append(target)
            before = self.reach[:, source] | (np.arange(len(self.dag)) == source)
            after = self.reach[target] | (np.arange(len(self.dag)) == target)
            self.reach |= np.outer(before, after)
        else:
            self.dag[source, target] = False
            self.children[source].remove(target)
        if kind == "turn":
            self.dag[target, source] = True
            self.children[target].append(source)
        if kind != "add":
            self.reach = reaches(self.dag)
        self.scored([target, source] if kind == "turn" else [target])

    def bar(self, move: Move, times: int = 1) -> None:
        """Bar a move, or with -1 open it again; an edge is turned in both directions."""
        kind, source, target = move
        self.tabu[kind][source, target] += times
        if kind == "turn":
            self.tabu[kind][target, source] += times

    def best(self) -> tuple[float, Move] | None:
        """Return the move that gains most, and how much; None where no move is open."""
        other, alone = self.other, self.alone
        room = self.dag.sum(axis=0) < self.max_parents
        adding = self.possible & room & ~(self.dag | self.reach.T) & (other > -np.inf)
        adding &= self.tabu["add"] == 0
        sources, targets = np.nonzero(self.dag)
        free = ~self.required[sources, targets] & (other[sources, targets] > -np.inf)
        removing = free & (self.tabu["remove"][sources, targets] == 0)
        # A second way from cause to effect would close a circle with the turned edge.
        detour = (self.dag[sources] & self.reach[:, targets].T).any(axis=1)
        turning = free & ~detour & self.possible[targets, sources] & room[sources]
        turning &= (other[targets, sources] > -np.inf) & (self.tabu["turn"][sources, targets] == 0)
        with np.errstate(invalid="ignore"):
            added = np.where(adding, other - alone, -np.inf)
            removed = np.where(removing, other[sources, targets] - alone[targets], -np.inf)
            turned = other[targets, sources] + other[sources, targets]
            turned = np.where(turning, turned - alone[sources] - alone[targets], -np.inf)
        gains = {"add": added, "remove": removed, "turn": turned}
        kind, most = max(
            ((kind, float(by.max(initial=-np.inf))) for kind, by in gains.items()),
            key=itemgetter(1),
        )
        if most == -np.inf:
            return None
        if kind == "add":
            tied = {(int(i), int(j)) for i, j in np.argwhere(added == most)}
        else:
            places = np.flatnonzero(gains[kind] == most)
            tied = {(int(sources[k]), int(targets[k])) for k in places}
        return most, (kind, *self._first(tied, kind))

    def _first(self, tied: set[tuple[int, int]], kind: str) -> tuple[int, int]:
        """Return which of some edges pgmpy meets first.

        It goes through new edges as through a set of pairs, whose order numbers settle.
        """
        if len(tied) == 1:
            return next(iter(tied))
        edges = [(i, j) for i, row in enumerate(self.children) for j in row]
        if kind == "add":
            edges = list(self.pairs - set(edges) - {(j, i) for i, j in edges})
        return next(edge for edge in edges if edge in tied)


def reaches(dag: np.ndarray) -> np.ndarray:
    """Return who has a directed path of one edge or more to whom; bool [p, p]."""
    found = dag.astype(np.float32)
    while True:
        further = np.minimum(found + found @ found, 1)
        if np.array_equal(further, found):
            return found > 0
        found = further


def climbed(
    score: LocalScore,
    forbidden: np.ndarray,
    tabu_length: int,
    max_parents: int | None = None,
    required: np.ndarray | None = None,
) -> np.ndarray:
    """Climb from the required edges, or none, until no move gains.

    Parameters
    ----------
    score, forbidden, max_parents, required
        As for `Climb`.
    tabu_length
        How many of the last moves must not be undone.

    Returns
    -------
    dag
        bool [p, p], from row to column.
    """
    if required is None:
        required = np.zeros_like(forbidden)
    climb = Climb(score, forbidden & ~required, required, max_parents)
    last: deque[Move] = deque()
    while (best := climb.best()) is not None:
        gained, (kind, source, target) = best
        if gained < SMALLEST_GAIN:
            break
        climb.make((kind, source, target))
        last.append((UNDOING[kind], source, target))
        climb.bar(last[-1])
        if len(last) > tabu_length:
            climb.bar(last.popleft(), -1)
    return climb.dag


def dag_of(
    data: DiscoveryData, adjacency: np.ndarray, score: LocalScore, algorithm: str
) -> CausalGraph:
    """Return a DAG, from row to column, as a graph with its score."""
    return CausalGraph.from_adjacency(
        adjacency.astype(np.uint8),
        data.names,
        direction="from row to column",
        kind="dag",
        algorithm=algorithm,
        score=score.total(adjacency),
    )
