"""Searches over orders of the variables: BOSS, and iterated local search.

Each variable's parents are those that growing and shrinking picks among the variables before it, so
an order has a DAG and a score. BOSS (Andrews et al. 2023, "Fast scalable and accurate discovery of
DAGs using the best order score search and grow-shrink trees", algorithms 1 to 3) moves one variable
at a time to its best place until no move helps. Iterated local search (Wienöbst, Henckel and
Weichwald 2025, "Embracing discrete search", arXiv 2510.04970) goes on from there: it swaps a few
variables of the best order at random, climbs again, and keeps what is better.

The Gaussian score has compiled code; any other score is asked through grow-shrink trees. BOSS gives
the same graph either way.
"""

from __future__ import annotations

import math
from operator import itemgetter
from typing import Protocol

import numpy as np

from causattn.discovery.permutation.order_question import SMALLEST_GAIN, OrderQuestion
from causattn.discovery.permutation.order_trees import TreeOrders
from causattn.discovery.scores import GaussianBIC


class OrderJudge(Protocol):
    """Orders of a question's variables, with a score and a DAG each."""

    def climb(self, order: list[int], rng: np.random.Generator) -> float:
        """Move variables in an order to their best places; return the score."""

    def warm_climb(self, order: list[int], rng: np.random.Generator) -> float:
        """Do the same from the families that were kept."""

    def keep(self) -> None:
        """Keep what the last climb found."""

    def back(self) -> None:
        """Go back to what was kept."""

    def dag(self, order: list[int]) -> np.ndarray:
        """Return the DAG of the last order or of the kept one."""


def orders_of(question: OrderQuestion) -> OrderJudge:
    """Return orders judged by compiled code where the score has it, else by trees."""
    if not isinstance(question.score, GaussianBIC):
        return TreeOrders(question)
    from causattn.discovery.permutation.compiled_orders import CompiledOrders

    return CompiledOrders(question)


def best_order(question: OrderQuestion, rng: np.random.Generator, *, starts: int = 1) -> np.ndarray:
    """Search for the DAG of highest score by the best order.

    Parameters
    ----------
    question
        Score, open and required edges, prior.
    rng
        Draws the first orders and in which sequence variables are moved.
    starts
        From how many random orders to search; the best DAG counts.

    Returns
    -------
    dag
        uint8 [p, p], from row to column.
    """
    orders = orders_of(question)
    found = []
    for _ in range(starts):
        order = question.honouring(rng.permutation(question.size).tolist())
        found.append((orders.climb(order, rng), orders.dag(order)))
    _, dag = max(found, key=itemgetter(0))
    return dag


def iterated_order(
    question: OrderQuestion, rng: np.random.Generator, *, restarts: int = 20
) -> np.ndarray:
    """Search for the DAG of highest score by iterated local search over orders.

    Parameters
    ----------
    question, rng
        As for `best_order`.
    restarts
        How often the best order is shaken, by log p random swaps, and climbed from again.

    Returns
    -------
    dag
        uint8 [p, p], from row to column.
    """
    orders, size = orders_of(question), question.size
    best = question.honouring(rng.permutation(size).tolist())
    total = orders.warm_climb(best, rng)
    orders.keep()
    swaps = max(2, round(math.log(size)))
    for _ in range(restarts if size > 1 else 0):
        order = list(best)
        for _ in range(swaps):
            i, j = rng.choice(size, 2, replace=False)
            order[i], order[j] = order[j], order[i]
        order = question.honouring(order)
        reached = orders.warm_climb(order, rng)
        if reached > total + SMALLEST_GAIN:
            best, total = order, reached
            orders.keep()
        else:
            orders.back()
    return orders.dag(best)
