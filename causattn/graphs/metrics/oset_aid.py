"""Share of ordered pairs for which adjusting for the estimate's optimal set is wrong."""

from __future__ import annotations

from causattn.graphs.metrics.of_adjustment import AdjustmentMetric


class OsetAdjustment(AdjustmentMetric):
    """Share of ordered pairs for which adjusting for the estimate's optimal set is wrong."""

    name = "oset_aid"
    title = "Oset AID"
    place = 62
    strategy = "oset"


METRIC = OsetAdjustment()
