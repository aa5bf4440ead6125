"""Zhang's rules, on a PAG that is being directed.

Zhang (2008), "On the completeness of orientation rules for causal discovery in the presence of
latent confounders and selection bias", Artificial Intelligence 172, section 4. ``marks[i][j]`` is
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

R5 to R7 matter under selection bias only. "Not adjacent" stands for a pair with a separating set: a
pair that was never tested says nothing, so that no rule goes by it. What is known of an edge's ends
beforehand is there from the start, and no rule changes it.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise, permutations

from causattn.discovery.icd.marked_graph import ARROW, CIRCLE, TAIL, MarkedGraph


def colliders(g: MarkedGraph) -> None:
    """Apply R0."""
    for middle, near in enumerate(g.near):
        for x, z in combinations(near, 2):
            between = g.apart[x].get(z)
            if between is None or middle in between:
                continue
            if TAIL not in (g.marks[x][middle], g.marks[z][middle]):
                g.put(x, middle, ARROW)
                g.put(z, middle, ARROW)


def _rule_1(g: MarkedGraph) -> None:
    for b in range(len(g.near)):
        for a in g.with_mark(b, ARROW):
            for c in g.with_mark(b, CIRCLE):
                if c in g.apart[a]:
                    g.put(c, b, TAIL)
                    g.put(b, c, ARROW)


def _rule_2(g: MarkedGraph) -> None:
    marks = g.marks
    for b, near in enumerate(g.near):
        for a in g.with_mark(b, ARROW):
            for c in near:
                into_c = marks[a][c] == CIRCLE and marks[b][c] == ARROW
                if into_c and TAIL in (marks[b][a], marks[c][b]):
                    g.put(a, c, ARROW)


def _rule_3(g: MarkedGraph) -> None:
    marks = g.marks
    for b in range(len(g.near)):
        for a, c in combinations(g.with_mark(b, ARROW), 2):
            if c not in g.apart[a]:
                continue
            for d in g.with_mark(b, CIRCLE):
                if marks[a][d] == CIRCLE and marks[c][d] == CIRCLE:
                    g.put(d, b, ARROW)


def _rule_4(g: MarkedGraph) -> None:
    marks = g.marks
    for b, near in enumerate(g.near):
        for a in near:
            if marks[b][a] != ARROW:
                continue
            for c in g.with_mark(b, CIRCLE):
                if c == a or marks[a][c] != ARROW or marks[c][a] != TAIL:
                    continue
                path = _discriminating_path(g, a, b, c)
                if not path or not g.goes_by(path):
                    continue
                if b in g.apart[path[0]][c]:
                    g.put(c, b, TAIL)
                    g.put(b, c, ARROW)
                else:
                    for i, j in ((a, b), (b, a), (b, c), (c, b)):
                        g.put(i, j, ARROW)


def _discriminating_path(g: MarkedGraph, a: int, b: int, c: int) -> tuple[int, ...]:
    """Return a shortest discriminating path (t, ..., a, b, c) for b, an empty one for none.

    Between t and b every node is a collider on the path and a parent of c; t and c are not
    adjacent. `a` is such a node, but for the arrow into it from before.
    """
    marks = g.marks
    later, front = {a: b, b: c, c: c}, [a]
    while front:
        beyond = []
        for node in front:
            for earlier in g.with_mark(node, ARROW):
                if earlier in later:
                    continue
                if earlier in g.apart[c]:
                    path = [earlier, node]
                    while path[-1] != c:
                        path.append(later[path[-1]])
                    return tuple(path)
                is_parent = marks[earlier][c] == ARROW and marks[c][earlier] == TAIL
                if is_parent and marks[node][earlier] == ARROW:
                    later[earlier] = node
                    beyond.append(earlier)
        front = beyond
    return ()


def _rule_5(g: MarkedGraph) -> None:
    for a, near in enumerate(g.near):
        for b in near:
            if a > b or not g.is_circle(a, b):
                continue
            path = _uncovered_path(g, a, b, g.is_circle, closing=True)
            if path is None:
                continue
            for here, there in [*pairwise(path), (a, b)]:
                g.put(here, there, TAIL)
                g.put(there, here, TAIL)


def _rule_6(g: MarkedGraph) -> None:
    for b in range(len(g.near)):
        if any(g.marks[b][a] == TAIL for a in g.with_mark(b, TAIL)):
            for c in g.with_mark(b, CIRCLE):
                g.put(c, b, TAIL)


def _rule_7(g: MarkedGraph) -> None:
    for b, near in enumerate(g.near):
        for a, c in permutations(near, 2):
            open_at_b = g.marks[a][b] == g.marks[c][b] == CIRCLE
            if open_at_b and g.marks[b][a] == TAIL and c in g.apart[a]:
                g.put(c, b, TAIL)


def _rule_8(g: MarkedGraph) -> None:
    marks = g.marks
    for b, near in enumerate(g.near):
        for a in near:
            if marks[b][a] != TAIL or marks[a][b] not in (ARROW, CIRCLE):
                continue
            for c in g.near[b]:
                through = marks[b][c] == ARROW and marks[c][b] == TAIL
                if through and marks[a][c] == ARROW and marks[c][a] == CIRCLE:
                    g.put(c, a, TAIL)


def _half_open(g: MarkedGraph) -> list[tuple[int, int]]:
    """Return the pairs a o-> c."""
    return [
        (a, c)
        for a, near in enumerate(g.near)
        for c in near
        if g.marks[a][c] == ARROW and g.marks[c][a] == CIRCLE
    ]


def _rule_9(g: MarkedGraph) -> None:
    for a, c in _half_open(g):
        if _uncovered_path(g, a, c, g.goes_on, closing=False):
            g.put(c, a, TAIL)


def _rule_10(g: MarkedGraph) -> None:
    for a, c in _half_open(g):
        parents = [b for b in g.with_mark(c, ARROW) if g.marks[c][b] == TAIL]
        starts = [
            {first for first in g.near[a] if _leads(g, a, first, parent)} for parent in parents
        ]
        for first, second in combinations(starts, 2):
            if any(v in g.apart[u] for u in first for v in second):
                g.put(c, a, TAIL)
                break


def _uncovered_path(
    g: MarkedGraph, start: int, end: int, step: Callable[[int, int], bool], *, closing: bool
) -> list[int] | None:
    """Return an uncovered path of three steps or more whose second node is not adjacent to `end`.

    `closing` also wants the node before the last not adjacent to `start`, as R5 does, which makes
    the cycle that `end` closes with `start` uncovered, too.
    """
    stack = [
        [start, first]
        for first in g.near[start]
        if first != end and end in g.apart[first] and step(start, first)
    ]
    while stack:
        path = stack.pop()
        before, here = path[-2:]
        for there in g.near[here]:
            if there in path or there not in g.apart[before] or not step(here, there):
                continue
            if there != end:
                stack.append([*path, there])
            elif not closing or start in g.apart[here]:
                return [*path, end]
    return None


def _leads(g: MarkedGraph, start: int, first: int, end: int) -> bool:
    """Return whether an uncovered possibly directed path goes from `start` over `first` to `end`.

    It may end with `first`.
    """
    if not g.goes_on(start, first):
        return False
    stack = [[start, first]]
    while stack:
        path = stack.pop()
        before, here = path[-2:]
        if here == end:
            return True
        stack += [
            [*path, there]
            for there in g.near[here]
            if there not in path and there in g.apart[before] and g.goes_on(here, there)
        ]
    return False


ALWAYS = (_rule_1, _rule_2, _rule_3, _rule_4)
UNDER_SELECTION = (_rule_5, _rule_6, _rule_7)
FOR_TAILS = (_rule_8, _rule_9, _rule_10)
