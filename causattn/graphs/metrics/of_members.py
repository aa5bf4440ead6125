"""Metrics by the DAGs that the estimate stands for."""

from __future__ import annotations

from causattn.graphs.contract import GraphMetric, GraphPair, Number


class MemberMetric(GraphMetric):
    """A distance from a true DAG to the nearest or the farthest DAG of the estimate's class."""

    better = "lower"

    def value(self, pair: GraphPair) -> Number:
        """Return the distance; None where the truth is no DAG, or there are too many members."""
        distance, which, _ = self.name.split("_")
        found = pair.members.get(distance)
        number: int | None = None if found is None else getattr(found, which)
        return number
