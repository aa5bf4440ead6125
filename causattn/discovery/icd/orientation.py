"""Orientation of a PAG: colliders, and Zhang's rules.

Zhang (2008), "On the completeness of orientation rules for causal discovery in the presence of
latent confounders and selection bias", Artificial Intelligence 172, section 4. ``marks[i, j]`` is
the mark at j's end of the edge between i and j (`causattn.graphs.Mark`); ``*`` is any mark.

===== ==================================================================== =====================
rule  where there are                                                      then
===== ==================================================================== =====================
R0    x *-* m *-* z, x and z not adjacent, m not in their separating set   x *-> m <-* z
R1    a *-> b o-* c, a and c not adjacent                                  b --> c
R2    a --> b *-> c or a *-> b --> c, and a *-o c                          a *-> c
R3    a *-> b <-* c, a *-o d o-* c, a and c not adjacent, d *-o b          d *-> b
R4    a discriminating path (t, ..., a, b, c) for b, b o-* c               b --> c if b separates t
                                                                           from c, or a <-> b <-> c
R5    an uncovered circle path a o-o c ... d o-o b, a o-o b, a and d not   all of these ---
      adjacent, b and c not adjacent
R6    a --- b o-* c                                                        b --* c
R7    a --o b o-* c, a and c not adjacent                                  b --* c
R8    a --> b --> c or a --o b --> c, and a o-> c                          a --> c
R9    a o-> c, an uncovered possibly directed path a, b, ..., c, b and c   a --> c
      not adjacent
R10   a o-> c, b --> c <-- d, uncovered possibly directed paths from a to  a --> c
      b and to d whose first nodes are other and not adjacent
===== ==================================================================== =====================

R5 to R7 matter under selection bias only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, pairwise, permutations

import numpy as np

from causattn.graphs import Mark

NONE, TAIL, ARROW, CIRCLE = (int(mark) for mark in Mark)
Sets = Mapping[tuple[int, int], tuple[int, ...]]


def orient(adjacent: np.ndarray, separating: Sets) -> np.ndarray:
    """Return the PAG of a skeleton and its separating sets.

    Parameters
    ----------
    adjacent
        bool [p, p], symmetric.
    separating
        A separating set of each pair that is not adjacent, by ascending pair; a pair without one
        is in no collider.

    Returns
    -------
    int8 [p, p], marks.
    """
    marks = np.where(adjacent, CIRCLE, NONE).astype(np.int8)
    _colliders(marks, separating)
    rules = (_rule_1, _rule_2, _rule_3, lambda m: _rule_4(m, separating))
    _until_still(marks, rules)
    _until_still(marks, (_rule_5, _rule_6, _rule_7))
    _until_still(marks, (*rules, _rule_8, _rule_9, _rule_10))
    return marks


def _until_still(marks: np.ndarray, rules: tuple[Callable[[np.ndarray], object], ...]) -> None:
    """Apply rules until none changes anything."""
    while True:
        before = marks.copy()
        for rule in rules:
            rule(marks)
        if np.array_equal(before, marks):
            return


def neighbours(marks: np.ndarray, node: int) -> list[int]:
    """Return the nodes adjacent to one, ascending."""
    return [int(k) for k in np.flatnonzero(marks[node])]


def _colliders(marks: np.ndarray, separating: Sets) -> None:
    for middle in range(len(marks)):
        for x, z in combinations(neighbours(marks, middle), 2):
            apart = separating.get((min(x, z), max(x, z)))
            if not marks[x, z] and apart is not None and middle not in apart:
                marks[x, middle] = marks[z, middle] = ARROW


def _triples(marks: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """Yield every a *-* b *-* c, in both orders."""
    for b in range(len(marks)):
        for a, c in permutations(neighbours(marks, b), 2):
            yield a, b, c


def _rule_1(marks: np.ndarray) -> None:
    for a, b, c in _triples(marks):
        if marks[a, b] == ARROW and marks[c, b] == CIRCLE and not marks[a, c]:
            marks[c, b], marks[b, c] = TAIL, ARROW


def _rule_2(marks: np.ndarray) -> None:
    for a, b, c in _triples(marks):
        if marks[a, c] != CIRCLE or marks[a, b] != ARROW or marks[b, c] != ARROW:
            continue
        if marks[b, a] == TAIL or marks[c, b] == TAIL:
            marks[a, c] = ARROW


def _rule_3(marks: np.ndarray) -> None:
    for a, b, c in _triples(marks):
        if marks[a, c] or marks[a, b] != ARROW or marks[c, b] != ARROW:
            continue
        for d in neighbours(marks, b):
            if marks[a, d] == CIRCLE and marks[c, d] == CIRCLE and marks[d, b] == CIRCLE:
                marks[d, b] = ARROW


def _rule_4(marks: np.ndarray, separating: Sets) -> None:
    for a, b, c in _triples(marks):
        if marks[c, b] != CIRCLE or marks[a, c] != ARROW or marks[c, a] != TAIL:
            continue
        if marks[b, a] != ARROW:
            continue
        start = _discriminating_start(marks, a, b, c)
        apart = separating.get((min(start, c), max(start, c))) if start >= 0 else None
        if apart is None:
            continue
        if b in apart:
            marks[c, b], marks[b, c] = TAIL, ARROW
        else:
            marks[a, b] = marks[b, a] = marks[b, c] = marks[c, b] = ARROW


def _discriminating_start(marks: np.ndarray, a: int, b: int, c: int) -> int:
    """Return the first node of a shortest discriminating path (t, ..., a, b, c) for b, -1 for none.

    Between t and b every node is a collider on the path and a parent of c; t and c are not
    adjacent. `a` is such a node, but for the arrow into it from before.
    """
    reached, front = {a, b, c}, [a]
    while front:
        beyond = []
        for node in front:
            for earlier in neighbours(marks, node):
                if earlier in reached or marks[earlier, node] != ARROW:
                    continue
                if not marks[earlier, c]:
                    return earlier
                is_parent = marks[earlier, c] == ARROW and marks[c, earlier] == TAIL
                if is_parent and marks[node, earlier] == ARROW:
                    reached.add(earlier)
                    beyond.append(earlier)
        front = beyond
    return -1


def _rule_5(marks: np.ndarray) -> None:
    circles = (marks == CIRCLE) & (marks.T == CIRCLE)
    for a, b in zip(*np.nonzero(np.triu(circles)), strict=True):
        if marks[a, b] != CIRCLE or marks[b, a] != CIRCLE:
            continue
        path = _uncovered_path(marks, int(a), int(b), _is_circle, closing=True)
        if path is None:
            continue
        for here, there in [*pairwise(path), (int(a), int(b))]:
            marks[here, there] = marks[there, here] = TAIL


def _rule_6(marks: np.ndarray) -> None:
    for a, b, c in _triples(marks):
        if marks[a, b] == TAIL and marks[b, a] == TAIL and marks[c, b] == CIRCLE:
            marks[c, b] = TAIL


def _rule_7(marks: np.ndarray) -> None:
    for a, b, c in _triples(marks):
        if marks[a, c] or marks[b, a] != TAIL:
            continue
        if marks[a, b] == CIRCLE and marks[c, b] == CIRCLE:
            marks[c, b] = TAIL


def _rule_8(marks: np.ndarray) -> None:
    for a, b, c in _triples(marks):
        if marks[a, c] != ARROW or marks[c, a] != CIRCLE:
            continue
        first = marks[b, a] == TAIL and marks[a, b] in (ARROW, CIRCLE)
        if first and marks[b, c] == ARROW and marks[c, b] == TAIL:
            marks[c, a] = TAIL


def _rule_9(marks: np.ndarray) -> None:
    for a, c in zip(*np.nonzero((marks == ARROW) & (marks.T == CIRCLE)), strict=True):
        if _uncovered_path(marks, int(a), int(c), _is_possibly_directed, closing=False):
            marks[c, a] = TAIL


def _rule_10(marks: np.ndarray) -> None:
    for a, c in zip(*np.nonzero((marks == ARROW) & (marks.T == CIRCLE)), strict=True):
        parents = np.flatnonzero((marks[:, c] == ARROW) & (marks[c] == TAIL)).tolist()
        starts = {parent: _first_nodes(marks, int(a), parent) for parent in parents}
        for b, d in combinations(parents, 2):
            if any(u != v and not marks[u, v] for u in starts[b] for v in starts[d]):
                marks[c, a] = TAIL
                break


def _is_circle(marks: np.ndarray, here: int, there: int) -> bool:
    return bool(marks[here, there] == CIRCLE and marks[there, here] == CIRCLE)


def _is_possibly_directed(marks: np.ndarray, here: int, there: int) -> bool:
    """Whether here *-* there can be a step of a path directed forwards."""
    return bool(marks[here, there] in (ARROW, CIRCLE) and marks[there, here] in (TAIL, CIRCLE))


def _uncovered_path(
    marks: np.ndarray,
    start: int,
    end: int,
    step: Callable[[np.ndarray, int, int], bool],
    *,
    closing: bool,
) -> list[int] | None:
    """Return an uncovered path of three steps or more whose second node is not adjacent to `end`.

    `closing` also wants the node before the last not adjacent to `start`, as R5 does, which makes
    the cycle that `end` closes with `start` uncovered, too.
    """
    stack = [
        [start, first]
        for first in neighbours(marks, start)
        if first != end and not marks[first, end] and step(marks, start, first)
    ]
    while stack:
        path = stack.pop()
        before, here = path[-2:]
        for there in neighbours(marks, here):
            if there in path or marks[before, there] or not step(marks, here, there):
                continue
            if there != end:
                stack.append([*path, there])
            elif not (closing and marks[here, start]):
                return [*path, end]
    return None


def _first_nodes(marks: np.ndarray, start: int, end: int) -> list[int]:
    """Return the first nodes of uncovered possibly directed paths from `start` to `end`."""
    return [
        first
        for first in neighbours(marks, start)
        if _is_possibly_directed(marks, start, first)
        and (first == end or _leads_on(marks, start, first, end))
    ]


def _leads_on(marks: np.ndarray, start: int, first: int, end: int) -> bool:
    """Whether an uncovered possibly directed path goes from `start` over `first` to `end`."""
    stack = [[start, first]]
    while stack:
        path = stack.pop()
        before, here = path[-2:]
        for there in neighbours(marks, here):
            if there in path or marks[before, there]:
                continue
            if not _is_possibly_directed(marks, here, there):
                continue
            if there == end:
                return True
            stack.append([*path, there])
    return False
