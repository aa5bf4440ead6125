"""Share of the truth's arrowheads that the estimate has."""

from __future__ import annotations

from causattn.graphs.metrics.of_edges import AgreementMetric


class ArrowheadRecall(AgreementMetric):
    """Share of the truth's arrowheads that the estimate has."""

    name = "arrowhead_recall"
    title = "arrowhead recall"
    place = 31


METRIC = ArrowheadRecall()
