"""Compiled conversions between DAGs and CPDAGs on sets of machine words.

The same algorithms as the plain code of `causattn.graphs.equivalence`, on uint64 ``[p, words]``
families of sets (`causattn.graphs.bitset`). `extend` and `label_compelled` are also the inner loop
of the GES engine, which keeps its graph as sets all along.
"""

from __future__ import annotations

import numpy as np

from causattn.base import njit
from causattn.graphs.bitset import add, drop, has, list_members, trailing_zeros


@njit(cache=True, nogil=True)
def label_compelled(
    parents: np.ndarray, order: np.ndarray, position: np.ndarray, compelled: np.ndarray
) -> None:
    """Write each variable's compelled parents, after Chickering's labelling.

    Parameters
    ----------
    parents
        uint64 [p, words], of a DAG.
    order
        int64 [p], a topological order.
    position
        int64 [p], overwritten with each variable's place in the order.
    compelled
        uint64 [p, words], overwritten with the result.
    """
    size, words = parents.shape
    for place in range(size):
        position[order[place]] = place
    for place in range(size):
        y = order[place]
        x = -1
        for w in range(words):
            word = parents[y, w]
            while word:
                node = (w << 6) + trailing_zeros(word)
                if x < 0 or position[node] > position[x]:
                    x = node
                word &= word - np.uint64(1)
        if x < 0:
            for w in range(words):
                compelled[y, w] = np.uint64(0)
            continue
        everything = False
        for w in range(words):
            others = parents[y, w]
            if w == x >> 6:
                others &= ~(np.uint64(1) << np.uint64(x & 63))
            if (compelled[x, w] & ~parents[y, w]) | (others & ~parents[x, w]):
                everything = True
                break
        source = parents[y] if everything else compelled[x]
        for w in range(words):
            compelled[y, w] = source[w]


@njit(cache=True, nogil=True)
def _may_leave(x: int, children: np.ndarray, neighbours: np.ndarray, adjacent: np.ndarray) -> bool:
    """Return whether x has no children and its neighbours see all that x is adjacent to."""
    words = adjacent.shape[1]
    for w in range(words):
        if children[x, w]:
            return False
    for w in range(words):
        word = neighbours[x, w]
        while word:
            n = (w << 6) + trailing_zeros(word)
            for v in range(words):
                unseen = adjacent[x, v] & ~adjacent[n, v]
                if v == n >> 6:
                    unseen &= ~(np.uint64(1) << np.uint64(n & 63))
                if unseen:
                    return False
            word &= word - np.uint64(1)
    return True


@njit(cache=True, nogil=True)
def extend(
    parents: np.ndarray,
    children: np.ndarray,
    neighbours: np.ndarray,
    extended: np.ndarray,
    order: np.ndarray,
) -> bool:
    """Write a consistent extension of a PDAG, after Dor and Tarsi, and return whether there is one.

    Parameters
    ----------
    parents, children, neighbours
        uint64 [p, words], one set a variable; not changed.
    extended
        uint64 [p, words], overwritten with the DAG's parent sets.
    order
        int64 [p], overwritten with a topological order.
    """
    size, words = parents.shape
    left_children = np.empty((size, words), dtype=np.uint64)
    left_neighbours = np.empty((size, words), dtype=np.uint64)
    adjacent = np.empty((size, words), dtype=np.uint64)
    for v in range(size):
        for w in range(words):
            extended[v, w] = parents[v, w]
            left_children[v, w] = children[v, w]
            left_neighbours[v, w] = neighbours[v, w]
            adjacent[v, w] = parents[v, w] | children[v, w] | neighbours[v, w]
    # `now` holds the variables to look at, `later` those to look at in the next round: the ones
    # that lost something since they were last refused.
    now = np.zeros(words, dtype=np.uint64)
    later = np.zeros(words, dtype=np.uint64)
    for v in range(size):
        add(now, v)
    place = size
    around = np.empty(size, dtype=np.int64)
    moved = True
    while moved:
        moved = False
        for w in range(words):
            while now[w]:
                x = (w << 6) + trailing_zeros(now[w])
                now[w] &= now[w] - np.uint64(1)
                if not _may_leave(x, left_children, left_neighbours, adjacent):
                    continue
                place -= 1
                order[place] = x
                drop(later, x)
                for v in range(words):
                    extended[x, v] |= left_neighbours[x, v]
                count = list_members(adjacent[x], around)
                for k in range(count):
                    n = int(around[k])
                    drop(adjacent[n], x)
                    drop(left_children[n], x)
                    drop(left_neighbours[n], x)
                    if not has(now, n):
                        add(later, n)
                for v in range(words):
                    adjacent[x, v] = np.uint64(0)
        for w in range(words):
            if later[w]:
                moved = True
            now[w] = later[w]
            later[w] = np.uint64(0)
    return place == 0


@njit(cache=True, nogil=True)
def split(
    matrix: np.ndarray, parents: np.ndarray, children: np.ndarray, neighbours: np.ndarray
) -> None:
    """Write a 0/1 matrix, from row to column, into three empty families of sets."""
    size = matrix.shape[0]
    for i in range(size):
        for j in range(size):
            if matrix[i, j]:
                if matrix[j, i]:
                    add(neighbours[i], j)
                else:
                    add(children[i], j)
                    add(parents[j], i)


@njit(cache=True, nogil=True)
def cpdag_matrix(matrix: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Return the CPDAG, uint8 [p, p] from row to column, of a DAG given the same way."""
    size = matrix.shape[0]
    families = np.zeros((4, size, (size + 63) // 64), dtype=np.uint64)
    split(matrix, families[0], families[1], families[2])
    label_compelled(families[0], order, np.empty(size, dtype=np.int64), families[3])
    cpdag = np.zeros((size, size), dtype=np.uint8)
    for i in range(size):
        for j in range(size):
            if matrix[i, j]:
                cpdag[i, j] = 1
                if not has(families[3, j], i):
                    cpdag[j, i] = 1
    return cpdag


@njit(cache=True, nogil=True)
def dag_matrix(matrix: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return a consistent extension, uint8 [p, p] from row to column, and whether there is one."""
    size = matrix.shape[0]
    families = np.zeros((4, size, (size + 63) // 64), dtype=np.uint64)
    split(matrix, families[0], families[1], families[2])
    order = np.empty(size, dtype=np.int64)
    exists = extend(families[0], families[1], families[2], families[3], order)
    dag = np.zeros((size, size), dtype=np.uint8)
    for j in range(size):
        for i in range(size):
            if has(families[3, j], i):
                dag[i, j] = 1
    return dag, exists
