"""Share of ordered pairs for which adjusting for the estimate's parents is wrong."""

from __future__ import annotations

from causattn.graphs.metrics.of_adjustment import AdjustmentMetric


class ParentAdjustment(AdjustmentMetric):
    """Share of ordered pairs for which adjusting for the estimate's parents is wrong."""

    name = "parent_aid"
    title = "parent AID"
    place = 60
    strategy = "parent"


METRIC = ParentAdjustment()
