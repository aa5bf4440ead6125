"""Pairs of variables whose edges differ in any way, between CPDAGs."""

from __future__ import annotations

from causattn.graphs.contract import GraphMetric, GraphPair, Number
from causattn.graphs.distances import structural_hamming_distance


class StructuralHamming(GraphMetric):
    """Pairs of variables whose edges differ in any way, between CPDAGs."""

    name = "shd"
    title = "SHD"
    better = "lower"
    place = 10
    paper = "Tsamardinos, Brown and Aliferis (2006), The max-min hill-climbing algorithm"

    def value(self, pair: GraphPair) -> Number:
        """Return the number; None between a PAG and a graph that is none, or by a skeleton."""
        one_is_a_pag = (pair.estimate.kind == "pag") != (pair.truth.kind == "pag")
        if one_is_a_pag or pair.skeleton_alone:
            return None
        return structural_hamming_distance(pair.estimate_class, pair.truth_class)


METRIC = StructuralHamming()
