"""Edges of the truth."""

from __future__ import annotations

from causattn.graphs.contract import GraphMetric, GraphPair, Number


class TrueEdgeCount(GraphMetric):
    """Edges of the truth."""

    name = "true_edges"
    title = "true edges"
    better = None
    place = 41

    def value(self, pair: GraphPair) -> Number:
        """Return the number of edges."""
        return pair.truth.edge_count


METRIC = TrueEdgeCount()
