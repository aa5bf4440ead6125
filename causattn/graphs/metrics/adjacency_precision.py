"""Share of the estimate's adjacencies that the truth has."""

from __future__ import annotations

from causattn.graphs.metrics.of_edges import AgreementMetric


class AdjacencyPrecision(AgreementMetric):
    """Share of the estimate's adjacencies that the truth has."""

    name = "adjacency_precision"
    title = "adjacency precision"
    place = 20
    undefined = "last"


METRIC = AdjacencyPrecision()
