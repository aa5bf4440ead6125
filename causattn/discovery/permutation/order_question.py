"""What a search over orders is asked, and the move that all of them make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.discovery.scores import LocalScore

SMALLEST_GAIN = 1e-6


@dataclass(frozen=True)
class OrderQuestion:
    """A score, and which edges may, must and should be there.

    Parameters
    ----------
    score
        A local score.
    open, required
        bool [p, p], from row to column: which edges may be there, and which, without a cycle, are
        there in any case, open or not.
    prior
        float64 [p, p], from row to column, added to the score for each edge.
    """

    score: LocalScore
    open: np.ndarray
    required: np.ndarray
    prior: np.ndarray

    @classmethod
    def of(
        cls,
        score: LocalScore,
        possible: np.ndarray | None = None,
        required: np.ndarray | None = None,
        edge_log_prior: np.ndarray | None = None,
    ) -> OrderQuestion:
        """Fill in what is not restricted: every edge open, none required, none preferred."""
        off = ~np.eye(score.size, dtype=bool)
        none = np.zeros((score.size, score.size))
        return cls(
            score,
            off if possible is None else possible & off,
            none.astype(bool) if required is None else required,
            none if edge_log_prior is None else edge_log_prior,
        )

    @property
    def size(self) -> int:
        """Number of variables."""
        return self.score.size

    def honouring(self, order: list[int]) -> list[int]:
        """Return an order changed as little as puts required parents before their children."""
        left, placed = list(order), []
        while left:
            following = next(v for v in left if not self.required[left, v].any())
            left.remove(following)
            placed.append(following)
        return placed


def moved(order: list[int], variable: int, totals: np.ndarray) -> bool:
    """Move a variable to its best place by the score at each; return whether that helped.

    Many places are equally good. The first of them counts, whatever rounding says.
    """
    most = totals.max()
    if most <= totals[order.index(variable)] + SMALLEST_GAIN:
        return False
    best = int(np.flatnonzero(totals >= most - SMALLEST_GAIN)[0])
    order.remove(variable)
    order.insert(best, variable)
    return True
