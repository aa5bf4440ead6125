"""Share of the truth's adjacencies that the estimate has."""

from __future__ import annotations

from causattn.graphs.metrics.of_edges import AgreementMetric


class AdjacencyRecall(AgreementMetric):
    """Share of the truth's adjacencies that the estimate has."""

    name = "adjacency_recall"
    title = "adjacency recall"
    place = 21


METRIC = AdjacencyRecall()
