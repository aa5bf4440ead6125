"""Directions from colliders, knowledge and Meek's rules, independent of the columns' order.

Colliders are collected first and applied together, as Colombo and Maathuis (2014, section 4.3)
do for their order-independent versions of PC. An edge that two colliders direct both ways is a
conflict: it stays undirected, takes no further part, and is reported. Where colliders are ranked,
the stronger of two that contradict each other holds, and only equals are in conflict.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from causattn.discovery.pc.knowledge import Constraints, check_arrows
from causattn.discovery.pc.triples import Verdict
from causattn.discovery.running.compiling import compiled_at
from causattn.graphs import meek_closure


def collide(
    skeleton: np.ndarray,
    triples: np.ndarray,
    verdicts: np.ndarray,
    known: Constraints,
    names: Sequence[str] = (),
    rank: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Direct what knowledge and colliders direct in a skeleton.

    Parameters
    ----------
    skeleton
        bool [p, p], symmetric.
    triples, verdicts
        The unshielded triples, int [m, 3], and what they are.
    known
        Knowledge; its directions come before those of colliders.
    names
        The variables' names, for messages.
    rank
        float64 [p, p]: how surely a collider's ends are apart; NaN is least. None: all alike.

    Returns
    -------
    The graph, [p, p], from row to column, and the edges that colliders direct both ways, bool
    [p, p], symmetric.

    Raises
    ------
    ConfigError
        Where knowledge directs the edges that were found into a cycle.
    """
    settled = known.arrows(skeleton)
    check_arrows(settled, names)
    x, middle, z = triples[verdicts == Verdict.COLLIDER].T
    possible = ~(settled[middle, x] | settled[middle, z])
    x, middle, z = x[possible], middle[possible], z[possible]
    arrows = settled.copy()
    # Equal but for rounding, which depends on the columns' order.
    sure = np.zeros(len(x)) if rank is None else np.nan_to_num(rank[x, z], nan=-1.0).round(9)
    for level in np.unique(sure)[::-1]:
        free = (sure == level) & ~(arrows[middle, x] | arrows[middle, z])
        arrows[x[free], middle[free]] = arrows[z[free], middle[free]] = True
    conflicts = arrows & arrows.T
    return skeleton & ~(arrows & ~conflicts).T, conflicts


def close(
    graph: np.ndarray, triples: np.ndarray, verdicts: np.ndarray, conflicts: np.ndarray
) -> np.ndarray:
    """Return a graph that colliders direct, uint8 [p, p], with all that follows from them."""
    undecided = triples[verdicts == Verdict.UNDECIDED]
    return meek_closure(
        graph, ambiguous=undecided, frozen=conflicts, compiled=compiled_at(len(graph))
    )


def orient(
    skeleton: np.ndarray,
    triples: np.ndarray,
    verdicts: np.ndarray,
    known: Constraints,
    names: Sequence[str] = (),
    rank: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Direct the edges of a skeleton; arguments and result are those of `collide`."""
    graph, conflicts = collide(skeleton, triples, verdicts, known, names, rank)
    return close(graph, triples, verdicts, conflicts), conflicts
