"""Metrics by precision and recall of edges and of arrowheads."""

from __future__ import annotations

import math

from causattn.graphs.agreement import Agreement, adjacency_agreement, arrowhead_agreement
from causattn.graphs.contract import GraphMetric, GraphPair, Number


class AgreementMetric(GraphMetric):
    """One number of an agreement; the metric's name says which of what."""

    better = "higher"
    bounds = (0.0, 1.0)

    def value(self, pair: GraphPair) -> Number:
        """Return the number; None for nothing over nothing, and for arrowheads of a skeleton."""
        what, _, part = self.name.partition("_")
        if what == "arrowhead" and pair.skeleton_alone:
            return None
        agreement = adjacency_agreement if what == "adjacency" else arrowhead_agreement
        found: Agreement = agreement(pair.estimate_class, pair.truth_class)
        number: float = getattr(found, part)
        return None if math.isnan(number) else number
