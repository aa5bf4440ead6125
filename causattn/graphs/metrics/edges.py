"""Edges of the estimate."""

from __future__ import annotations

from causattn.graphs.contract import GraphMetric, GraphPair, Number


class EdgeCount(GraphMetric):
    """Edges of the estimate."""

    name = "edges"
    title = "edges"
    better = None
    place = 40

    def value(self, pair: GraphPair) -> Number:
        """Return the number of edges."""
        return pair.estimate.edge_count


METRIC = EdgeCount()
