"""Pairs of variables whose edges differ in any way, between DAGs."""

from __future__ import annotations

from causattn.graphs.contract import GraphMetric, GraphPair, Number
from causattn.graphs.distances import structural_hamming_distance


class DagHamming(GraphMetric):
    """Pairs of variables whose edges differ in any way, between DAGs."""

    name = "dag_shd"
    title = "SHD of DAGs"
    better = "lower"
    place = 50
    paper = "Tsamardinos, Brown and Aliferis (2006), The max-min hill-climbing algorithm"

    def value(self, pair: GraphPair) -> Number:
        """Return the number of pairs; None where one of the two is no DAG."""
        if not pair.estimate.kind == pair.truth.kind == "dag":
            return None
        return structural_hamming_distance(pair.estimate, pair.truth)


METRIC = DagHamming()
