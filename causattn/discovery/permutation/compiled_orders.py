"""Orders judged by compiled code, for the Gaussian score."""

from __future__ import annotations

import numpy as np

from causattn.discovery.permutation.order_kernels import (
    OrderRoom,
    Orders,
    Scored,
    copy,
    fit_all,
    totals,
    walk,
)
from causattn.discovery.permutation.order_question import SMALLEST_GAIN, OrderQuestion, moved
from causattn.discovery.scores.gaussian_bic import SMALLEST_VARIANCE, GaussianBIC


class CompiledOrders:
    """Orders of a question with a Gaussian score."""

    def __init__(self, question: OrderQuestion) -> None:
        self.score = question.score
        assert isinstance(self.score, GaussianBIC)
        half, cost = self.score.rows / 2, self.score.penalty * float(np.log(self.score.rows))
        self._scored = Scored(
            np.ascontiguousarray(self.score.correlation),
            half,
            cost,
            np.ascontiguousarray(question.prior, dtype=np.float64),
            np.ascontiguousarray(question.open),
            np.ascontiguousarray(question.required),
            -np.expm1(np.minimum(0.0, question.prior - cost) / half),
            self.score.tie_tolerance,
            SMALLEST_VARIANCE,
        )
        size = question.size
        self._at, self._kept, self._first, self._best = (_empty(size) for _ in range(4))
        self._room = OrderRoom(
            np.empty((size, size)),
            np.empty(size),
            np.empty(size),
            np.empty((size + 2, size + 2)),
            np.empty((size, size)),
            np.zeros(1, dtype=np.int64),
        )

    def climb(self, order: list[int], rng: np.random.Generator) -> float:
        """Move variables to their best places until no move helps, and return the score."""
        found, improved = np.empty(len(order)), True
        while improved:
            improved = False
            for variable in rng.permutation(len(order)).tolist():
                self._set(order)
                totals(variable, self._scored, self._at, self._room, found)
                improved |= moved(order, variable, found)
        return self._fit(order, cold=True)

    def warm_climb(self, order: list[int], rng: np.random.Generator) -> float:
        """Walk variables through an order until no walk helps, and return the score.

        Families begin as those that the last `keep` kept.
        """
        copy(self._kept, self._at)
        self._fit(order, cold=False)
        gained = np.inf
        while gained > SMALLEST_GAIN:
            gained = 0.0
            for variable in rng.permutation(len(order)).tolist():
                gained += walk(
                    variable, self._scored, self._at, self._first, self._best, self._room
                )
        order[:] = self._at.order.tolist()
        self._count()
        return float(self._at.scores.sum())

    def keep(self) -> None:
        """Keep the families of the last climb."""
        copy(self._at, self._kept)

    def back(self) -> None:
        """Go back to the families that were kept."""
        copy(self._kept, self._at)

    def dag(self, order: list[int]) -> np.ndarray:
        """Return the DAG at hand, uint8 [p, p], from row to column."""
        dag = np.zeros((len(order), len(order)), dtype=np.uint8)
        for v in range(len(order)):
            dag[self._at.parents[v, : self._at.counts[v]], v] = 1
        return dag

    def _set(self, order: list[int]) -> None:
        self._at.order[:] = order
        self._at.place[self._at.order] = np.arange(len(order))

    def _fit(self, order: list[int], *, cold: bool) -> float:
        self._set(order)
        total = float(fit_all(self._scored, self._at, self._room, cold))
        self._count()
        return total

    def _count(self) -> None:
        self.score.evaluations += int(self._room.asked[0])
        self._room.asked[0] = 0


def _empty(size: int) -> Orders:
    return Orders(
        np.arange(size),
        np.arange(size),
        np.zeros((size, size), dtype=np.int32),
        np.zeros(size, dtype=np.int64),
        np.zeros(size),
    )
