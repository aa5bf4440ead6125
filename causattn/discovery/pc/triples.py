"""Unshielded triples x - y - z: which of them are colliders.

*From separating sets*: x -> y <- z where y is in no separating set of x and z (Spirtes, Glymour
and Scheines 2000, "Causation, Prediction, and Search", section 5.4.2).

*Conservative* and *majority* rule: all subsets of either end's neighbours are tested again. The
triple is a collider where y is in none (in less than half) of the sets that separate x and z, no
collider where it is in all (in more than half), and undecided otherwise, or where nothing
separates (Ramsey, Spirtes and Zhang 2006, "Adjacency-faithfulness and conservative causal
inference"; Colombo and Maathuis 2014, section 4.3). A set that both ends offer counts once.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

import numpy as np

from causattn.discovery.pc.groups import Evaluator
from causattn.discovery.pc.pools import Pools


class Verdict(IntEnum):
    """What an unshielded triple is."""

    NO_COLLIDER = 0
    COLLIDER = 1
    UNDECIDED = 2


def by_vote(
    evaluator: Evaluator,
    pools: Pools,
    triples: np.ndarray,
    rule: Literal["majority", "conservative"],
    max_order: int | None,
) -> tuple[np.ndarray, list[int]]:
    """Judge triples by how many of all separating sets hold the middle.

    Parameters
    ----------
    evaluator
        The test at its level.
    pools
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
    pairs = pools.pairs(triples)
    sets = np.zeros(len(pairs.ends), dtype=np.int64)
    holding = np.zeros((len(pairs.ends), pools.edges.size), dtype=np.int64)
    tests: list[int] = []
    order = 0
    while (max_order is None or order <= max_order) and (pairs.largest >= order).any():
        going = np.flatnonzero(pairs.largest >= order)
        groups = pairs.one_by_one(going)
        outcome = evaluator.evaluate(groups, order, stop_at_first=False, count_members=True)
        tests.append(int(outcome.tested.sum()))
        assert outcome.member_counts is not None
        for g, _, variables, _ in groups:
            pair = going[g % len(going)]
            sets[pair] += outcome.separated[g]
            holding[pair, variables] += outcome.member_counts[g, : len(variables)]
        order += 1
    total = sets[pairs.of_triple]
    with_middle = holding[pairs.of_triple, triples[:, 1]]
    if rule == "conservative":
        none, every = with_middle == 0, with_middle == total
    else:
        none, every = 2 * with_middle < total, 2 * with_middle > total
    verdicts = np.full(len(triples), Verdict.UNDECIDED, dtype=np.int8)
    verdicts[(total > 0) & every] = Verdict.NO_COLLIDER
    verdicts[(total > 0) & none] = Verdict.COLLIDER
    return verdicts, tests
