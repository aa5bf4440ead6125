"""Grow-shrink trees: the parents of a variable among those before it, for any local score.

Andrews et al. (2023), "Fast scalable and accurate discovery of DAGs using the best order score
search and grow-shrink trees". A tree remembers, per variable, every path that growing has taken: at
a node the variables that raise the score stand as branches, best first, and the first branch that
lies in the prefix is taken. So a prefix is answered by walking down, and scores are computed at new
nodes only.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from causattn.discovery.permutation.order_question import OrderQuestion, moved
from causattn.discovery.scores import Extensions, LocalScore


@dataclass
class Node:
    """A set of parents in a grow-shrink tree."""

    score: float
    branches: list[tuple[int, Node]] | None = None
    shrunk: tuple[float, frozenset[int]] | None = None


@dataclass
class Tree:
    """The grow-shrink tree of one variable."""

    target: int
    possible: list[int]
    score: LocalScore
    prior: np.ndarray
    required: list[int] = field(default_factory=list)
    root: Node = field(init=False)
    needed: int = field(init=False)

    def __post_init__(self) -> None:
        self.root = Node(self._of(self.required))
        self.needed = sum(1 << v for v in self.required)

    def best(self, prefix: int) -> tuple[float, frozenset[int]]:
        """Return the score and the parents that are picked from a prefix (bits of variables).

        Where a required parent is not in it, the score is minus infinity.
        """
        if self.needed & ~prefix:
            return -np.inf, frozenset()
        node, passed = self.root, 1 << self.target | self.needed
        parents = list(self.required)
        while True:
            if node.branches is None:
                self._grow(node, parents, passed)
            assert node.branches is not None
            for variable, child in node.branches:
                passed |= 1 << variable
                if prefix >> variable & 1:
                    parents.append(variable)
                    node = child
                    break
            else:
                if node.shrunk is None:
                    node.shrunk = self._shrink(node, parents)
                return node.shrunk

    def _grow(self, node: Node, parents: list[int], passed: int) -> None:
        """Give a node its branches: the variables that raise its score, best first."""
        open_ = np.array([v for v in self.possible if not passed >> v & 1], dtype=np.int32)
        node.branches = []
        if not len(open_):
            return
        gains = self.score.gains(
            Extensions(
                targets=np.array([self.target], dtype=np.int32),
                parent_start=np.array([0, len(parents)]),
                parents=np.array(sorted(parents), dtype=np.int32),
                candidate_start=np.array([0, len(open_)]),
                candidates=open_,
            )
        )
        gains = gains + self.prior[open_]
        # Equal gains stand in the order of the columns.
        for k in np.argsort(-gains, kind="stable"):
            if gains[k] <= self.score.tie_tolerance:
                break
            node.branches.append((int(open_[k]), Node(node.score + float(gains[k]))))

    def _shrink(self, node: Node, parents: list[int]) -> tuple[float, frozenset[int]]:
        """Leave out the parent whose loss helps most, as long as any helps."""
        kept, score = sorted(parents), node.score
        while removable := [v for v in kept if not self.needed >> v & 1]:
            families = [(self.target, tuple(u for u in kept if u != v)) for v in removable]
            without = [
                found + float(self.prior[list(family[1])].sum())
                for family, found in zip(families, self.score.local_scores(families), strict=True)
            ]
            place = int(np.argmax(without))
            if without[place] <= score + self.score.tie_tolerance:
                break
            score = without[place]
            kept.remove(removable[place])
        return score, frozenset(kept)

    def _of(self, parents: list[int]) -> float:
        return self.score.local_score(self.target, parents) + float(self.prior[parents].sum())


class TreeOrders:
    """Orders of a question's variables, judged by grow-shrink trees."""

    def __init__(self, question: OrderQuestion) -> None:
        self.trees = [
            Tree(
                v,
                [u for u in range(question.size) if u != v and question.open[u, v]],
                question.score,
                question.prior[:, v],
                np.flatnonzero(question.required[:, v]).tolist(),
            )
            for v in range(question.size)
        ]

    def climb(self, order: list[int], rng: np.random.Generator) -> float:
        """Move variables to their best places until no move helps, and return the score."""
        improved = True
        while improved:
            improved = False
            for variable in rng.permutation(len(order)).tolist():
                improved |= moved(order, variable, self.totals(order, variable))
        return float(sum(score for score, _ in self._families(order)))

    warm_climb = climb  # trees remember by themselves

    def keep(self) -> None:
        """Nothing to keep: a tree answers the same for the same prefix."""

    back = keep

    def dag(self, order: list[int]) -> np.ndarray:
        """Return the DAG of an order, uint8 [p, p], from row to column."""
        dag = np.zeros((len(order), len(order)), dtype=np.uint8)
        for variable, (_, parents) in zip(order, self._families(order), strict=True):
            dag[list(parents), variable] = 1
        return dag

    def totals(self, order: list[int], variable: int) -> np.ndarray:
        """Return the score with a variable at each place of an order, float64 [p]."""
        others = [v for v in order if v != variable]
        prefixes = [0]
        for other in others:
            prefixes.append(prefixes[-1] | 1 << other)
        own = np.array([self.trees[variable].best(prefix)[0] for prefix in prefixes])
        bit = 1 << variable
        pairs = list(zip(others, prefixes, strict=False))
        before = [self.trees[other].best(prefix)[0] for other, prefix in pairs]
        behind = [self.trees[other].best(prefix | bit)[0] for other, prefix in pairs]
        # At place j, the first j others do not see the variable and the rest do.
        found = own + np.concatenate([[0], np.cumsum(before)])
        return np.asarray(found + np.concatenate([np.cumsum(behind[::-1])[::-1], [0]]))

    def _families(self, order: list[int]) -> list[tuple[float, frozenset[int]]]:
        """Return each variable's score and parents in an order."""
        found, prefix = [], 0
        for variable in order:
            found.append(self.trees[variable].best(prefix))
            prefix |= 1 << variable
        return found
