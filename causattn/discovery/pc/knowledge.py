"""What is known beforehand: required and forbidden edges, checked for contradictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from causattn.base import ConfigError
from causattn.graphs import is_symmetric, nonzero_pairs


@dataclass(frozen=True)
class Constraints:
    """Which pairs are tested, and which edges are known.

    Parameters
    ----------
    tested
        bool [p, p], symmetric: the pairs that the data decide.
    required, forbidden
        bool [p, p], from row to column.
    """

    tested: np.ndarray
    required: np.ndarray
    forbidden: np.ndarray

    @property
    def size(self) -> int:
        """Number of variables."""
        return len(self.tested)

    @property
    def known(self) -> bool:
        """Whether any edge is required, or forbidden one way only."""
        return bool(self.required.any() or (self.forbidden & ~self.forbidden.T).any())

    @cached_property
    def pinned(self) -> np.ndarray:
        """The pairs of required edges, bool [p, p], symmetric."""
        return self.required | self.required.T

    @cached_property
    def impossible(self) -> np.ndarray:
        """Directions that cannot be: forbidden, or the opposite of required; row to column."""
        if not self.required.any():
            return self.forbidden
        return self.forbidden | self.required.T

    def arrows(self, skeleton: np.ndarray) -> np.ndarray:
        """Return the edges of a skeleton whose direction is known, bool [p, p], row to column."""
        known = np.zeros_like(skeleton)
        if not (self.required.any() or self.forbidden.any()):
            return known
        i, j = nonzero_pairs(skeleton)
        settled = self.required[i, j] | (self.forbidden[j, i] & ~self.forbidden[i, j])
        known[i[settled], j[settled]] = True
        return known


def constraints(
    size: int,
    allowed: np.ndarray | None,
    knowledge: tuple[np.ndarray, np.ndarray] | None,
    names: Sequence[str] = (),
) -> Constraints:
    """Join candidates (`allowed`, None for all) and knowledge (required, forbidden).

    Knowledge comes first: a required edge stays in the graph, untested, candidate or not.

    Raises
    ------
    ConfigError
        For a matrix of another shape, an `allowed` that is not symmetric, an edge that is both
        required and forbidden or required both ways, or required edges that make a cycle.
    """

    def called(k: int) -> str:
        return str(names[k]) if len(names) else f"number {k}"

    def square(matrix: np.ndarray, what: str) -> np.ndarray:
        matrix = np.asarray(matrix)
        result = matrix if matrix.dtype == bool else matrix != 0
        if result.shape != (size, size):
            raise ConfigError(f"{what} must be of shape ({size}, {size}), not {result.shape}.")
        if matrix.dtype == bool:
            result = result.copy()
        np.fill_diagonal(result, False)
        return result

    def refuse(pairs: np.ndarray, why: str) -> None:
        if pairs.any():
            i, j = np.argwhere(pairs)[0]
            raise ConfigError(
                f"Knowledge contradicts itself: {called(i)} -> {called(j)} is required and {why}; "
                "take one of the two back."
            )

    none = np.zeros((size, size), dtype=bool)
    candidates = ~np.eye(size, dtype=bool) if allowed is None else square(allowed, "allowed")
    if not is_symmetric(candidates):
        raise ConfigError("allowed must be symmetric: a pair is a candidate or not; make it so.")
    if knowledge is None:
        return Constraints(candidates, none, none)
    required = square(knowledge[0], "required edges")
    forbidden = square(knowledge[1], "forbidden edges")
    refuse(required & forbidden, "forbidden")
    refuse(required & required.T, "required the other way round too")
    cycle = directed_cycle(required)
    if cycle:
        raise ConfigError(
            "Knowledge contradicts itself: the required edges make the cycle "
            f"{' -> '.join(called(k) for k in cycle)}; take one of them back."
        )
    settled = required | required.T | (forbidden & forbidden.T)
    return Constraints(candidates & ~settled, required, forbidden)


def check_arrows(arrows: np.ndarray, names: Sequence[str]) -> None:
    """Raise where the known directions among the edges that were found make a cycle.

    Raises
    ------
    ConfigError
        Naming the cycle.
    """
    cycle = directed_cycle(arrows)
    if cycle:
        shown = " -> ".join(str(names[k]) if len(names) else f"number {k}" for k in cycle)
        raise ConfigError(
            f"Knowledge directs the edges that the data keep into the cycle {shown}; allow one of "
            "them the other way."
        )


def directed_cycle(matrix: np.ndarray) -> list[int]:
    """Return a directed cycle of a graph (bool [p, p], from row to column), or an empty list."""
    if not matrix.any():
        return []
    left = np.flatnonzero(matrix.any(axis=0) & matrix.any(axis=1))
    while True:
        inner = matrix[np.ix_(left, left)]
        keep = inner.any(axis=0) & inner.any(axis=1)
        if keep.all():
            break
        left = left[keep]
    if not len(left):
        return []
    inside = set(left.tolist())
    path = [int(left[0])]
    while True:
        following = next(int(j) for j in np.flatnonzero(matrix[path[-1]]) if int(j) in inside)
        if following in path:
            return [*path[path.index(following) :], following]
        path.append(following)
