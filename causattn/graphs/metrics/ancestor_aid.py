"""Share of ordered pairs for which adjusting for the estimate's ancestors is wrong."""

from __future__ import annotations

from causattn.graphs.metrics.of_adjustment import AdjustmentMetric


class AncestorAdjustment(AdjustmentMetric):
    """Share of ordered pairs for which adjusting for the estimate's ancestors is wrong."""

    name = "ancestor_aid"
    title = "ancestor AID"
    place = 61
    strategy = "ancestor"


METRIC = AncestorAdjustment()
