"""Max-min parents and children: the skeleton within which MMHC climbs.

Tsamardinos, Brown and Aliferis (2006), "The max-min hill-climbing Bayesian network structure
learning algorithm", Machine Learning 65, algorithms 1 and 2. A variable's candidates grow by the
variable that stays most dependent on it whichever of them are given, which is to say given the set
that makes it least so; then those fall that a subset of the others separates from it. A pair is
adjacent where each is left among the other's candidates.

A variable that some subset has separated never comes in, and when a candidate comes in only the
sets that hold it are new. (pgmpy 1.1.2 lets in whatever has a p-value below 1, so that nearly all
variables become candidates and their subsets take minutes, and while it goes through the list of
candidates it takes some out, so that others are left unlooked at.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

import numpy as np

from causattn.discovery.pc.reference import Verdict

Judge = Callable[[int, int, tuple[int, ...]], Verdict]
Independence = tuple[float, float]
"""A p-value, and the negative of the statistic, which ranks p-values that are too small to be
numbers; larger is more independent."""


def max_min_skeleton(judge: Judge, size: int) -> np.ndarray:
    """Return which pairs are adjacent, bool [p, p], symmetric.

    Parameters
    ----------
    judge
        The test at its level, of two variables given others in any order; what it gives as
        ``independence`` must be a p-value.
    size
        Number of variables p.
    """
    left = np.zeros((size, size), dtype=bool)
    for target in range(size):
        left[target, _shrunk(judge, target, _grown(judge, target, size))] = True
    return left & left.T


def _grown(judge: Judge, target: int, size: int) -> list[int]:
    """Return the candidates of a variable, in the order in which they came in."""
    candidates: list[int] = []
    most: dict[int, Independence] = {}
    for other in range(size):
        if other != target:
            _ask(judge, target, other, [()], most)
    while most:
        best = min(most, key=lambda other: most[other])
        del most[best]
        fresh = [(*given, best) for given in _subsets(candidates)]
        candidates.append(best)
        for other in list(most):
            _ask(judge, target, other, fresh, most)
    return candidates


def _ask(
    judge: Judge,
    target: int,
    other: int,
    sets: Iterable[tuple[int, ...]],
    most: dict[int, Independence],
) -> None:
    """Keep the most that any set makes of a variable's independence; forget it if separated."""
    for given in sets:
        verdict = judge(target, other, given)
        if verdict.independent:
            most.pop(other, None)
            return
        found = (verdict.independence, -verdict.statistic)
        most[other] = max(most.get(other, found), found)


def _shrunk(judge: Judge, target: int, candidates: Sequence[int]) -> list[int]:
    """Return the candidates that no subset of the others separates from a variable."""
    left = list(candidates)
    for other in candidates:
        rest = [each for each in left if each != other]
        if any(judge(target, other, given).independent for given in _subsets(rest)):
            left = rest
    return left


def _subsets(nodes: Sequence[int]) -> Iterable[tuple[int, ...]]:
    """Yield all subsets, the smallest first."""
    for order in range(len(nodes) + 1):
        yield from combinations(nodes, order)
