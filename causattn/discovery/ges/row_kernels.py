"""Compiled rows: the moves at each target that raise the score, and which of them is best.

A row is a stretch of groups (`causattn.discovery.ges.move_kernels`) of one target, kept with the
gains above zero. Whether a move is valid depends on the whole graph, so it is looked at only for a
move that could win; one that is not is marked. Where a semi-directed path forbids it, that path is
kept as the row's **witness**, and the mark stands until an edge along it changes. So a step looks
for a few paths, however many moves are forbidden.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from causattn.base import njit
from causattn.discovery.ges.graph_kernels import (
    CHILDREN,
    FORWARD,
    NEIGHBOURS,
    TURNING,
    MoveScratch,
)
from causattn.graphs.bitset import add, has, trailing_zeros


class Rows(NamedTuple):
    """The improving moves of one phase, by target.

    Attributes
    ----------
    upper, keys
        float64 [p]: of each row the largest gain, and the largest of a move that is not marked.
    exact
        bool [p]: whether the latter move has been found valid on the present graph.
    first, last
        int64 [p]: where the row's groups are.
    witness
        uint64 [p, words]: the variables on the paths for which the row's moves are marked.
    cliques, begin, end
        uint64 [groups, words], int64 [groups]: each group's clique and where its moves are.
    candidates, gains, marked
        int64, float64 and bool [moves].
    used
        int64 [2]: how many groups and moves are taken up.
    """

    upper: np.ndarray
    keys: np.ndarray
    exact: np.ndarray
    first: np.ndarray
    last: np.ndarray
    witness: np.ndarray
    cliques: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    candidates: np.ndarray
    gains: np.ndarray
    marked: np.ndarray
    used: np.ndarray


def empty_rows(size: int, words: int, groups: int, moves: int) -> Rows:
    """Return rows without moves, with room for some."""
    return Rows(
        upper=np.full(size, -np.inf),
        keys=np.full(size, -np.inf),
        exact=np.zeros(size, dtype=np.bool_),
        first=np.zeros(size, dtype=np.int64),
        last=np.zeros(size, dtype=np.int64),
        witness=np.zeros((size, words), dtype=np.uint64),
        cliques=np.empty((groups, words), dtype=np.uint64),
        begin=np.empty(groups, dtype=np.int64),
        end=np.empty(groups, dtype=np.int64),
        candidates=np.empty(moves, dtype=np.int64),
        gains=np.empty(moves),
        marked=np.empty(moves, dtype=np.bool_),
        used=np.zeros(2, dtype=np.int64),
    )


@njit(cache=True, nogil=True)
def clear(rows: Rows, targets: np.ndarray) -> None:
    """Empty some rows."""
    for y in targets:
        rows.upper[y] = -np.inf
        rows.keys[y] = -np.inf
        rows.exact[y] = False
        rows.first[y] = 0
        rows.last[y] = 0
        for w in range(rows.witness.shape[1]):
            rows.witness[y, w] = np.uint64(0)


@njit(cache=True, nogil=True)
def store(
    rows: Rows,
    targets: np.ndarray,
    cliques: np.ndarray,
    start: np.ndarray,
    candidates: np.ndarray,
    gains: np.ndarray,
    prior: np.ndarray,
    sign: float,
    tolerance: float,
) -> None:
    """Keep the moves that raise the score by more than the tolerance, in rows that were empty.

    Parameters
    ----------
    targets, cliques, start, candidates, gains
        Groups, those of a target together, and the gain of each move without the prior.
    prior, sign
        The edge prior and how it enters: 1 where an edge comes, -1 where it goes, 0 otherwise.
    """
    group = rows.used[0]
    move = rows.used[1]
    for g in range(targets.shape[0]):
        y = targets[g]
        begin = move
        for k in range(start[g], start[g + 1]):
            gain = gains[k] + sign * prior[candidates[k], y]
            if gain > tolerance:
                rows.candidates[move] = candidates[k]
                rows.gains[move] = gain
                rows.marked[move] = False
                move += 1
                if gain > rows.upper[y]:
                    rows.upper[y] = gain
                    rows.keys[y] = gain
        if move > begin:
            for w in range(cliques.shape[1]):
                rows.cliques[group, w] = cliques[g, w]
            rows.begin[group] = begin
            rows.end[group] = move
            if rows.last[y] == 0:
                rows.first[y] = group
            group += 1
            rows.last[y] = group
    rows.used[0] = group
    rows.used[1] = move


@njit(cache=True, nogil=True)
def move_over(old: Rows, new: Rows) -> None:
    """Copy what rows still hold into new ones with more room, leaving gaps behind."""
    group = 0
    move = 0
    for y in range(old.keys.shape[0]):
        new.upper[y] = old.upper[y]
        new.keys[y] = old.keys[y]
        new.exact[y] = old.exact[y]
        for w in range(old.witness.shape[1]):
            new.witness[y, w] = old.witness[y, w]
        new.first[y] = group
        for g in range(old.first[y], old.last[y]):
            for w in range(old.cliques.shape[1]):
                new.cliques[group, w] = old.cliques[g, w]
            new.begin[group] = move
            for k in range(old.begin[g], old.end[g]):
                new.candidates[move] = old.candidates[k]
                new.gains[move] = old.gains[k]
                new.marked[move] = old.marked[k]
                move += 1
            new.end[group] = move
            group += 1
        new.last[y] = group
        if new.first[y] == group:
            new.first[y] = 0
            new.last[y] = 0
    new.used[0] = group
    new.used[1] = move


@njit(cache=True, nogil=True)
def unmark(rows: Rows, lost: np.ndarray, everything: bool) -> None:
    """Take back the marks of rows whose witness holds a variable from which an edge was lost.

    With `everything`, all marks: where validity is not a matter of paths alone.
    """
    for y in range(rows.keys.shape[0]):
        rows.exact[y] = False
        stale = everything
        for w in range(lost.shape[0]):
            if rows.witness[y, w] & lost[w]:
                stale = True
        if stale:
            rows.keys[y] = rows.upper[y]
            for w in range(lost.shape[0]):
                rows.witness[y, w] = np.uint64(0)
            if rows.last[y] > rows.first[y]:
                for k in range(rows.begin[rows.first[y]], rows.end[rows.last[y] - 1]):
                    rows.marked[k] = False


@njit(cache=True, nogil=True)
def _forbidden(
    graph: np.ndarray,
    phase: int,
    x: int,
    y: int,
    clique: np.ndarray,
    scratch: MoveScratch,
    witness: np.ndarray,
) -> bool:
    """Return whether a semi-directed path forbids a move on x -> y, and add it to the witness.

    An insertion is forbidden by a path from y to x around the clique, the turn of a directed edge
    by one around the clique and x's undirected neighbours that is not the edge itself; other moves
    by none. Breadth first, so that the witness is short.
    """
    turning = phase == TURNING
    if not (phase == FORWARD or (turning and has(graph[CHILDREN, y], x))):
        return False
    words = clique.shape[0]
    closed, previous, waiting = scratch.closed, scratch.previous, scratch.waiting
    for w in range(words):
        closed[w] = clique[w]
        if turning:
            closed[w] |= graph[NEIGHBOURS, x, w]
    add(closed, y)
    waiting[0] = y
    head = 0
    tail = 1
    while head < tail:
        node = waiting[head]
        head += 1
        for w in range(words):
            new = (graph[CHILDREN, node, w] | graph[NEIGHBOURS, node, w]) & ~closed[w]
            if turning and node == y and x >> 6 == w:
                new &= ~(np.uint64(1) << np.uint64(x & 63))
            closed[w] |= new
            while new:
                reached = (w << 6) + trailing_zeros(new)
                previous[reached] = node
                if reached == x:
                    while reached != y:
                        reached = previous[reached]
                        add(witness, reached)
                    return True
                waiting[tail] = reached
                tail += 1
                new &= new - np.uint64(1)
    return False


@njit(cache=True, nogil=True)
def best_row(keys: np.ndarray) -> int:
    """Return the first row with the largest key."""
    best = 0
    for row in range(keys.shape[0]):
        if keys[row] > keys[best]:
            best = row
    return best


@njit(cache=True, nogil=True)
def top_of_row(rows: Rows, y: int) -> tuple[int, int, float]:
    """Return group and place of a row's first move with the largest gain that is not marked.

    And the largest gain of the others.
    """
    top = -1
    group = -1
    following = -np.inf
    for g in range(rows.first[y], rows.last[y]):
        for k in range(rows.begin[g], rows.end[g]):
            if rows.marked[k]:
                continue
            if top < 0 or rows.gains[k] > rows.gains[top]:
                if top >= 0:
                    following = max(following, rows.gains[top])
                top = k
                group = g
            elif rows.gains[k] > following:
                following = rows.gains[k]
    return group, top, following


@njit(cache=True, nogil=True)
def next_of_row(rows: Rows, y: int, place: int, threshold: float) -> tuple[int, int]:
    """Return a row's first move from a place on that has a gain and is not marked, or -1, -1."""
    for g in range(rows.first[y], rows.last[y]):
        for k in range(max(place, rows.begin[g]), rows.end[g]):
            if rows.gains[k] >= threshold and not rows.marked[k]:
                return g, k
    return -1, -1


@njit(cache=True, nogil=True)
def pick(
    rows: Rows, graph: np.ndarray, phase: int, tolerance: float, scratch: MoveScratch
) -> tuple[int, int, int]:
    """Return target, group and place of the move to make, or -1 thrice.

    Of the valid moves whose gain is within the tolerance of the best, the first one. What is valid
    is a matter of paths here; `causattn.discovery.ges.compiled` has the same where knowledge
    directs edges.
    """
    best = -np.inf
    while True:
        y = best_row(rows.keys)
        best = rows.keys[y]
        if best <= tolerance:
            return -1, -1, -1
        if rows.exact[y]:
            break
        g, k, following = top_of_row(rows, y)
        x = rows.candidates[k]
        if _forbidden(graph, phase, x, y, rows.cliques[g], scratch, rows.witness[y]):
            rows.marked[k] = True
            rows.keys[y] = following
        else:
            rows.exact[y] = True
    for row in range(rows.keys.shape[0]):
        if rows.keys[row] < best - tolerance:
            continue
        g, k = next_of_row(rows, row, rows.begin[rows.first[row]], best - tolerance)
        while k >= 0:
            x = rows.candidates[k]
            if not _forbidden(graph, phase, x, row, rows.cliques[g], scratch, rows.witness[row]):
                return row, g, k
            rows.marked[k] = True
            g, k = next_of_row(rows, row, k, best - tolerance)
    return -1, -1, -1
