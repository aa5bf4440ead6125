"""What a decomposable score of a DAG is, and the one question that greedy search asks it.

A score is decomposable where the score of a DAG is the sum over variables of a **local score** of a
variable and its parents; higher is better. Greedy search only ever asks by how much a local score
rises where one variable joins the parents, so `LocalScore.gains` answers that for many families at
once, and a score that can share work between them overrides it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from causattn.base import DataError


class Extensions(NamedTuple):
    """Families to extend: group g asks for ``targets[g]`` what each candidate adds to its parents.

    Attributes
    ----------
    targets
        int32 [groups].
    parent_start, parents
        int64 [groups + 1] and int32 [all parents]: the parents of group g are
        ``parents[parent_start[g]:parent_start[g + 1]]``.
    candidate_start, candidates
        int64 [groups + 1] and int32 [all candidates]: likewise the variables that could join.
    """

    targets: np.ndarray
    parent_start: np.ndarray
    parents: np.ndarray
    candidate_start: np.ndarray
    candidates: np.ndarray


class LocalScore(ABC):
    """A decomposable score over `size` variables.

    Attributes
    ----------
    size
        Number of variables, p.
    evaluations
        How many local scores have been computed so far; those answered from memory don't count.
    tie_tolerance
        Two gains closer than this are a tie: far above rounding, far below what matters.
    """

    size: int
    evaluations: int = 0
    tie_tolerance: float = 1e-9

    def __init__(self) -> None:
        self._known: dict[tuple[int, tuple[int, ...]], float] = {}

    @abstractmethod
    def _compute(self, target: int, parents: tuple[int, ...]) -> float:
        """Return the local score; parents are in ascending order."""

    def _compute_all(self, families: list[tuple[int, tuple[int, ...]]]) -> list[float]:
        """Return the local scores of targets with their parents, which may share work."""
        return [self._compute(*family) for family in families]

    def local_score(self, target: int, parents: Collection[int]) -> float:
        """Return the local score of `target` with `parents`, higher is better.

        A score that cannot be computed (more parents than the data can distinguish) is minus
        infinity, so that no search goes there.
        """
        key = (target, tuple(sorted(parents)))
        if key not in self._known:
            self.evaluations += 1
            self._known[key] = self._compute(*key)
        return self._known[key]

    def local_scores(self, families: list[tuple[int, tuple[int, ...]]]) -> list[float]:
        """Return many local scores, of targets with ascending parents; each is computed once."""
        new = [family for family in dict.fromkeys(families) if family not in self._known]
        if new:
            self.evaluations += len(new)
            self._known.update(zip(new, self._compute_all(new), strict=True))
        return [self._known[family] for family in families]

    def total(self, adjacency: np.ndarray) -> float:
        """Return the score of a DAG given as 0/1 [p, p], from row to column."""
        matrix = np.asarray(adjacency) != 0
        if matrix.shape != (self.size, self.size):
            raise DataError(
                f"A score over {self.size} variables needs a graph of shape "
                f"({self.size}, {self.size}), not {matrix.shape}."
            )
        families = [(j, tuple(np.flatnonzero(matrix[:, j]).tolist())) for j in range(self.size)]
        return float(sum(self.local_scores(families)))

    def gains(
        self, families: Extensions, *, floor: float = -np.inf, threads: int = 1
    ) -> np.ndarray:
        """Return what each candidate adds to its group's local score.

        Parameters
        ----------
        families
            The groups.
        floor
            Gains at or below it may come back as minus infinity, which saves work.
        threads
            How many threads may share the work; the result does not depend on it.

        Returns
        -------
        gains
            float64, one a candidate, in the order of ``families.candidates``.
        """
        gains = np.empty(len(families.candidates))
        for group, target in enumerate(families.targets.tolist()):
            parents = families.parents[slice(*families.parent_start[group : group + 2])].tolist()
            first, last = families.candidate_start[group : group + 2].tolist()
            alone = self.local_score(target, parents)
            for place in range(first, last):
                joined = self.local_score(target, [*parents, int(families.candidates[place])])
                gains[place] = joined - alone if joined > -np.inf else -np.inf
        return gains


def share(groups: int, threads: int, work: Callable[[int, int], None]) -> None:
    """Call ``work(first, last)`` over ranges that cover all groups, on up to `threads` threads.

    Kernels release the interpreter lock and write to places of their own, so the outcome is the
    same for any number of threads.
    """
    if threads <= 1 or groups < 2 * threads:
        work(0, groups)
        return
    # More ranges than threads, since groups differ in cost.
    bounds = np.linspace(0, groups, min(groups, 8 * threads) + 1).astype(int)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, bounds[:-1].tolist(), bounds[1:].tolist()))
