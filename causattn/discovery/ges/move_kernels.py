"""Compiled enumeration of moves: what could be done at a few targets, before it is scored.

The same lists in the same order as `causattn.discovery.ges.reference`. Graphs are families of
sets (`causattn.graphs.bitset`). A **group** is a target y, a clique C of its undirected neighbours
and the variables x that could move with it; the parents that y would keep are its parents and C.
For deletions and turns every group has one x.
"""

from __future__ import annotations

import numpy as np

from causattn.base import njit
from causattn.graphs.bitset import add, drop, has, list_members, population_count, trailing_zeros


@njit(cache=True, nogil=True)
def _size(members: np.ndarray) -> int:
    count = 0
    for w in range(members.shape[0]):
        count += population_count(members[w])
    return count


@njit(cache=True, nogil=True)
def _lowest(members: np.ndarray) -> int:
    """Return a set's lowest member, or -1."""
    for w in range(members.shape[0]):
        if members[w]:
            return (w << 6) + trailing_zeros(members[w])
    return -1


@njit(cache=True, nogil=True)
def _no_clique(clique: np.ndarray) -> int:
    """Make the clique empty and return its size: where `_next_clique` starts."""
    for w in range(clique.shape[0]):
        clique[w] = np.uint64(0)
    return 0


@njit(cache=True, nogil=True)
def _next_clique(
    depth: int, chosen: np.ndarray, rest: np.ndarray, adjacent: np.ndarray, clique: np.ndarray
) -> int:
    """Step to the next clique in lexicographic order; return its size, or -1 past the last.

    ``rest[d]`` holds what may still join the first d members, ``chosen[d]`` the member at place d.
    """
    words = clique.shape[0]
    while True:
        node = _lowest(rest[depth])
        if node >= 0:
            drop(rest[depth], node)
            chosen[depth] = node
            add(clique, node)
            for w in range(words):
                rest[depth + 1, w] = rest[depth, w] & adjacent[node, w]
            return depth + 1
        if depth == 0:
            return -1
        depth -= 1
        drop(clique, chosen[depth])


@njit(cache=True, nogil=True)
def list_insertions(
    targets: np.ndarray,
    parents: np.ndarray,
    neighbours: np.ndarray,
    adjacent: np.ndarray,
    open_: np.ndarray,
    max_parents: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """List insertions x -> y for the targets y given.

    ``open_[y]`` is the set of x that may be inserted. Returns each group's target, clique, start
    among the parents, the parents, start among the candidates, and the candidates.
    """
    words = parents.shape[1]
    clique = np.empty(words, dtype=np.uint64)
    eligible = np.empty(words, dtype=np.uint64)
    kept = np.empty(words, dtype=np.uint64)
    groups = 0
    total_parents = 0
    total_candidates = 0
    out_targets = np.empty(0, dtype=np.int32)
    out_cliques = np.empty((0, words), dtype=np.uint64)
    parent_start = np.zeros(1, dtype=np.int64)
    candidate_start = np.zeros(1, dtype=np.int64)
    out_parents = np.empty(0, dtype=np.int32)
    out_candidates = np.empty(0, dtype=np.int32)
    # The first pass counts, the second writes.
    for writing in range(2):
        if writing:
            out_targets = np.empty(groups, dtype=np.int32)
            out_cliques = np.empty((groups, words), dtype=np.uint64)
            parent_start = np.zeros(groups + 1, dtype=np.int64)
            candidate_start = np.zeros(groups + 1, dtype=np.int64)
            out_parents = np.empty(total_parents, dtype=np.int32)
            out_candidates = np.empty(total_candidates, dtype=np.int32)
            groups = 0
            total_parents = 0
            total_candidates = 0
        for y in targets:
            around = _size(neighbours[y])
            own = _size(parents[y])
            rest = np.empty((around + 1, words), dtype=np.uint64)
            chosen = np.empty(around + 1, dtype=np.int64)
            for w in range(words):
                rest[0, w] = neighbours[y, w]
            depth = _no_clique(clique)
            while depth >= 0:
                if own + depth + 1 <= max_parents:
                    for w in range(words):
                        eligible[w] = open_[y, w]
                    for w in range(words):
                        outside = neighbours[y, w] & ~clique[w]
                        while outside:
                            z = (w << 6) + trailing_zeros(outside)
                            for v in range(words):
                                eligible[v] &= ~adjacent[z, v]
                            outside &= outside - np.uint64(1)
                    width = _size(eligible)
                    if width:
                        if writing:
                            out_targets[groups] = y
                            for w in range(words):
                                out_cliques[groups, w] = clique[w]
                                kept[w] = parents[y, w] | clique[w]
                            list_members(kept, out_parents[total_parents:])
                            list_members(eligible, out_candidates[total_candidates:])
                            parent_start[groups + 1] = total_parents + own + depth
                            candidate_start[groups + 1] = total_candidates + width
                        groups += 1
                        total_parents += own + depth
                        total_candidates += width
                depth = _next_clique(depth, chosen, rest, adjacent, clique)
    return out_targets, out_cliques, parent_start, out_parents, candidate_start, out_candidates


@njit(cache=True, nogil=True)
def list_deletions(
    targets: np.ndarray,
    parents: np.ndarray,
    neighbours: np.ndarray,
    adjacent: np.ndarray,
    removable: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """List deletions of x -> y (or x - y) for the targets y given.

    ``removable[y]`` is the set of x that may go. Returns each group's target, clique, start among
    the parents, the parents, and its one candidate.
    """
    size, words = parents.shape
    clique = np.empty(words, dtype=np.uint64)
    kept = np.empty(words, dtype=np.uint64)
    groups = 0
    total_parents = 0
    out_targets = np.empty(0, dtype=np.int32)
    out_cliques = np.empty((0, words), dtype=np.uint64)
    parent_start = np.zeros(1, dtype=np.int64)
    out_parents = np.empty(0, dtype=np.int32)
    out_candidates = np.empty(0, dtype=np.int32)
    for writing in range(2):
        if writing:
            out_targets = np.empty(groups, dtype=np.int32)
            out_cliques = np.empty((groups, words), dtype=np.uint64)
            parent_start = np.zeros(groups + 1, dtype=np.int64)
            out_parents = np.empty(total_parents, dtype=np.int32)
            out_candidates = np.empty(groups, dtype=np.int32)
            groups = 0
            total_parents = 0
        for y in targets:
            around = _size(neighbours[y])
            rest = np.empty((around + 1, words), dtype=np.uint64)
            chosen = np.empty(around + 1, dtype=np.int64)
            for x in range(size):
                if not has(removable[y], x):
                    continue
                if not (has(parents[y], x) or has(neighbours[y], x)):
                    continue
                for w in range(words):
                    rest[0, w] = neighbours[y, w] & adjacent[x, w]
                depth = _no_clique(clique)
                while depth >= 0:
                    for w in range(words):
                        kept[w] = parents[y, w] | clique[w]
                    drop(kept, x)
                    count = _size(kept)
                    if writing:
                        out_targets[groups] = y
                        out_candidates[groups] = x
                        for w in range(words):
                            out_cliques[groups, w] = clique[w]
                        list_members(kept, out_parents[total_parents:])
                        parent_start[groups + 1] = total_parents + count
                    groups += 1
                    total_parents += count
                    depth = _next_clique(depth, chosen, rest, adjacent, clique)
    return out_targets, out_cliques, parent_start, out_parents, out_candidates


@njit(cache=True, nogil=True)
def _may_turn(
    y: int,
    x: int,
    undirected: bool,
    clique: np.ndarray,
    neighbours: np.ndarray,
    adjacent: np.ndarray,
    reached: np.ndarray,
    waiting: np.ndarray,
) -> bool:
    """Return whether a clique fits the turn of y -> x or y - x, paths apart."""
    words = clique.shape[0]
    if not undirected:
        missing = np.uint64(0)
        for w in range(words):
            missing |= neighbours[y, w] & adjacent[x, w] & ~clique[w]
        return missing == 0
    # Some of the clique is not adjacent to x, and no path around y leads from there to a
    # neighbour shared with x that is outside the clique, except through the clique.
    count = 0
    for w in range(words):
        reached[w] = clique[w] & ~adjacent[x, w]
        word = reached[w]
        while word:
            waiting[count] = (w << 6) + trailing_zeros(word)
            count += 1
            word &= word - np.uint64(1)
    if count == 0:
        return False
    while count:
        count -= 1
        node = waiting[count]
        for w in range(words):
            new = adjacent[node, w] & neighbours[y, w] & ~reached[w]
            new &= ~(clique[w] & adjacent[x, w])
            reached[w] |= new
            while new:
                waiting[count] = (w << 6) + trailing_zeros(new)
                count += 1
                new &= new - np.uint64(1)
    for w in range(words):
        if reached[w] & neighbours[y, w] & adjacent[x, w] & ~clique[w]:
            return False
    return True


@njit(cache=True, nogil=True)
def list_turns(
    targets: np.ndarray,
    parents: np.ndarray,
    children: np.ndarray,
    neighbours: np.ndarray,
    adjacent: np.ndarray,
    turnable: np.ndarray,
    max_parents: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """List turns of y -> x or y - x into x -> y for the targets y given.

    ``turnable[y]`` is the set of x from which an edge may point to y. Every move takes two groups
    of one candidate: what x adds to y, then what y now adds to x. Returns each group's target,
    each move's clique, each group's start among the parents, the parents, each group's candidate.
    """
    size, words = parents.shape
    clique = np.empty(words, dtype=np.uint64)
    kept = np.empty(words, dtype=np.uint64)
    reached = np.empty(words, dtype=np.uint64)
    waiting = np.empty(size, dtype=np.int64)
    moves = 0
    total_parents = 0
    out_targets = np.empty(0, dtype=np.int32)
    out_cliques = np.empty((0, words), dtype=np.uint64)
    parent_start = np.zeros(1, dtype=np.int64)
    out_parents = np.empty(0, dtype=np.int32)
    out_candidates = np.empty(0, dtype=np.int32)
    for writing in range(2):
        if writing:
            out_targets = np.empty(2 * moves, dtype=np.int32)
            out_cliques = np.empty((moves, words), dtype=np.uint64)
            parent_start = np.zeros(2 * moves + 1, dtype=np.int64)
            out_parents = np.empty(total_parents, dtype=np.int32)
            out_candidates = np.empty(2 * moves, dtype=np.int32)
            moves = 0
            total_parents = 0
        for y in targets:
            around = _size(neighbours[y])
            own = _size(parents[y])
            rest = np.empty((around + 1, words), dtype=np.uint64)
            chosen = np.empty(around + 1, dtype=np.int64)
            for x in range(size):
                undirected = has(neighbours[y], x)
                if not (undirected or has(children[y], x)) or not has(turnable[y], x):
                    continue
                for w in range(words):
                    rest[0, w] = neighbours[y, w]
                drop(rest[0], x)
                depth = _no_clique(clique)
                while depth >= 0:
                    if own + depth + 1 <= max_parents and _may_turn(
                        y, x, undirected, clique, neighbours, adjacent, reached, waiting
                    ):
                        if writing:
                            for w in range(words):
                                out_cliques[moves, w] = clique[w]
                        for end in range(2):
                            for w in range(words):
                                if end == 0:
                                    kept[w] = parents[y, w] | clique[w]
                                elif undirected:
                                    kept[w] = parents[x, w] | (clique[w] & adjacent[x, w])
                                else:
                                    kept[w] = parents[x, w]
                            if end and not undirected:
                                drop(kept, y)
                            count = _size(kept)
                            if writing:
                                group = 2 * moves + end
                                out_targets[group] = x if end else y
                                out_candidates[group] = y if end else x
                                list_members(kept, out_parents[total_parents:])
                                parent_start[group + 1] = total_parents + count
                            total_parents += count
                        moves += 1
                    depth = _next_clique(depth, chosen, rest, adjacent, clique)
    return out_targets, out_cliques, parent_start, out_parents, out_candidates
