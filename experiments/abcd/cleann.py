"""CLEANN: the fewest tokens that explain a prediction, looked for along the graph.

Rohekar, Gurwicz and Nisimov (2023), section 5 and algorithm 2. From the PAG over the tokens of one
sentence, sets of growing size are drawn around the target (the position whose state makes the
prediction): each token of a set is reached from the target by a possible-d-sep path inside the set
and is a possible ancestor of the target; closer sets come first. A set explains the prediction when
hiding its tokens changes it. The attention is that of the whole sentence, never of the masked one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np

from causattn.discovery import path_lengths, possible_ancestors

Changes = Callable[[tuple[int, ...]], bool]


class Explanation(NamedTuple):
    """What was found.

    Parameters
    ----------
    tokens
        The explaining set, None where none was found.
    asked
        How many sets were tried on the model.
    """

    tokens: tuple[int, ...] | None
    asked: int


def sets_by_graph(marks: np.ndarray, target: int, most: int) -> Iterator[tuple[int, ...]]:
    """Yield sets of 1, 2, ... `most` tokens around the target, closer ones first."""
    ancestors = possible_ancestors(marks, target)
    for size in range(1, most + 1):
        near = path_lengths(marks, target, -1, size)
        usable = sorted(node for node in near if node in ancestors)
        for nodes in sorted(combinations(usable, size), key=lambda s: sum(near[k] for k in s)):
            inside = path_lengths(marks, target, -1, size, frozenset(nodes))
            if len(inside) == size:
                yield nodes


def sets_by_rank(ranked: list[int], most: int) -> Iterator[tuple[int, ...]]:
    """Yield sets of 1, 2, ... `most` tokens, those of the best ranks first."""
    place = {token: k for k, token in enumerate(ranked)}
    for size in range(1, most + 1):
        yield from sorted(combinations(ranked, size), key=lambda s: sum(place[k] for k in s))


def explain(sets: Iterator[tuple[int, ...]], changes: Changes, budget: int) -> Explanation:
    """Return the first set that changes the prediction.

    Parameters
    ----------
    sets
        In the order to be tried.
    changes
        Whether hiding these tokens changes the prediction.
    budget
        Most sets to try.
    """
    asked = 0
    for nodes in sets:
        if asked == budget:
            break
        asked += 1
        if changes(nodes):
            return Explanation(nodes, asked)
    return Explanation(None, asked)
