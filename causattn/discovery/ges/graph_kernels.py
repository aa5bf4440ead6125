"""Compiled moves on a partially directed graph, and what they change.

What `causattn.discovery.ges.reference_graph` does in plain Python, on families of machine words.
A graph is one array uint64 ``[4, p, words]``: each variable's parents, children, undirected
neighbours, and all three together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from causattn.base import njit
from causattn.graphs.bitset import add, drop, has, list_members, trailing_zeros
from causattn.graphs.equivalence_kernels import extend, label_compelled

PARENTS, CHILDREN, NEIGHBOURS, ADJACENT = 0, 1, 2, 3
FORWARD, BACKWARD, TURNING = 0, 1, 2


class MoveScratch(NamedTuple):
    """Room to work in, and the trial: the DAG that the move last tried out leads to.

    Attributes
    ----------
    plan
        uint64 [4, p, words]: a graph.
    trial, order
        uint64 [p, words] and int64 [p]: parents and a topological order.
    closed, inner, outer
        uint64 [words]: sets.
    previous, waiting
        int64 [p]: variables.
    """

    plan: np.ndarray
    trial: np.ndarray
    order: np.ndarray
    closed: np.ndarray
    inner: np.ndarray
    outer: np.ndarray
    previous: np.ndarray
    waiting: np.ndarray


def new_scratch(size: int, words: int) -> MoveScratch:
    """Return room to work in for p variables."""
    return MoveScratch(
        plan=np.zeros((4, size, words), dtype=np.uint64),
        trial=np.zeros((size, words), dtype=np.uint64),
        order=np.zeros(size, dtype=np.int64),
        closed=np.zeros(words, dtype=np.uint64),
        inner=np.zeros(words, dtype=np.uint64),
        outer=np.zeros(words, dtype=np.uint64),
        previous=np.zeros(size, dtype=np.int64),
        waiting=np.zeros(size, dtype=np.int64),
    )


@njit(cache=True, nogil=True)
def _orient(graph: np.ndarray, x: int, y: int) -> bool:
    """Make x -> y of an edge between them; False where it points the other way already."""
    if has(graph[PARENTS, x], y):
        return False
    drop(graph[NEIGHBOURS, x], y)
    drop(graph[NEIGHBOURS, y], x)
    add(graph[PARENTS, y], x)
    add(graph[CHILDREN, x], y)
    return True


@njit(cache=True, nogil=True)
def _orient_around(graph: np.ndarray, node: int, inner: np.ndarray, outer: np.ndarray) -> bool:
    """Direct edges from `inner` to `node` and from there to `outer`; False where one cannot be."""
    for w in range(inner.shape[0]):
        word = inner[w]
        while word:
            if not _orient(graph, (w << 6) + trailing_zeros(word), node):
                return False
            word &= word - np.uint64(1)
        word = outer[w]
        while word:
            if not _orient(graph, node, (w << 6) + trailing_zeros(word)):
                return False
            word &= word - np.uint64(1)
    return True


@njit(cache=True, nogil=True)
def _goes_round(dag: np.ndarray, x: int, y: int, scratch: MoveScratch) -> bool:
    """Return whether a directed path leads from x to y besides the edge.

    Then the DAG before the turn would have had a cycle. It cannot in a CPDAG, it can in an MPDAG.
    """
    seen, waiting = scratch.closed, scratch.waiting
    for w in range(seen.shape[0]):
        seen[w] = dag[y, w]
    drop(seen, x)
    count = list_members(seen, waiting)
    while count:
        count -= 1
        node = int(waiting[count])
        for w in range(seen.shape[0]):
            before = dag[node, w] & ~seen[w]
            seen[w] |= before
            while before:
                waiting[count] = (w << 6) + trailing_zeros(before)
                count += 1
                before &= before - np.uint64(1)
    return has(seen, x)


@njit(cache=True, nogil=True)
def make_move(
    graph: np.ndarray, phase: int, x: int, y: int, clique: np.ndarray, scratch: MoveScratch
) -> bool:
    """Make a move on a member of the class, and return whether some member can make it.

    Parameters
    ----------
    graph
        The class; not changed.
    phase, x, y, clique
        The move on x -> y, with `clique` among y's parents.
    scratch
        Its trial is overwritten with the DAG that the move leads to.
    """
    plan, dag, inner, outer = scratch.plan, scratch.trial, scratch.inner, scratch.outer
    size, words = dag.shape
    for family in range(3):
        for node in range(size):
            for w in range(words):
                plan[family, node, w] = graph[family, node, w]
    if phase == BACKWARD:
        if not _orient(plan, x, y):
            return False
    else:
        undirected = has(graph[NEIGHBOURS, y], x)
        drop(plan[CHILDREN, y], x)
        drop(plan[PARENTS, x], y)
        drop(plan[NEIGHBOURS, y], x)
        drop(plan[NEIGHBOURS, x], y)
        add(plan[PARENTS, y], x)
        add(plan[CHILDREN, x], y)
        if phase == TURNING:
            for w in range(words):
                inner[w] = np.uint64(0)
                if undirected:
                    inner[w] = clique[w] & graph[ADJACENT, x, w]
                outer[w] = graph[NEIGHBOURS, x, w] & ~inner[w]
            drop(outer, y)
            if not _orient_around(plan, x, inner, outer):
                return False
    for w in range(words):
        outer[w] = graph[NEIGHBOURS, y, w] & ~clique[w]
    drop(outer, x)
    if not _orient_around(plan, y, clique, outer):
        return False
    if not extend(plan[PARENTS], plan[CHILDREN], plan[NEIGHBOURS], dag, scratch.order):
        return False
    if phase == BACKWARD:
        drop(dag[y], x)
    return not (phase == TURNING and _goes_round(dag, x, y, scratch))


@njit(cache=True, nogil=True)
def complete(
    dag: np.ndarray,
    order: np.ndarray,
    position: np.ndarray,
    permitted: np.ndarray,
    oriented: bool,
    graph: np.ndarray,
) -> None:
    """Overwrite `graph` with the class of a DAG: its CPDAG, with knowledge its MPDAG.

    Parameters
    ----------
    dag, order
        Parents uint64 [p, words] and a topological order int64 [p].
    position
        int64 [p], overwritten.
    permitted
        uint64 [p, words]: from which variables an edge may point to each.
    oriented
        Whether `permitted` rules out single directions.
    """
    size, words = dag.shape
    label_compelled(dag, order, position, graph[PARENTS])
    for y in range(size):
        for w in range(words):
            graph[CHILDREN, y, w] = np.uint64(0)
            graph[NEIGHBOURS, y, w] = dag[y, w] & ~graph[PARENTS, y, w]
            graph[ADJACENT, y, w] = dag[y, w]
    for y in range(size):
        for w in range(words):
            word = dag[y, w]
            while word:
                x = (w << 6) + trailing_zeros(word)
                add(graph[ADJACENT, x], y)
                if has(graph[PARENTS, y], x):
                    add(graph[CHILDREN, x], y)
                else:
                    add(graph[NEIGHBOURS, x], y)
                word &= word - np.uint64(1)
    if oriented:
        for y in range(size):
            for w in range(words):
                word = graph[NEIGHBOURS, y, w] & ~permitted[y, w]
                while word:
                    _orient(graph, y, (w << 6) + trailing_zeros(word))
                    word &= word - np.uint64(1)
        _close(graph)


@njit(cache=True, nogil=True)
def _close(graph: np.ndarray) -> None:
    """Direct whatever follows from the directed edges, by Meek's four rules."""
    size, words = graph.shape[1], graph.shape[2]
    changed = True
    while changed:
        changed = False
        for a in range(size):
            for w in range(words):
                word = graph[NEIGHBOURS, a, w]
                while word:
                    b = (w << 6) + trailing_zeros(word)
                    if _follows(graph, a, b):
                        _orient(graph, a, b)
                        changed = True
                    word &= word - np.uint64(1)


@njit(cache=True, nogil=True)
def _follows(graph: np.ndarray, a: int, b: int) -> bool:
    """Return whether a - b must be a -> b; the rules as in the plain code."""
    words = graph.shape[2]
    for w in range(words):
        beside_b = graph[ADJACENT, b, w]
        if w == b >> 6:
            beside_b |= np.uint64(1) << np.uint64(b & 63)
        if graph[PARENTS, a, w] & ~beside_b:
            return True
        if graph[CHILDREN, a, w] & graph[PARENTS, b, w]:
            return True
    for w in range(words):
        word = graph[PARENTS, b, w] & graph[ADJACENT, a, w]
        while word:
            c = (w << 6) + trailing_zeros(word)
            middle = has(graph[NEIGHBOURS, a], c)
            for v in range(words):
                beside_b = graph[ADJACENT, b, v]
                if v == b >> 6:
                    beside_b |= np.uint64(1) << np.uint64(b & 63)
                if graph[NEIGHBOURS, a, v] & ~beside_b & graph[PARENTS, c, v]:
                    return True
                if middle:
                    apart = graph[NEIGHBOURS, a, v] & graph[PARENTS, b, v] & ~graph[ADJACENT, c, v]
                    if v == c >> 6:
                        apart &= ~(np.uint64(1) << np.uint64(c & 63))
                    if apart:
                        return True
            word &= word - np.uint64(1)
    return False


@njit(cache=True, nogil=True)
def openings(
    graph: np.ndarray,
    allowed: np.ndarray,
    possible: np.ndarray,
    permitted: np.ndarray,
    middle: int,
    open_: np.ndarray,
) -> None:
    """Overwrite `open_` with the variables that may be inserted as parents of each.

    `middle` says how a pair outside `allowed` comes in: -1 never, `CHILDREN` as the parents of a
    common child, `ADJACENT` as the ends of an unshielded triple.
    """
    size, words = open_.shape
    for y in range(size):
        for w in range(words):
            open_[y, w] = allowed[y, w]
        if middle >= 0:
            far = PARENTS if middle == CHILDREN else ADJACENT
            for w in range(words):
                word = graph[middle, y, w]
                while word:
                    z = (w << 6) + trailing_zeros(word)
                    for v in range(words):
                        open_[y, v] |= graph[far, z, v] & possible[y, v]
                    word &= word - np.uint64(1)
        for w in range(words):
            open_[y, w] &= permitted[y, w] & ~graph[ADJACENT, y, w]
        drop(open_[y], y)


@njit(cache=True, nogil=True)
def changes(
    before: np.ndarray,
    after: np.ndarray,
    phase: int,
    x: int,
    y: int,
    open_before: np.ndarray,
    open_after: np.ndarray,
    dirty: np.ndarray,
    lost: np.ndarray,
    changed: np.ndarray,
) -> None:
    """Find out what a move on x, y has changed.

    Parameters
    ----------
    before, after
        The graph.
    open_before, open_after
        What may be inserted.
    dirty
        bool [p], overwritten: at which targets the list of moves, or a gain, may differ.
    lost
        uint64 [words], overwritten: from which variables some path can no longer go on as before.
    changed
        uint64 [words], overwritten: the variables with other parents or undirected neighbours.
    """
    size, words = before.shape[1], before.shape[2]
    for w in range(words):
        lost[w] = np.uint64(0)
        changed[w] = np.uint64(0)
    for node in range(size):
        same = True
        for w in range(words):
            if (before[PARENTS, node, w] ^ after[PARENTS, node, w]) | (
                before[NEIGHBOURS, node, w] ^ after[NEIGHBOURS, node, w]
            ):
                same = False
            onward = before[CHILDREN, node, w] | before[NEIGHBOURS, node, w]
            if onward & ~(after[CHILDREN, node, w] | after[NEIGHBOURS, node, w]):
                add(lost, node)
        if not same:
            add(changed, node)
        if phase == FORWARD:
            for w in range(words):
                if open_before[node, w] != open_after[node, w]:
                    same = False
            # A clique around the node, or what it shares with x or y, may be another.
            if has(after[NEIGHBOURS, node], x) or has(after[NEIGHBOURS, node], y):
                same = False
            if node in (x, y):
                same = False
        dirty[node] = not same
    if phase != FORWARD:
        for node in range(size):
            for w in range(words):
                if after[ADJACENT, node, w] & changed[w]:
                    dirty[node] = True
