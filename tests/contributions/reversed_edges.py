"""A metric of one's own: edges that the truth has the other way round."""

from causattn.graphs import GraphMetric, GraphPair


class ReversedEdges(GraphMetric):
    """Directed edges that the truth has the other way round."""

    name = "reversed_edges"
    title = "reversed edges"
    better = "lower"

    def value(self, pair: GraphPair) -> int:
        """Count them."""
        estimate = pair.estimate.adjacency("from row to column").astype(bool)
        truth = pair.truth.adjacency("from row to column").astype(bool)
        return int((estimate & ~estimate.T & truth.T & ~truth).sum())


METRIC = ReversedEdges()
