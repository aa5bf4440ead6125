"""Compiled rows: the moves at each target that raise the score, and which of them is valid.

A row is a stretch of groups (`causattn.discovery._ges._move_kernels`) of one target, kept with the
gains above zero. Whether a semi-directed path forbids a move depends on the whole graph, so it is
looked at only for a move that could win. A move found to be forbidden is marked, and the path that
forbids it is kept as the row's **witness**: the mark stands until an edge along it changes. So a
step looks for a few paths, however many moves are forbidden.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from causattn.discovery._ges._graph_kernels import CHILDREN, FORWARD, NEIGHBOURS, TURNING
from causattn.graphs._bitset import add, has, trailing_zeros


@njit(cache=True, nogil=True)
def keep_improving(
    targets: np.ndarray,
    start: np.ndarray,
    candidates: np.ndarray,
    gains: np.ndarray,
    prior: np.ndarray,
    sign: float,
    tolerance: float,
    batch: int,
    upper: np.ndarray,
    row_batch: np.ndarray,
    row_first: np.ndarray,
    row_last: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Keep the moves that raise the score by more than the tolerance, and note where rows lie.

    Parameters
    ----------
    targets, start, candidates, gains
        Groups, in order of target, and the gain of each move; `gains` is overwritten with the
        prior included.
    prior, sign
        The edge prior and how it enters: 1 where an edge comes, -1 where it goes, 0 otherwise.
    batch
        The number under which the caller keeps what is returned.
    upper, row_batch, row_first, row_last
        [p], written for the targets that occur: the largest gain, and where the row is.

    Returns
    -------
    kept
        Which groups are kept (int64), their start, candidates and gains.
    """
    groups = 0
    moves = 0
    for g in range(targets.shape[0]):
        some = False
        for k in range(start[g], start[g + 1]):
            gains[k] += sign * prior[candidates[k], targets[g]]
            if gains[k] > tolerance:
                moves += 1
                some = True
        if some:
            groups += 1
    kept = np.empty(groups, dtype=np.int64)
    kept_start = np.zeros(groups + 1, dtype=np.int64)
    kept_candidates = np.empty(moves, dtype=np.int32)
    kept_gains = np.empty(moves, dtype=np.float64)
    groups = 0
    moves = 0
    for g in range(targets.shape[0]):
        y = targets[g]
        first = moves
        for k in range(start[g], start[g + 1]):
            if gains[k] > tolerance:
                kept_candidates[moves] = candidates[k]
                kept_gains[moves] = gains[k]
                moves += 1
                if gains[k] > upper[y]:
                    upper[y] = gains[k]
        if moves > first:
            if row_batch[y] != batch:
                row_batch[y] = batch
                row_first[y] = groups
            kept[groups] = g
            groups += 1
            kept_start[groups] = moves
            row_last[y] = groups
    return kept, kept_start, kept_candidates, kept_gains


@njit(cache=True, nogil=True)
def _forbidden(
    graph: np.ndarray,
    phase: int,
    x: int,
    y: int,
    clique: np.ndarray,
    previous: np.ndarray,
    waiting: np.ndarray,
    witness: np.ndarray,
) -> bool:
    """Tell whether a semi-directed path forbids a move on x -> y, and add it to the witness.

    An insertion is forbidden by a path from y to x around the clique, the turn of a directed edge
    by one around the clique and x's undirected neighbours that is not the edge itself; other moves
    by none. Breadth first, so that the witness is short.
    """
    turning = phase == TURNING
    if not (phase == FORWARD or (turning and has(graph[CHILDREN, y], x))):
        return False
    words = clique.shape[0]
    closed = np.empty(words, dtype=np.uint64)
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
def settle(
    graph: np.ndarray,
    phase: int,
    y: int,
    first: int,
    last: int,
    cliques: np.ndarray,
    start: np.ndarray,
    candidates: np.ndarray,
    gains: np.ndarray,
    marked: np.ndarray,
    bound: float,
    witness: np.ndarray,
) -> tuple[float, bool]:
    """Find the best move of a row that is not forbidden.

    Forbidden moves on the way are marked and their paths added to `witness` (uint64 [words]).
    Returns its gain and True; or, where that is below `bound`, an upper bound of it and False.
    """
    size = graph.shape[1]
    previous = np.empty(size, dtype=np.int64)
    waiting = np.empty(size, dtype=np.int64)
    while True:
        top = -1
        best = -np.inf
        group = first
        for k in range(start[first], start[last]):
            if gains[k] > best and not marked[k]:
                best = gains[k]
                top = k
        if top < 0:
            return -np.inf, True
        if best < bound:
            return best, False
        while start[group + 1] <= top:
            group += 1
        x = candidates[top]
        if not _forbidden(graph, phase, x, y, cliques[group], previous, waiting, witness):
            return best, True
        marked[top] = True


@njit(cache=True, nogil=True)
def first_of_row(
    graph: np.ndarray,
    phase: int,
    y: int,
    first: int,
    last: int,
    cliques: np.ndarray,
    start: np.ndarray,
    candidates: np.ndarray,
    gains: np.ndarray,
    marked: np.ndarray,
    threshold: float,
    witness: np.ndarray,
) -> tuple[int, int]:
    """Return group and place of a row's first valid move of at least a gain, or -1, -1."""
    size = graph.shape[1]
    previous = np.empty(size, dtype=np.int64)
    waiting = np.empty(size, dtype=np.int64)
    for g in range(first, last):
        for k in range(start[g], start[g + 1]):
            if gains[k] >= threshold and not marked[k]:
                x = candidates[k]
                if not _forbidden(graph, phase, x, y, cliques[g], previous, waiting, witness):
                    return g, k
                marked[k] = True
    return -1, -1


@njit(cache=True, nogil=True)
def broken(witnesses: np.ndarray, lost: np.ndarray, out: np.ndarray) -> int:
    """List the rows whose witness contains a variable from which an edge was lost."""
    count = 0
    for y in range(witnesses.shape[0]):
        for w in range(witnesses.shape[1]):
            if witnesses[y, w] & lost[w]:
                out[count] = y
                count += 1
                break
    return count
