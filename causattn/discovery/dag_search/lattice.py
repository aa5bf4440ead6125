"""The best DAG as the best way through the sets of variables, from none to all.

Whoever joins a set has its parents in it, so a DAG is a way through these sets, its length the sum
of local scores. Dynamic programming goes through all of them (Silander and Myllymäki 2006, "A
simple approach for finding the globally optimal Bayesian network structure"). A* goes first where
the score so far, with the best that each other variable could have, is highest (Yuan and Malone
2013, "Learning optimal Bayesian networks: a shortest path perspective"), and where a variable
already has the best parents that it can have, puts it next without a choice (section 5.1).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from functools import cache

import numpy as np

from causattn.discovery.dag_search.parent_sets import ParentSets

TABLES_UP_TO = 20
"""With so many variables the sets of all of them go into memory."""


def best_by_astar(families: list[ParentSets]) -> list[int]:
    """Return each variable's parents in a DAG of highest score, as sets, found by A*."""
    size, full = len(families), (1 << len(families)) - 1
    highest = [each.scores[0] for each in families]
    best = _lookup(families)

    def with_the_best(variables: int, total: float) -> tuple[int, float, list[int]]:
        """Put next whoever already has the best parents of all."""
        put, before = [], -1
        while before != variables:
            before = variables
            for node in range(size):
                if not variables >> node & 1 and best(node, variables) == highest[node]:
                    variables |= 1 << node
                    total += highest[node]
                    put.append(node)
        return variables, total, put

    start, total, put = with_the_best(0, 0.0)
    came = {start: (0, put)}
    reached = {start: total}
    queue = [(-sum(highest), start)]
    done: set[int] = set()
    while queue:
        _, variables = heapq.heappop(queue)
        if variables in done:
            continue
        if variables == full:
            break
        done.add(variables)
        for node in range(size):
            if variables >> node & 1:
                continue
            step = best(node, variables)
            if step == -np.inf:
                continue
            joined, total, put = with_the_best(variables | 1 << node, reached[variables] + step)
            if joined not in done and total > reached.get(joined, -np.inf):
                reached[joined], came[joined] = total, (variables, [node, *put])
                left = sum(highest[k] for k in range(size) if not joined >> k & 1)
                heapq.heappush(queue, (-(total + left), joined))
    sequence: list[int] = []
    variables = full
    while variables:
        variables, put = came[variables]
        sequence = put + sequence
    return _parents(families, sequence)


def best_by_programming(families: list[ParentSets]) -> list[int]:
    """Return each variable's parents in a DAG of highest score, as sets, set by set."""
    size = len(families)
    every = np.arange(1 << size, dtype=np.int64)
    steps = [each.best_within_each(size) for each in families]
    total = np.full(1 << size, -np.inf)
    total[0] = 0.0
    last = np.zeros(1 << size, dtype=np.int8)
    counts = np.zeros(1 << size, dtype=np.int8)
    for node in range(size):
        counts += (every >> node & 1).astype(np.int8)
    for count in range(1, size + 1):
        sets = every[counts == count]
        for node in range(size):
            here = sets[(sets >> node & 1) > 0]
            before = here ^ (1 << node)
            found = total[before] + steps[node][before]
            better = found > total[here]
            total[here[better]] = found[better]
            last[here[better]] = node
    sequence: list[int] = []
    variables = (1 << size) - 1
    while variables:
        sequence.insert(0, int(last[variables]))
        variables ^= 1 << sequence[0]
    return _parents(families, sequence)


def _lookup(families: list[ParentSets]) -> Callable[[int, int], float]:
    """Return the highest score of a variable with parents among others, as a function."""
    if len(families) <= TABLES_UP_TO:
        tables = [each.best_within_each(len(families)).data for each in families]
        return lambda node, variables: tables[node][variables]
    return cache(lambda node, variables: families[node].best_within(variables)[0])


def _parents(families: list[ParentSets], sequence: list[int]) -> list[int]:
    parents, before = [0] * len(families), 0
    for node in sequence:
        parents[node] = families[node].best_within(before)[1]
        before |= 1 << node
    return parents
