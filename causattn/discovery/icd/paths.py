"""Where a separating set can lie: possible-d-sep paths, and possible ancestors.

Rohekar, Nisimov, Gurwicz and Novik (2021), "Iterative causal discovery in the possible presence of
latent confounders and selection bias", NeurIPS, section 3.2. A *PDS path* from x, with respect to
y, is a path on which y does not lie and every inner node is a collider or closes a triangle with
the nodes beside it (definition 2). A set Z is a candidate for separating x and y at order r
(ICD-Sep, definition 3) where it has r nodes, each of them reached from x by a PDS path of at most r
steps that stays inside Z, and each a possible ancestor of x or y.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from causattn.discovery.icd.marked_graph import ARROW, TAIL
from causattn.discovery.icd.orientation import neighbours


def possible_ancestors(marks: np.ndarray, node: int) -> set[int]:
    """Return the nodes with a possibly directed path to `node`, itself included.

    On such a path no edge has an arrowhead at the end it leaves, nor a tail at the one it enters.
    """
    found, front = {node}, [node]
    while front:
        here = front.pop()
        for there in neighbours(marks, here):
            forwards = marks[there, here] != TAIL and marks[here, there] != ARROW
            if there not in found and forwards:
                found.add(there)
                front.append(there)
    return found


def path_lengths(
    marks: np.ndarray, start: int, without: int, most: int, within: frozenset[int] | None = None
) -> dict[int, int]:
    """Return the steps of the shortest PDS path from `start` to each node it reaches.

    Parameters
    ----------
    marks
        A PAG.
    start, without
        x, and y, which no path visits.
    most
        Longest path.
    within
        Only nodes that a path may visit, None for all.
    """
    lengths: dict[int, int] = {}
    front = {(start, node) for node in neighbours(marks, start) if node != without}
    if within is not None:
        front = {(before, here) for before, here in front if here in within}
    seen = set(front)
    for length in range(1, most + 1):
        beyond = set()
        for before, here in front:
            lengths.setdefault(here, length)
            for there in neighbours(marks, here):
                if there in (without, start, before) or (here, there) in seen:
                    continue
                if within is not None and there not in within:
                    continue
                collider = marks[before, here] == ARROW and marks[there, here] == ARROW
                if collider or marks[before, there]:
                    seen.add((here, there))
                    beyond.add((here, there))
        front = beyond
    return lengths


def candidate_sets(marks: np.ndarray, x: int, y: int, order: int) -> Iterator[tuple[int, ...]]:
    """Yield the ICD-Sep sets of x with respect to y, the closest to x first.

    Each has `order` nodes, ascending. Sets of y with respect to x are another call.
    """
    if order == 0:
        yield ()
        return
    near = path_lengths(marks, x, y, order)
    ancestors = possible_ancestors(marks, x) | possible_ancestors(marks, y)
    usable = sorted(node for node in near if node in ancestors)
    ranked = sorted(combinations(usable, order), key=lambda nodes: sum(near[k] for k in nodes))
    for nodes in ranked:
        inside = path_lengths(marks, x, y, order, frozenset(nodes))
        if len(inside) == order:
            yield nodes
