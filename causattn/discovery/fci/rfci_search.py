"""RFCI's search: PC's skeleton, and tests for what its rules go by instead of possible-d-sep sets.

Colombo, Maathuis, Kalisch and Richardson (2012), "Learning high-dimensional directed acyclic graphs
with latent and selection variables", Annals of Statistics 40, algorithms 3.2, 4.4 and 4.5. Edges
can be left that FCI takes away, and every mark is right all the same: an arrowhead at y says that y
causes neither x nor what was selected on, a tail that it does, since

- an unshielded triple x - m - z is gone by only where x and m depend on each other given what else
  separates x and z, and so do m and z (lemma 3.1);
- a discriminating path (t, ..., c) is gone by only where any two neighbours on it depend on each
  other given each subset of what separates t and c (lemma 3.2).

Where they do not, their edge falls. Directions are then found from the start again (the published
algorithm keeps those it has), so that they do not depend on the order in which edges fell.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from causattn.discovery.fci.search import FciResult, Search
from causattn.discovery.icd.marked_graph import MarkedGraph, Sets
from causattn.discovery.icd.orientation import finished
from causattn.discovery.icd.rules import ALWAYS
from causattn.discovery.pc.groups import Evaluator
from causattn.discovery.pc.knowledge import Constraints
from causattn.discovery.pc.skeleton import LargestSets

Path = tuple[int, ...]


class _Doubting(MarkedGraph):
    """A PAG on the way whose discriminating paths are made sure of before a rule goes by them."""

    def __init__(self, adjacent: np.ndarray, separating: Sets, fixed: np.ndarray | None) -> None:
        super().__init__(adjacent, separating, fixed)
        self.sure: set[Path] = set()
        self.doubted: set[Path] = set()

    def goes_by(self, path: Path) -> bool:
        if path not in self.sure:
            self.doubted.add(path)
        return path in self.sure


def run_rfci(evaluator: Evaluator, known: Constraints, reach: LargestSets) -> FciResult:
    """Find a PAG whose marks are right, with an edge too many here and there.

    Parameters
    ----------
    evaluator, known, reach
        As for `run_fci`.
    """
    search = Search(evaluator, known, reach)
    search.look(search.excluded(beyond=False))
    marks = None
    while marks is None:
        while search.look(search.doubtful(all_triples=True)):
            pass
        marks = _directed(search)
    return search.result(marks)


def _directed(search: Search) -> np.ndarray | None:
    """Return the marks, int8 [p, p], or None where an edge of a discriminating path fell."""
    graph = search.graph_of(_Doubting)
    while True:
        graph.until_still(ALWAYS)
        marks = None if graph.doubted else finished(graph)
        if marks is not None and not graph.doubted:
            return marks
        for path in sorted(graph.doubted):
            between = set(graph.apart[path[0]][path[-1]])
            before = np.count_nonzero(search.adjacency)
            search.look(
                {
                    (x, y): between - {x, y}
                    for x, y in pairwise(path)
                    if search.to_be_tested(x, y) and between - {x, y}
                }
            )
            if np.count_nonzero(search.adjacency) < before:
                return None
        graph.sure |= graph.doubted
        graph.doubted.clear()
