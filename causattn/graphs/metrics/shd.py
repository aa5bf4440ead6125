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
        """Return the number of pairs; None between a PAG and a graph that is none."""
        if (pair.estimate.kind == "pag") != (pair.truth.kind == "pag"):
            return None
        return structural_hamming_distance(pair.estimate_class, pair.truth_class)


METRIC = StructuralHamming()
