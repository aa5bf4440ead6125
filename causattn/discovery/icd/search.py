"""The search: tests of order r, then orientation, then tests of order r + 1 that it still admits.

Rohekar, Nisimov, Gurwicz and Novik (2021), "Iterative causal discovery in the possible presence of
latent confounders and selection bias", NeurIPS, algorithm 1. Every order starts from the PAG that
the order before it left, so that conditioning sets come from an ever better graph: near the edge
first, and no more than needed.

Within an order the sets are drawn from the PAG as it was when the order began (the published
algorithm lets an edge that just fell shape the sets of the edges after it). What is left of the
variables' order is that of two sets equally near a pair the first is tried first.

Where it is known that y is no cause of x, the sets are those of y with respect to x: what the two
have apart, y's own possible-d-sep set has (Spirtes, Glymour and Scheines 2000, "Causation,
Prediction, and Search", section 6.7). With knowledge of a whole order the search is OrdICD
(Rohekar, Gurwicz and Nisimov 2023, "Causal interpretation of self-attention in pre-trained
transformers", NeurIPS): every pair is tested from its later end, given what may come before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from causattn.discovery.icd.marked_graph import ARROW
from causattn.discovery.icd.orientation import known_marks, orient
from causattn.discovery.icd.paths import candidate_sets
from causattn.discovery.pc.knowledge import constraints

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
    size: int,
    independent: Independent,
    max_order: int | None = None,
    knowledge: tuple[np.ndarray, np.ndarray] | None = None,
    names: Sequence[str] = (),
) -> Found:
    """Find a PAG.

    A pair that knowledge forbids both ways is tested all the same, since directions depend on what
    separates it, and has no edge in the end.

    Parameters
    ----------
    size
        Number of variables p.
    independent
        Whether x and y (x < y) are independent given ascending others.
    max_order
        Largest conditioning set, None for no limit.
    knowledge
        Required and forbidden edges, bool [p, p], from row to column; None for none.
    names
        The variables' names, for messages.

    Raises
    ------
    ConfigError
        For contradictory knowledge.
    """
    known = constraints(size, None, knowledge, names)
    fixed, never = known_marks(known.required, known.forbidden), known.forbidden & known.forbidden.T
    adjacent = ~np.eye(size, dtype=bool)
    separating: dict[tuple[int, int], tuple[int, ...]] = {}
    marks = orient(adjacent, separating, fixed)
    tests: list[int] = []
    most = max(size - 2, 0) if max_order is None else min(max_order, max(size - 2, 0))
    for order in range(most + 1):
        asked = 0
        fallen = []
        for x, y in zip(*np.nonzero(np.triu((marks > 0) & ~known.pinned)), strict=True):
            tried = set()
            for nodes in _sets(marks, int(x), int(y), order, fixed):
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
        marks = orient(adjacent, separating, fixed)
    if (adjacent & never).any():
        marks = orient(adjacent & ~never, separating, fixed)
    return Found(marks, separating, tuple(tests))


def _sets(
    marks: np.ndarray, x: int, y: int, order: int, fixed: np.ndarray | None
) -> Iterator[tuple[int, ...]]:
    """Yield the sets of x's side, then of y's, or of one that is known to be no cause."""
    if fixed is None or fixed[x, y] != ARROW:
        yield from candidate_sets(marks, x, y, order)
    if fixed is None or fixed[y, x] != ARROW or fixed[x, y] == ARROW:
        yield from candidate_sets(marks, y, x, order)
