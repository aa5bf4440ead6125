"""Harmonic mean of the adjacencies' precision and recall."""

from __future__ import annotations

from causattn.graphs.metrics.of_edges import AgreementMetric


class AdjacencyF1(AgreementMetric):
    """Harmonic mean of the adjacencies' precision and recall."""

    name = "adjacency_f1"
    title = "adjacency F1"
    place = 22


METRIC = AdjacencyF1()
