"""A PAG that is being directed, as its rules read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from causattn.graphs import Mark

NONE, TAIL, ARROW, CIRCLE = (int(mark) for mark in Mark)
Sets = Mapping[tuple[int, int], tuple[int, ...]]


class MarkedGraph:
    """A PAG on the way: lists are read faster than arrays, one by one.

    Attributes
    ----------
    marks
        ``marks[i][j]`` is the mark at j's end.
    near
        Neighbours of each node, ascending.
    apart
        Which pairs have a separating set, and what is in it.
    """

    def __init__(self, adjacent: np.ndarray, separating: Sets, fixed: np.ndarray | None) -> None:
        start = np.where(adjacent, CIRCLE, NONE).astype(np.int8)
        if fixed is not None:
            known = adjacent & (fixed != NONE)
            start[known] = fixed[known]
        self.marks: list[list[int]] = start.tolist()
        self.near = [np.flatnonzero(row).tolist() for row in adjacent]
        self.apart: list[dict[int, frozenset[int]]] = [{} for _ in self.near]
        for (x, y), between in separating.items():
            if not adjacent[x, y]:
                self.apart[x][y] = self.apart[y][x] = frozenset(between)
        self._fixed = None if fixed is None else (adjacent & (fixed != NONE)).tolist()
        self._changed = False

    def goes_by(self, path: tuple[int, ...]) -> bool:
        """Return whether R4 may go by a discriminating path; a search that doubts it overrides."""
        return True

    def put(self, i: int, j: int, mark: int) -> None:
        """Put a mark at j's end of the edge from i, unless that end is known."""
        if self._fixed is None or not self._fixed[i][j]:
            self.marks[i][j] = mark
            self._changed = True

    def until_still(self, rules: tuple[Callable[[MarkedGraph], None], ...]) -> None:
        """Apply rules until none does anything; each takes a circle away, so that they end."""
        self._changed = True
        while self._changed:
            self._changed = False
            for rule in rules:
                rule(self)

    def with_mark(self, node: int, mark: int) -> list[int]:
        """Return the neighbours whose edge has a mark at this node."""
        return [k for k in self.near[node] if self.marks[k][node] == mark]

    def is_circle(self, here: int, there: int) -> bool:
        """Return whether there is here o-o there."""
        return self.marks[here][there] == CIRCLE and self.marks[there][here] == CIRCLE

    def goes_on(self, here: int, there: int) -> bool:
        """Return whether here *-* there can be a step of a path directed forwards."""
        return self.marks[here][there] in (ARROW, CIRCLE) and (
            self.marks[there][here] in (TAIL, CIRCLE)
        )
