"""What is known beforehand: required and forbidden edges, checked for contradictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from causattn.base import ConfigError
from causattn.discovery.knowledge import check_edges, directed_cycle
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

    def square(matrix: np.ndarray, what: str) -> np.ndarray:
        matrix = np.asarray(matrix)
        result = matrix if matrix.dtype == bool else matrix != 0
        if result.shape != (size, size):
            raise ConfigError(f"{what} must be of shape ({size}, {size}), not {result.shape}.")
        if matrix.dtype == bool:
            result = result.copy()
        np.fill_diagonal(result, False)
        return result

    none = np.zeros((size, size), dtype=bool)
    candidates = ~np.eye(size, dtype=bool) if allowed is None else square(allowed, "allowed")
    if not is_symmetric(candidates):
        raise ConfigError("allowed must be symmetric: a pair is a candidate or not; make it so.")
    if knowledge is None:
        return Constraints(candidates, none, none)
    required = square(knowledge[0], "required edges")
    forbidden = square(knowledge[1], "forbidden edges")
    check_edges(required, forbidden, names)
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
