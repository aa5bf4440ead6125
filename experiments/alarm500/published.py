"""PC by the rules of the code behind the figures (`pc.py` of IntelLabs/causality-lab).

The description leaves three things open, and the code says what was done: a separating set may come
from the neighbours of either end of an edge; an edge that gets arrowheads from both ends has none;
Meek's first three rules are applied edge by edge, each seeing what the one before it did. Nodes and
neighbours are sets, so that the order of tests is that in which the language walks through a set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, combinations

import numpy as np

Independent = Callable[[int, int, tuple[int, ...]], bool]
Walk = Callable[[set[int]], Iterable[int]]


class Pattern:
    """A partly directed graph that is changed in place.

    Parameters
    ----------
    size
        Number of nodes, all joined at first.
    walk
        In what order the members of a set are visited: ``iter`` for the language's own, ``sorted``
        for ascending.
    """

    def __init__(self, size: int, walk: Walk) -> None:
        self.nodes = set(range(size))
        self.walk = walk
        self.undirected = {node: self.nodes - {node} for node in self.nodes}
        self.parents: dict[int, set[int]] = {node: set() for node in self.nodes}
        self.separating: dict[tuple[int, int], set[int]] = {}

    def joined(self, x: int, y: int) -> bool:
        """Return whether there is any edge."""
        return y in self.undirected[x] or y in self.parents[x] or x in self.parents[y]

    def direct(self, x: int, y: int) -> None:
        """Put an arrowhead at y; one at x stays."""
        self.parents[y].add(x)
        self.undirected[y].discard(x)
        self.undirected[x].discard(y)

    def remove_edges(self, independent: Independent) -> None:
        """Remove edges whose ends are independent given neighbours of either."""
        order = 0
        while any(len(neighbours) > order for neighbours in self.undirected.values()):
            for x, y in combinations(self.walk(self.nodes), 2):
                if y not in self.undirected[x]:
                    continue
                sides = (self.undirected[x] - {y}, self.undirected[y] - {x})
                sets = chain(*(combinations(self.walk(side), order) for side in sides))
                for given in dict.fromkeys(sets):
                    if independent(x, y, given):
                        self.undirected[x].discard(y)
                        self.undirected[y].discard(x)
                        self.separating[min(x, y), max(x, y)] = set(given)
                        break
            order += 1

    def direct_colliders(self) -> None:
        """Direct x -> middle <- y where x and y were separated without the middle."""
        before = {node: set(others) for node, others in self.undirected.items()}
        for middle in self.walk(self.nodes):
            for x, y in combinations(self.walk(before[middle]), 2):
                if not self.joined(x, y) and middle not in self.separating[min(x, y), max(x, y)]:
                    self.direct(x, middle)
                    self.direct(y, middle)
        for x, y in combinations(self.walk(self.nodes), 2):
            if x in self.parents[y] and y in self.parents[x]:
                self.parents[x].discard(y)
                self.parents[y].discard(x)
                self.undirected[x].add(y)
                self.undirected[y].add(x)

    def close(self) -> None:
        """Apply Meek's rules 1 to 3, one after the other over all nodes, until nothing changes."""
        rules = (self._first, self._second, self._third)
        changed = True
        while changed:
            changed = False
            for rule in rules:
                for y in self.walk(self.nodes):
                    for x in self.walk(set(self.undirected[y])):
                        if rule(x, y):
                            self.direct(x, y)
                            changed = True

    def _first(self, x: int, y: int) -> bool:
        """Return whether z -> x - y, z and y not joined."""
        return any(not self.joined(z, y) for z in self.parents[x])

    def _second(self, x: int, y: int) -> bool:
        """Return whether x -> z -> y."""
        return any(x in self.parents[z] for z in self.parents[y])

    def _third(self, x: int, y: int) -> bool:
        """Return whether x - w -> y and x - z -> y, w and z not joined."""
        both = self.undirected[x] & self.parents[y]
        return any(not self.joined(w, z) for w, z in combinations(both, 2))


def published_pc(
    size: int, independent: Independent, walk: Walk = iter
) -> tuple[np.ndarray, dict[tuple[int, int], set[int]]]:
    """Return the graph that the published code's rules give.

    Parameters
    ----------
    size
        Number of variables.
    independent
        Whether x and y are independent given others.
    walk
        See `Pattern`.

    Returns
    -------
    adjacency, separating sets
        uint8 [p, p], from row to column, undirected edges both ways; sets by ascending pair.
    """
    pattern = Pattern(size, walk)
    pattern.remove_edges(independent)
    pattern.direct_colliders()
    pattern.close()
    adjacency = np.zeros((size, size), dtype=np.uint8)
    for node in pattern.nodes:
        adjacency[list(pattern.parents[node] | pattern.undirected[node]), node] = 1
    return adjacency, pattern.separating
