"""Share of the estimate's arrowheads that the truth has."""

from __future__ import annotations

from causattn.graphs.metrics.of_edges import AgreementMetric


class ArrowheadPrecision(AgreementMetric):
    """Share of the estimate's arrowheads that the truth has."""

    name = "arrowhead_precision"
    title = "arrowhead precision"
    place = 30
    undefined = "last"


METRIC = ArrowheadPrecision()
