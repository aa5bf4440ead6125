"""BOSS on any local score: the best order score search, with an edge prior where there is one.

Andrews et al. (2023), "Fast scalable and accurate discovery of DAGs using the best order score
search and grow-shrink trees", algorithms 1 to 3. An order of the variables is improved by moving
one variable at a time to its best place, until no move helps; each variable's parents are then
those that growing and shrinking picks among the variables before it.

A *grow-shrink tree* remembers, per variable, every path that growing has taken: at a node the
variables that raise the score stand as branches, best first, and the first branch that lies in the
prefix is taken. So a prefix is answered by walking down, and scores are computed at new nodes only.

causal-learn has the algorithm too; it takes no prior, no candidates and no seed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from causattn.discovery.scores import Extensions, LocalScore

_SMALLEST_GAIN = 1e-6


@dataclass
class _Node:
    """A set of parents in a grow-shrink tree."""

    score: float
    branches: list[tuple[int, _Node]] | None = None
    shrunk: tuple[float, frozenset[int]] | None = None


@dataclass
class _Tree:
    """The grow-shrink tree of one variable."""

    target: int
    possible: list[int]
    score: LocalScore
    prior: np.ndarray
    required: list[int] = field(default_factory=list)
    root: _Node = field(init=False)
    needed: int = field(init=False)

    def __post_init__(self) -> None:
        self.root = _Node(self._of(self.required))
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

    def _grow(self, node: _Node, parents: list[int], passed: int) -> None:
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
            node.branches.append((int(open_[k]), _Node(node.score + float(gains[k]))))

    def _shrink(self, node: _Node, parents: list[int]) -> tuple[float, frozenset[int]]:
        """Leave out the parent whose loss helps most, as long as any helps."""
        kept, score = sorted(parents), node.score
        while removable := [v for v in kept if not self.needed >> v & 1]:
            without = [self._of([u for u in kept if u != v]) for v in removable]
            place = int(np.argmax(without))
            if without[place] <= score + self.score.tie_tolerance:
                break
            score = without[place]
            kept.remove(removable[place])
        return score, frozenset(kept)

    def _of(self, parents: list[int]) -> float:
        return self.score.local_score(self.target, parents) + float(self.prior[parents].sum())


def best_order(
    score: LocalScore,
    rng: np.random.Generator,
    *,
    starts: int = 1,
    possible: np.ndarray | None = None,
    edge_log_prior: np.ndarray | None = None,
    required: np.ndarray | None = None,
) -> np.ndarray:
    """Search for the DAG of highest score by the best order.

    Parameters
    ----------
    score
        A local score.
    rng
        Draws the first order and in which order variables are moved.
    starts
        From how many random orders to search; the best DAG counts. Trees are shared.
    possible
        bool [p, p], from row to column: which edges may be there; None for all.
    edge_log_prior
        float [p, p], symmetric, added to the score for each adjacency.
    required
        bool [p, p], from row to column, without a cycle: edges that are there in any case, possible
        or not.

    Returns
    -------
    dag
        uint8 [p, p], from row to column.
    """
    size = score.size
    prior = np.zeros((size, size)) if edge_log_prior is None else edge_log_prior
    open_ = ~np.eye(size, dtype=bool) if possible is None else possible
    known = np.zeros((size, size), dtype=bool) if required is None else required
    trees = [
        _Tree(
            v,
            [u for u in range(size) if u != v and open_[u, v]],
            score,
            prior[:, v],
            np.flatnonzero(known[:, v]).tolist(),
        )
        for v in range(size)
    ]
    drawn = (rng.permutation(size).tolist() for _ in range(starts))
    orders = [_improved(_honouring(order, trees), rng, trees) for order in drawn]
    scores = [sum(found[0] for found in _families(order, trees)) for order in orders]
    best = orders[int(np.argmax(scores))]
    dag = np.zeros((size, size), dtype=np.uint8)
    for variable, (_, parents) in zip(best, _families(best, trees), strict=True):
        dag[list(parents), variable] = 1
    return dag


def _honouring(order: list[int], trees: list[_Tree]) -> list[int]:
    """Return the order changed as little as puts required parents before their children."""
    left, placed, prefix = list(order), [], 0
    while left:
        following = next(v for v in left if not trees[v].needed & ~prefix)
        left.remove(following)
        placed.append(following)
        prefix |= 1 << following
    return placed


def _improved(order: list[int], rng: np.random.Generator, trees: list[_Tree]) -> list[int]:
    """Move variables until no move helps."""
    improved = True
    while improved:
        improved = False
        for variable in rng.permutation(len(order)).tolist():
            improved |= _move(variable, order, trees)
    return order


def _families(order: list[int], trees: list[_Tree]) -> list[tuple[float, frozenset[int]]]:
    """Return each variable's score and parents in an order."""
    found, prefix = [], 0
    for variable in order:
        found.append(trees[variable].best(prefix))
        prefix |= 1 << variable
    return found


def _move(variable: int, order: list[int], trees: list[_Tree]) -> bool:
    """Move a variable to its best place in the order, and return whether that helped."""
    place = order.index(variable)
    others = [v for v in order if v != variable]
    prefixes = [0]
    for other in others:
        prefixes.append(prefixes[-1] | 1 << other)
    own = np.array([trees[variable].best(prefix)[0] for prefix in prefixes])
    bit = 1 << variable
    pairs = list(zip(others, prefixes, strict=False))
    before = [trees[other].best(prefix)[0] for other, prefix in pairs]
    behind = [trees[other].best(prefix | bit)[0] for other, prefix in pairs]
    # At place j, the first j others do not see the variable and the rest do.
    totals = own + np.concatenate([[0], np.cumsum(before)])
    totals += np.concatenate([np.cumsum(behind[::-1])[::-1], [0]])
    best = int(np.argmax(totals))
    if totals[best] <= totals[place] + _SMALLEST_GAIN:
        return False
    others.insert(best, variable)
    order[:] = others
    return True
