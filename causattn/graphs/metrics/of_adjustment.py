"""Metrics by adjustment sets that are read off the estimate."""

from __future__ import annotations

from causattn.graphs.contract import GraphMetric, GraphPair, Number
from causattn.graphs.distances import Strategy, adjustment_identification_distance


class AdjustmentMetric(GraphMetric):
    """The share of ordered pairs for which the estimate's adjustment set is wrong."""

    better = "lower"
    bounds = (0.0, 1.0)
    undefined = "last"
    paper = "Henckel, Würtzen and Weichwald (2024), Adjustment identification distance"
    strategy: Strategy

    def value(self, pair: GraphPair) -> Number:
        """Return the share; None where the estimate has no consistent extension."""
        if pair.completed is None:
            return None
        return adjustment_identification_distance(
            pair.completed, pair.truth_class, self.strategy
        ).share
