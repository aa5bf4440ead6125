"""Sets of parents that can be a variable's best ones, for exact search.

A set of possible parents matters only where it scores higher than each of its subsets: else the
subset does, and closes fewer circles (Teyssier and Koller 2005, "Ordering-based search", section
3). Few sets are left, best first, and the best one within any set of variables is the first that
lies in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np

from causattn.discovery.scores import LocalScore

_CHUNK = 50_000
"""So many families are asked for at once; memory does not grow with their number."""


@dataclass(frozen=True)
class ParentSets:
    """A variable's sets of parents, best first.

    Attributes
    ----------
    members
        The sets, as integers with a bit for each variable.
    scores
        Their local scores.
    """

    members: list[int]
    scores: list[float]

    def best_within(self, variables: int) -> tuple[float, int]:
        """Return the highest score with parents among some variables, and the parents.

        Minus infinity where no set lies in them.
        """
        outside = ~variables
        for members, score in zip(self.members, self.scores, strict=True):
            if not members & outside:
                return score, members
        return -np.inf, 0

    def best_within_each(self, size: int) -> np.ndarray:
        """Return the highest score with parents in each set of so many variables; float64 [2^p]."""
        best = np.full(1 << size, -np.inf)
        best[self.members] = self.scores
        for bit in range(size):
            without, joined = best.reshape(-1, 2, 1 << bit).swapaxes(0, 1)
            np.maximum(joined, without, out=joined)
        return best


def parent_sets_of(
    score: LocalScore, target: int, possible: list[int], required: list[int], most: int
) -> ParentSets:
    """Score all sets of a variable's possible parents and leave those that can be best.

    Parameters
    ----------
    score
        A local score.
    target
        The variable.
    possible, required
        Ascending: who may be among its parents, and who of them has to be.
    most
        Most parents.
    """
    wanted = sum(1 << possible.index(v) for v in required)
    masks, best = np.zeros(1, dtype=np.int64), np.full(1, -np.inf)
    kept_sets, kept_scores = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for count in range(min(most, len(possible)) + 1):
        places, scores = _scored(score, target, possible, count)
        now = (np.int64(1) << places).sum(axis=1, dtype=np.int64)
        scores[(now & wanted) != wanted] = -np.inf
        # The best of its subsets is one of those that lack one member, or within one of them.
        within = np.full(len(now), -np.inf)
        for k in range(count):
            smaller = np.searchsorted(masks, now ^ (np.int64(1) << places[:, k]))
            np.maximum(within, best[smaller], out=within)
        better = scores > within + score.tie_tolerance
        if count == 0:
            better = scores > -np.inf
        kept_sets.append(now[better])
        kept_scores.append(scores[better])
        order = np.argsort(now)
        masks, best = now[order], np.maximum(within, scores)[order]
    sets, scores = np.concatenate(kept_sets), np.concatenate(kept_scores)
    order = np.lexsort((sets, -scores))
    return ParentSets(
        [_global(int(members), possible) for members in sets[order]],
        scores[order].tolist(),
    )


def _scored(
    score: LocalScore, target: int, possible: list[int], count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return all sets of so many possible parents, as places [m, count], and their scores."""
    subsets = combinations(range(len(possible)), count)
    places, scores = [], []
    while chunk := list(islice(subsets, _CHUNK)):
        families = [(target, tuple([possible[k] for k in subset])) for subset in chunk]
        places.append(np.array(chunk, dtype=np.int64).reshape(len(chunk), count))
        scores.append(np.array(score.local_scores(families, keep=False)))
    return np.concatenate(places), np.concatenate(scores)


def _global(places: int, possible: list[int]) -> int:
    """Return a set of places among the possible parents as a set of variables."""
    return sum(1 << v for k, v in enumerate(possible) if places >> k & 1)
