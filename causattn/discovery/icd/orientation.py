"""Orientation of a PAG: what is known, colliders, and Zhang's rules."""

from __future__ import annotations

import numpy as np

from causattn.discovery.icd import rules
from causattn.discovery.icd.marked_graph import ARROW, NONE, TAIL, MarkedGraph, Sets


def orient(adjacent: np.ndarray, separating: Sets, fixed: np.ndarray | None = None) -> np.ndarray:
    """Return the PAG of a skeleton and its separating sets.

    Parameters
    ----------
    adjacent
        bool [p, p], symmetric.
    separating
        A separating set of each pair that is not adjacent, by ascending pair; a pair without one
        is taken for one that could be adjacent.
    fixed
        int8 [p, p], marks that are known (`known_marks`), `NONE` elsewhere; None for none.

    Returns
    -------
    int8 [p, p], marks.
    """
    graph = MarkedGraph(adjacent, separating, fixed)
    rules.colliders(graph)
    graph.until_still(rules.ALWAYS)
    return finished(graph)


def finished(graph: MarkedGraph) -> np.ndarray:
    """Return the marks, int8 [p, p], after the rules for selection and for tails."""
    graph.until_still(rules.UNDER_SELECTION)
    graph.until_still((*rules.ALWAYS, *rules.FOR_TAILS))
    return np.array(graph.marks, dtype=np.int8)


def known_marks(required: np.ndarray, forbidden: np.ndarray) -> np.ndarray | None:
    """Return the marks that knowledge puts on edges, int8 [p, p], or None where there are none.

    Parameters
    ----------
    required, forbidden
        bool [p, p], from row to column. i -> j required is i --> j; forbidden it leaves an
        arrowhead at i, where the two are adjacent.
    """
    marks = np.full(required.shape, NONE, dtype=np.int8)
    marks[forbidden.T & ~forbidden] = ARROW
    marks[required], marks[required.T] = ARROW, TAIL
    return marks if marks.any() else None


def neighbours(marks: np.ndarray, node: int) -> list[int]:
    """Return the nodes adjacent to one, ascending."""
    return [int(k) for k in np.flatnonzero(marks[node])]
