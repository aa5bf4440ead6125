"""Unshielded triples x - y - z: which of them are colliders.

*From separating sets*: x -> y <- z where y is in no separating set of x and z (Spirtes, Glymour
and Scheines 2000, "Causation, Prediction, and Search", section 5.4.2).

*Conservative* and *majority* rule: all subsets of either end's neighbours are tested anew. The
triple is a collider where y is in none (in less than half) of the sets that separate x and z, no
collider where it is in all (in more than half), and undecided otherwise, or where nothing
separates (Ramsey, Spirtes and Zhang 2006, "Adjacency-faithfulness and conservative causal
inference"; Colombo and Maathuis 2014, section 4.3). A set that both ends offer counts once.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

import numpy as np

from causattn.discovery._pc._edges import Neighbours
from causattn.discovery._pc._groups import Evaluator
from causattn.graphs._pairs import nonzero_pairs


class Verdict(IntEnum):
    """What an unshielded triple is."""

    NO_COLLIDER = 0
    COLLIDER = 1
    UNDECIDED = 2


def unshielded_triples(adjacency: np.ndarray) -> np.ndarray:
    """Return the unshielded triples (x, middle, z) with x < z, int64 [m, 3].

    They are in ascending order of middle, x and z.
    """
    middle, end = nonzero_pairs(adjacency)
    degree = np.bincount(middle, minlength=len(adjacency))
    start = np.concatenate([[0], np.cumsum(degree)])[:-1]
    repeats = degree[middle]
    first = np.repeat(np.arange(len(middle)), repeats)
    offset = np.arange(len(first)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    x, y, z = end[first], middle[first], end[start[middle[first]] + offset]
    kept = (x < z) & ~adjacency[x, z]
    return np.stack([x[kept], y[kept], z[kept]], axis=1)


def ends_of(triples: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the pairs that triples end in, a middle of each, and the pair of every triple.

    int64 [m, 2], [m] and [triples]; pairs are in ascending order.
    """
    order = np.lexsort((triples[:, 2], triples[:, 0]))
    ends = triples[order][:, [0, 2]]
    new = np.ones(len(ends), dtype=bool)
    new[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    of_pair = np.empty(len(order), dtype=np.int64)
    of_pair[order] = np.cumsum(new) - 1
    return ends[new], triples[order[new], 1], of_pair


def by_vote(
    evaluator: Evaluator,
    neighbours: Neighbours,
    triples: np.ndarray,
    rule: Literal["majority", "conservative"],
    max_order: int | None,
) -> tuple[np.ndarray, list[int]]:
    """Judge triples by how many of all separating sets hold the middle.

    Parameters
    ----------
    evaluator
        The test at its level.
    neighbours
        What conditioning sets are drawn from.
    triples
        int [m, 3].
    rule
        ``"majority"`` or ``"conservative"``.
    max_order
        Largest conditioning set, None for all.

    Returns
    -------
    `Verdict` of each triple, int8 [m], and the number of tests by order.
    """
    pairs, middle, of_pair = ends_of(triples)
    toward = neighbours.toward(pairs, middle)
    sets = np.zeros(len(pairs), dtype=np.int64)
    holding = np.zeros((len(pairs), neighbours.size), dtype=np.int64)
    largest = neighbours.counts(pairs, toward).max(axis=1)
    tests: list[int] = []
    order = 0
    while (max_order is None or order <= max_order) and (largest >= order).any():
        going = np.flatnonzero(largest >= order)
        count = 0
        for end in (0, 1):
            groups = neighbours.pair_groups(pairs[going], toward[going], end)
            outcome = evaluator.evaluate(groups, order, stop_at_first=False, count_members=True)
            count += int(outcome.tested.sum())
            sets[going] += outcome.separated
            assert outcome.member_counts is not None
            for g, _, variables, _ in groups:
                holding[going[g], variables] += outcome.member_counts[g, : len(variables)]
        tests.append(count)
        order += 1
    total = sets[of_pair]
    with_middle = holding[of_pair, triples[:, 1]]
    if rule == "conservative":
        none, every = with_middle == 0, with_middle == total
    else:
        none, every = 2 * with_middle < total, 2 * with_middle > total
    verdicts = np.full(len(triples), Verdict.UNDECIDED, dtype=np.int8)
    verdicts[(total > 0) & every] = Verdict.NO_COLLIDER
    verdicts[(total > 0) & none] = Verdict.COLLIDER
    return verdicts, tests
