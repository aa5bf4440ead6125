"""The search: tests of order r, then orientation, then tests of order r + 1 that it still admits.

Rohekar, Nisimov, Gurwicz and Novik (2021), "Iterative causal discovery in the possible presence of
latent confounders and selection bias", NeurIPS, algorithm 1. Every order starts from the PAG that
the order before it left, so that conditioning sets come from an ever better graph: near the edge
first, and no more than needed.

Within an order the sets are drawn from the PAG as it was when the order began, so that the result
does not depend on the variables' order (the published algorithm lets an edge that just fell shape
the sets of the edges after it).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import NamedTuple

import numpy as np

from causattn.discovery.icd.orientation import orient
from causattn.discovery.icd.paths import candidate_sets

Independent = Callable[[int, int, tuple[int, ...]], bool]


class Found(NamedTuple):
    """What the search gives.

    Parameters
    ----------
    marks
        int8 [p, p], a PAG; ``marks[i, j]`` is the mark at j's end.
    separating
        Separating set by ascending pair.
    tests_by_order
        Number of tests with 0, 1, ... conditioning variables.
    """

    marks: np.ndarray
    separating: dict[tuple[int, int], tuple[int, ...]]
    tests_by_order: tuple[int, ...]


def iterative_causal_discovery(
    size: int, independent: Independent, max_order: int | None = None
) -> Found:
    """Find a PAG.

    Parameters
    ----------
    size
        Number of variables p.
    independent
        Whether x and y (x < y) are independent given ascending others.
    max_order
        Largest conditioning set, None for no limit.
    """
    adjacent = ~np.eye(size, dtype=bool)
    separating: dict[tuple[int, int], tuple[int, ...]] = {}
    marks = orient(adjacent, separating)
    tests: list[int] = []
    most = max(size - 2, 0) if max_order is None else min(max_order, max(size - 2, 0))
    for order in range(most + 1):
        asked = 0
        fallen = []
        for x, y in zip(*np.nonzero(np.triu(marks)), strict=True):
            tried = set()
            for nodes in _sets_of_either_side(marks, int(x), int(y), order):
                if nodes in tried:
                    continue
                tried.add(nodes)
                if independent(int(x), int(y), nodes):
                    separating[int(x), int(y)] = nodes
                    fallen.append((x, y))
                    break
            asked += len(tried)
        if not asked:
            break
        tests.append(asked)
        for x, y in fallen:
            adjacent[x, y] = adjacent[y, x] = False
        marks = orient(adjacent, separating)
    return Found(marks, separating, tuple(tests))


def _sets_of_either_side(marks: np.ndarray, x: int, y: int, order: int) -> chain[tuple[int, ...]]:
    return chain(candidate_sets(marks, x, y, order), candidate_sets(marks, y, x, order))
